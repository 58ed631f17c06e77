package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"healthcode"
)

// ScenarioFile is the name of the file of scenarios beside a policy file
// (docs/policy.md). Each scenario tells of one person, and what the policy must say of them and when.
const ScenarioFile = "scenarios.yaml"

// scenarioFile is a scenario file as it is written.
type scenarioFile struct {
	Areas     map[string]yaml.Node `yaml:"areas"` // counties that scenarios name
	Scenarios []scenarioDoc        `yaml:"scenarios"`
}

type scenarioDoc struct {
	Name   string      `yaml:"name"`
	Areas  []yaml.Node `yaml:"areas"` // names of shared counties, or counties
	Facts  []yaml.Node `yaml:"facts"`
	Expect []expectDoc `yaml:"expect"`
}

// expectDoc is what must be so at one or several instants. Holds, reasons and
// questions that it doesn't list must not be there.
type expectDoc struct {
	At         yaml.Node          `yaml:"at"`       // a time or a list of times
	KnownAt    string             `yaml:"known_at"` // at where absent
	State      string             `yaml:"state"`
	Colour     string             `yaml:"colour"` // where absent: the state, or for held the last colour
	Holds      map[string]spanDoc `yaml:"holds"`
	Reasons    []reasonDoc        `yaml:"reasons"`
	Questions  []string           `yaml:"questions"` // ids of facts
	NextChange yaml.Node          `yaml:"next_change"`
}

// spanDoc gives what is checked of a hold or reason; what is absent isn't.
type spanDoc struct {
	From  string    `yaml:"from"`
	Until yaml.Node `yaml:"until"` // a time, or null
	Ends  string    `yaml:"ends"`
	Rules []string  `yaml:"rules"` // of a hold's reasons
}

// reasonDoc is a rule's id, or a map with more to check.
type reasonDoc struct {
	Rule    string `yaml:"rule"`
	Colour  string `yaml:"colour"`
	spanDoc `yaml:",inline"`
}

// UnmarshalYAML reads either form.
func (r *reasonDoc) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		r.Rule = node.Value
		return nil
	}
	for i := 0; i < len(node.Content) && node.Kind == yaml.MappingNode; i += 2 { // Decode wouldn't
		if key := node.Content[i]; !slices.Contains([]string{"rule", "colour", "from", "until", "ends"}, key.Value) {
			return fmt.Errorf("line %d: field %s not found in type policy.reason", key.Line, key.Value)
		}
	}
	type plain reasonDoc
	return node.Decode((*plain)(r))
}

// scenario is one that is ready to run.
type scenario struct {
	name   string
	areas  *Areas
	facts  []healthcode.Fact
	expect []expectDoc
	path   []any
}

// scenarios reads the file's scenarios and notes what is wrong with them.
func (s *source) scenarios(loc *time.Location) []scenario {
	var file scenarioFile
	if s.read(&file, "there are no scenarios; write at least one (docs/policy.md)"); len(s.findings) > 0 {
		return nil
	}
	if len(file.Scenarios) == 0 {
		s.add(1, "there are no scenarios; write at least one (docs/policy.md)")
	}
	c := converter{loc}
	var out []scenario
	seen := map[string]bool{}
	for i := range file.Scenarios {
		doc := &file.Scenarios[i]
		path := []any{"scenarios", i}
		if doc.Name == "" || seen[doc.Name] {
			s.at(path, "name: give each scenario a name of its own")
		}
		seen[doc.Name] = true
		if len(doc.Expect) == 0 {
			s.at(path, "scenario %q expects nothing; say what must be so, and when", doc.Name)
		}
		sc := scenario{name: doc.Name, expect: doc.Expect, path: path}
		sc.areas = s.scenarioAreas(c, &file, doc)
		sc.facts = s.scenarioFacts(c, doc)
		out = append(out, sc)
	}
	return out
}

func (s *source) scenarioAreas(c converter, file *scenarioFile, doc *scenarioDoc) *Areas {
	var counties []string
	for _, node := range doc.Areas {
		line := node.Line
		if node.Kind == yaml.ScalarNode {
			shared, ok := file.Areas[node.Value]
			if !ok {
				s.add(line, "areas: %q isn't among the file's areas", node.Value)
				continue
			}
			node = shared
		}
		county, err := c.json(&node, "")
		if err == nil {
			_, err = healthcode.ParseAreaHistory([]byte(`{"areas":[`+county+`]}`), c.loc)
		}
		if err != nil {
			s.add(line, "areas: %v", err)
			continue
		}
		counties = append(counties, county)
	}
	history, err := healthcode.ParseAreaHistory([]byte(`{"areas":[`+strings.Join(counties, ",")+`]}`), c.loc)
	if err != nil {
		s.add(doc.Areas[0].Line, "areas: %v", err)
	}
	return NewAreas(history)
}

func (s *source) scenarioFacts(c converter, doc *scenarioDoc) []healthcode.Fact {
	facts := NewFacts()
	for i := range doc.Facts {
		node := &doc.Facts[i]
		text, err := c.fact(node, i)
		if err == nil {
			err = facts.Add([]byte(text))
		}
		if err != nil {
			line := node.Line
			name, _, _ := strings.Cut(err.Error(), ":")
			if _, at := child(node, name); at > 0 {
				line = at
			}
			s.add(line, "facts: %v", err)
		}
	}
	return facts.List
}

// converter turns YAML into the contract's JSON. Times may be written without
// an offset, as people write them; they are in the policy's time zone.
type converter struct {
	loc *time.Location
}

// Fields that aren't texts.
var (
	timeFields   = map[string]bool{"time": true, "from": true, "to": true, "recorded": true, "covers": true}
	numberFields = map[string]bool{"count": true, "dose": true, "doses": true, "phones": true,
		"land_port": true, "completed": true, "verified": true}
)

// scenarioSource is the source of a fact that doesn't name one.
const scenarioSource = "scenario"

// fact writes a fact's JSON. Without an id it is f1, f2 … by its place.
func (c converter) fact(node *yaml.Node, place int) (string, error) {
	text, err := c.json(node, "")
	if err != nil {
		return "", err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return "", fmt.Errorf("a fact is a map such as {kind: entry, time: 2022-04-01 10:00}")
	}
	absent := func(name, value string) {
		if _, ok := fields[name]; !ok {
			fields[name] = json.RawMessage(value)
		}
	}
	absent("id", fmt.Sprintf(`"f%d"`, place+1))
	absent("source", `"`+scenarioSource+`"`)
	if ref, ok := fields["retracts"]; ok && len(ref) > 0 && ref[0] == '"' {
		fields["retracts"] = json.RawMessage(`{"source":"` + scenarioSource + `","id":` + string(ref) + `}`)
	}
	out, err := json.Marshal(fields)
	return string(out), err
}

// json writes a node as JSON; name is the field that it is the value of.
func (c converter) json(node *yaml.Node, name string) (string, error) {
	var parts []string
	switch node.Kind {
	case yaml.AliasNode:
		return c.json(node.Alias, name)
	case yaml.SequenceNode:
		for _, element := range node.Content {
			part, err := c.json(element, name)
			if err != nil {
				return "", err
			}
			parts = append(parts, part)
		}
		return "[" + strings.Join(parts, ",") + "]", nil
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, err := json.Marshal(node.Content[i].Value)
			if err != nil {
				return "", err
			}
			value, err := c.json(node.Content[i+1], node.Content[i].Value)
			if err != nil {
				return "", err
			}
			parts = append(parts, string(key)+":"+value)
		}
		return "{" + strings.Join(parts, ",") + "}", nil
	}
	switch {
	case node.Tag == "!!null":
		return "null", nil
	case numberFields[name] && json.Valid([]byte(node.Value)):
		return node.Value, nil
	case timeFields[name]:
		t, err := c.time(node.Value)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		return `"` + t.Format(time.RFC3339Nano) + `"`, nil
	}
	out, err := json.Marshal(node.Value)
	return string(out), err
}

// time reads RFC 3339, or a local date with or without a time.
func (c converter) time(s string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", time.DateTime} {
		if t, err := time.ParseInLocation(layout, s, c.loc); err == nil {
			return t, nil
		}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("%q is no time such as 2022-04-01, 2022-04-01 10:00:00 or 2022-04-01T10:00:00+08:00", s)
	}
	return t, nil
}
