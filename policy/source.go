package policy

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// source is a policy file with what it takes to say where something stands.
type source struct {
	file     string
	data     []byte
	root     *yaml.Node
	findings Findings
}

// MaxFile bounds a policy or scenario file, in bytes.
const MaxFile = 1 << 20

// read reads a YAML file into doc, which what describes. Whatever YAML itself
// refuses, and every unknown field, becomes a finding.
func (s *source) read(doc any, what string) {
	if len(s.data) > MaxFile {
		s.add(1, "the file has %d bytes, and %d are the most", len(s.data), MaxFile)
		return
	}
	if !utf8.Valid(s.data) {
		good := s.data[:len(s.data)-len(bytes.TrimLeftFunc(s.data, func(r rune) bool { return r != utf8.RuneError }))]
		s.add(1+bytes.Count(good, []byte("\n")), "the file isn't UTF-8; save it as UTF-8")
		return
	}
	var root yaml.Node
	if err := yaml.Unmarshal(s.data, &root); err != nil {
		if m := leadingTab.FindIndex(s.data); m != nil { // yaml names a line nearby
			s.add(1+bytes.Count(s.data[:m[1]], []byte("\n")), "the line begins with a tab; indent with spaces")
			return
		}
		s.addYAML(err)
		return
	}
	if len(root.Content) == 0 {
		s.add(1, "%s", what)
		return
	}
	if root.Content[0].Kind != yaml.MappingNode {
		s.add(root.Content[0].Line, "%s", what)
		return
	}
	s.root = root.Content[0]
	dec := yaml.NewDecoder(bytes.NewReader(s.data))
	dec.KnownFields(true)
	if err := dec.Decode(doc); err != nil {
		s.addYAML(err)
		return
	}
	if err := dec.Decode(new(yaml.Node)); err != io.EOF {
		s.add(1, "there is more than one YAML document in the file; keep one")
	}
	s.wholeNumbers(s.root)
}

// whole are the fields that yaml would cut to a whole number without a word.
var whole = []string{"full_days", "hours", "before", "at_least", "apart", "cases", "within", "reach", "max", "visits", "photos", "valid"}

func (s *source) wholeNumbers(node *yaml.Node) {
	for i, child := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 1 && child.Tag == "!!float" && slices.Contains(whole, node.Content[i-1].Value) {
			s.add(child.Line, "%s: %s is no whole number", node.Content[i-1].Value, child.Value)
		}
		s.wholeNumbers(child)
	}
}

// article puts a or an before a word.
func article(word string) string {
	if word != "" && strings.ContainsAny(word[:1], "aeiou") {
		return "an " + word
	}
	return "a " + word
}

func (s *source) add(line int, format string, args ...any) {
	s.findings = append(s.findings, Finding{s.file, max(1, line), fmt.Sprintf(format, args...)})
}

// at adds a finding at the line of the node that a path leads to.
func (s *source) at(path []any, format string, args ...any) {
	s.add(s.line(path...), format, args...)
}

// line returns the line of the node that a path leads to: strings are keys,
// integers are places in a list. Where the path ends early, the last node found counts.
func (s *source) line(path ...any) int {
	node, line := s.root, 1
	for _, step := range path {
		next, at := child(node, step)
		if next == nil {
			break
		}
		node, line = next, at
	}
	return line
}

// child follows one step of a path, through aliases and merged maps, and
// returns the line at which the step stands.
func child(node *yaml.Node, step any) (*yaml.Node, int) {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch step := step.(type) {
	case int:
		if node.Kind == yaml.SequenceNode && step < len(node.Content) {
			return node.Content[step], node.Content[step].Line
		}
	case string:
		if node.Kind != yaml.MappingNode {
			break
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == step {
				return node.Content[i+1], node.Content[i].Line
			}
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Tag == "!!merge" {
				return child(node.Content[i+1], step)
			}
		}
	}
	return nil, 0
}

var (
	yamlLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	yamlUnknown = regexp.MustCompile(`^field (\S+) not found in type \w+\.(\w+)`)
	leadingTab  = regexp.MustCompile(`(?m)^ *\t`)
	yamlType    = regexp.MustCompile("^cannot unmarshal !!(\\w+)(?: `(.*)`)? into (.*)$")
)

// addYAML turns yaml's errors, which name the line in their text, into findings.
func (s *source) addYAML(err error) {
	texts := []string{err.Error()}
	var typeError *yaml.TypeError
	if errors.As(err, &typeError) {
		texts = texts[:0]
		for _, e := range typeError.Errors {
			texts = append(texts, fmt.Sprint(e))
		}
	}
	for _, text := range texts {
		line := 1
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1])
			text = m[2]
		}
		if m := yamlUnknown.FindStringSubmatch(text); m != nil {
			text = fmt.Sprintf("unknown field %s; docs/policy.md lists the fields of %s", m[1], article(strings.ToLower(m[2])))
		}
		if m := yamlType.FindStringSubmatch(text); m != nil {
			text = fmt.Sprintf("%s is here, where %s belongs", yamlWord(m[1], m[2]), goWord(m[3]))
		}
		s.add(line, "%s", strings.TrimPrefix(text, "yaml: "))
	}
}

// yamlWord says in words what YAML calls a tag.
func yamlWord(tag, value string) string {
	words := map[string]string{"seq": "a list", "map": "a map"}
	return cmp.Or(words[tag], strconv.Quote(value))
}

// goWord says in words what a Go type takes.
func goWord(name string) string {
	switch {
	case strings.HasPrefix(name, "[]"):
		return "a list"
	case name == "int" || name == "float64":
		return "a number"
	case name == "bool":
		return "true or false"
	case strings.Contains(name, ".") && !strings.HasSuffix(name, ".Kind") && !strings.HasSuffix(name, ".Level"):
		return "a map"
	}
	return "a text"
}
