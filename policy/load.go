package policy

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// FileName is the name of a policy file.
const FileName = "policy.yaml"

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
