package demo

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"healthcode"
)

//go:embed cases.yaml
var casesYAML []byte

// sample is a kind of person: what is known of them.
type sample struct {
	Case   string           `yaml:"case"`
	Weight int              `yaml:"weight"` // how many of them there are for one of the others
	Facts  []map[string]any `yaml:"facts"`
}

func samples() (map[string][]sample, error) {
	var all map[string][]sample
	if err := yaml.Unmarshal(casesYAML, &all); err != nil {
		return nil, fmt.Errorf("cases.yaml: %w", err)
	}
	return all, nil
}

var relative = regexp.MustCompile(`^-(\d+)d(?: (\d\d):(\d\d))?$`)

// facts dates a sample's facts from the start and puts counties for the names
// of areas. Each gets an id from prefix, unless it has one.
func (s sample) facts(prefix string, start time.Time, area func(name string) string) ([]healthcode.Fact, error) {
	var facts []healthcode.Fact
	for i, raw := range s.Facts {
		object := make(map[string]any, len(raw)+1)
		for name, value := range raw {
			object[name] = value
			text, isText := value.(string)
			switch {
			case isText && relative.MatchString(text):
				object[name] = moment(text, start)
			case name == "area" || name == "origin":
				object[name] = area(text)
			case name == "visited":
				var codes []string
				for _, v := range value.([]any) {
					codes = append(codes, area(v.(string)))
				}
				object[name] = codes
			case name == "retracts":
				r := value.(map[string]any)
				object[name] = map[string]any{"source": r["source"], "id": prefix + r["id"].(string)}
			}
		}
		object["id"] = prefix + strconv.Itoa(i)
		if id, ok := raw["id"].(string); ok {
			object["id"] = prefix + id
		}
		data, err := json.Marshal(object)
		if err != nil {
			return nil, err
		}
		var f healthcode.Fact
		if err := json.Unmarshal(data, &f); err != nil {
			return nil, fmt.Errorf("cases.yaml: %s: %w", s.Case, err)
		}
		f.Recorded = f.Start()
		facts = append(facts, f)
	}
	return facts, nil
}

// moment turns "-5d 08:00" into a time counted from the start.
func moment(text string, start time.Time) string {
	m := relative.FindStringSubmatch(text)
	days, _ := strconv.Atoi(m[1])
	t := start.AddDate(0, 0, -days)
	if m[2] != "" {
		hour, _ := strconv.Atoi(m[2])
		minute, _ := strconv.Atoi(strings.TrimSpace(m[3]))
		t = time.Date(t.Year(), t.Month(), t.Day(), hour, minute, 0, 0, t.Location())
	}
	return t.Format(time.RFC3339)
}
