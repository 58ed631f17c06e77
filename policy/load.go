package policy

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// FileName is the name of a policy file; its scenarios are in ScenarioFile beside it.
const (
	FileName     = "policy.yaml"
	ScenarioFile = "scenarios.yaml"
)

// Finding is one thing that is wrong with a policy file.
type Finding struct {
	File string
	Line int
	Text string
}

// Error returns file:line: text.
func (f Finding) Error() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// Findings are everything that is wrong with a policy, by file and line.
type Findings []Finding

// Error returns one line for each finding.
func (fs Findings) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// source is a policy file with what it takes to say where something stands.
type source struct {
	file     string
	data     []byte
	root     *yaml.Node
	findings Findings
}

// parse reads a policy file into doc. Whatever YAML itself refuses, and every
// unknown field, becomes a finding.
func parse(file string, data []byte) (*Document, *source) {
	s := &source{file: file, data: data}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		s.addYAML(err)
		return nil, s
	}
	if len(root.Content) == 0 || root.Content[0].Kind != yaml.MappingNode {
		s.add(1, "the policy is empty; write jurisdiction, version, colours and rules (docs/policy.md)")
		return nil, s
	}
	s.root = root.Content[0]
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var doc Document
	if err := dec.Decode(&doc); err != nil {
		s.addYAML(err)
		return nil, s
	}
	if err := dec.Decode(new(yaml.Node)); err != io.EOF {
		s.add(1, "there is more than one YAML document in the file; keep one")
	}
	return &doc, s
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
	node := s.root
	line := 1
	for _, step := range path {
		var next *yaml.Node
		switch step := step.(type) {
		case int:
			if node.Kind == yaml.SequenceNode && step < len(node.Content) {
				next = node.Content[step]
				line = next.Line
			}
		case string:
			for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
				if node.Content[i].Value == step {
					next, line = node.Content[i+1], node.Content[i].Line
				}
			}
		}
		if next == nil {
			break
		}
		node = next
	}
	return line
}

var (
	yamlLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	yamlUnknown = regexp.MustCompile(`field (\S+) not found in type policy\.(\S+)`)
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
			text = fmt.Sprintf("unknown field %s; docs/policy.md lists the fields of a %s", m[1], strings.ToLower(m[2]))
		}
		s.add(line, "%s", strings.TrimPrefix(text, "yaml: "))
	}
}

// LoadDir is [Load] for a directory; findings name files from where the program runs.
// A directory that holds a policy file is that one version; others hold theirs in directories below.
func LoadDir(dir string) (*Set, error) {
	fsys := os.DirFS(dir)
	if _, err := fs.Stat(fsys, FileName); err == nil {
		return load(fsys, []string{FileName}, dir)
	}
	files, err := list(fsys)
	if err != nil {
		return nil, fmt.Errorf("reading policies: %w", err)
	}
	return load(fsys, files, dir)
}

// Load reads every policy file in fsys, each of which is checked alone and
// against its neighbours. The error is [Findings] where a policy is at fault.
func Load(fsys fs.FS) (*Set, error) {
	files, err := list(fsys)
	if err != nil {
		return nil, fmt.Errorf("reading policies: %w", err)
	}
	return load(fsys, files, "")
}

// list names every policy file in fsys.
func list(fsys fs.FS) (files []string, err error) {
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Base(name) == FileName {
			files = append(files, name)
		}
		return err
	})
	return files, err
}

func load(fsys fs.FS, files []string, dir string) (*Set, error) {
	if len(files) == 0 {
		return nil, Findings{{File: filepath.Join(dir, FileName), Line: 1, Text: "no policy.yaml is here; a policy directory holds one, or one in each version's directory"}}
	}
	set := &Set{}
	var findings Findings
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("reading policies: %w", err)
		}
		p, found := Compile(filepath.Join(dir, file), data)
		findings = append(findings, found...)
		if p != nil {
			set.policies = append(set.policies, p)
		}
	}
	findings = append(findings, set.sort()...)
	if len(findings) > 0 {
		slices.SortStableFunc(findings, func(a, b Finding) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
		})
		return nil, findings
	}
	return set, nil
}
