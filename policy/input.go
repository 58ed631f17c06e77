package policy

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"healthcode"
)

// Input is one line of `healthcode evaluate --jsonl` (contract). Areas stay raw
// until the policy's time zone is known.
type Input struct {
	Policy  string            `json:"policy"`
	Areas   json.RawMessage   `json:"areas"`
	Facts   []json.RawMessage `json:"facts"`
	At      time.Time         `json:"at"`
	KnownAt time.Time         `json:"known_at"`
	Expect  json.RawMessage   `json:"expect"` // of a test case; not read
}

// ParseInput reads one line and refuses unknown fields.
func ParseInput(line []byte) (Input, error) {
	var in Input
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return in, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if in.At.IsZero() {
		return in, errors.New("at: missing; say for which instant, such as 2022-04-25T09:00:00+08:00")
	}
	if in.KnownAt.IsZero() {
		in.KnownAt = in.At
	}
	return in, nil
}

// Read reads the areas and the facts of the input; dates without a time are in loc.
func (in *Input) Read(loc *time.Location) (*Areas, []healthcode.Fact, error) {
	history := healthcode.AreaHistory{}
	if len(in.Areas) > 0 {
		var err error
		if history, err = healthcode.ParseAreaHistory(in.Areas, loc); err != nil {
			return nil, nil, err
		}
	}
	facts := NewFacts()
	for i, raw := range in.Facts {
		if err := facts.Add(raw); err != nil {
			return nil, nil, fmt.Errorf("facts[%d]: %w", i, err)
		}
	}
	return NewAreas(history), facts.List, nil
}

// Facts collects the facts of one person as they are read. A fact that is there
// already is left out; the same name with other content is an error.
type Facts struct {
	List []healthcode.Fact
	seen map[healthcode.FactRef]string
	who  *healthcode.Document
}

// NewFacts returns an empty collection.
func NewFacts() *Facts { return &Facts{seen: make(map[healthcode.FactRef]string)} }

// Add reads one fact in its JSON form.
func (fs *Facts) Add(data []byte) error {
	var f healthcode.Fact
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	if f.Kind == healthcode.KindLift && f.Start().IsZero() {
		return errors.New("recorded: missing; a lift takes effect at its time or, without one, when it is recorded")
	}
	if f.Person != nil {
		if fs.who != nil && *fs.who != *f.Person {
			return errors.New("person: the facts are about two persons; evaluate one at a time")
		}
		fs.who = f.Person
	}
	content, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if before, ok := fs.seen[f.Ref()]; ok {
		if before != string(content) {
			return fmt.Errorf("id: %s of source %s is there already with other content", f.ID, f.Source)
		}
		return nil
	}
	fs.seen[f.Ref()] = string(content)
	fs.List = append(fs.List, f)
	return nil
}

// MaxLine bounds a line of NDJSON, in bytes.
const MaxLine = 8 << 20

// ReadLines calls f for each line that isn't blank, with its number from 1. The
// first error of f ends it and comes back as it is; one of reading comes back as a [*LineError].
func ReadLines(r io.Reader, f func(n int, line []byte) error) error {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 64<<10), MaxLine)
	n := 0
	for scanner.Scan() {
		n++
		line := bytes.TrimSpace(bytes.TrimPrefix(scanner.Bytes(), []byte("\xef\xbb\xbf")))
		if len(line) == 0 {
			continue
		}
		if err := f(n, line); err != nil {
			return err
		}
	}
	switch err := scanner.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return &LineError{n + 1, fmt.Errorf("the line is longer than %d MiB", MaxLine>>20)}
	case err != nil:
		return &LineError{n + 1, err}
	}
	return nil
}

// LineError is an error in one line of a file.
type LineError struct {
	Line int
	Err  error
}

// Error returns line: cause.
func (e *LineError) Error() string { return fmt.Sprintf("%d: %v", e.Line, e.Err) }

// Unwrap returns the cause.
func (e *LineError) Unwrap() error { return e.Err }
