package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"time"

	"healthcode"
)

var lineInText = regexp.MustCompile(`line (\d+): `)

// ReadAreas reads an area history file. The error names a line: that of the
// fault, or of the county that it is in.
func ReadAreas(data []byte, loc *time.Location) (healthcode.AreaHistory, *LineError) {
	history, err := healthcode.ParseAreaHistory(data, loc)
	if err == nil {
		return history, nil
	}
	text := err.Error()
	if m := lineInText.FindStringSubmatchIndex(text); m != nil {
		line, _ := strconv.Atoi(text[m[2]:m[3]])
		return history, &LineError{line, errors.New(text[:m[0]] + text[m[1]:])}
	}
	return history, &LineError{lineOfCounty(data, loc), err}
}

// lineOfCounty returns the line of the first county that can't be read alone or is there twice.
func lineOfCounty(data []byte, loc *time.Location) int {
	dec := json.NewDecoder(bytes.NewReader(data))
	for token, err := dec.Token(); token != json.Delim('['); token, err = dec.Token() {
		if err != nil {
			return 1
		}
	}
	seen := map[string]bool{}
	for dec.More() {
		start := dec.InputOffset()
		var raw json.RawMessage
		if dec.Decode(&raw) != nil {
			break
		}
		line := 1 + bytes.Count(data[:start], []byte("\n")) + leadingLines(data[start:])
		one, err := healthcode.ParseAreaHistory(append(append([]byte(`{"areas":[`), raw...), "]}"...), loc)
		if err != nil || seen[one.Areas[0].Code] {
			return line
		}
		seen[one.Areas[0].Code] = true
	}
	return 1
}

// leadingLines counts the line ends before an array's next element.
func leadingLines(data []byte) int {
	return bytes.Count(data[:len(data)-len(bytes.TrimLeft(data, ", \t\r\n"))], []byte("\n"))
}
