package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// parts are the lists of requirements, and how many rows each has.
var parts = map[string]int{"BHK": 46, "TJ": 75, "POP": 87, "ITC": 23, "NB": 39, "C": 29}

// row is one row of requirements.md.
type row struct {
	id, where, shown string
	line             int
}

var rowID = regexp.MustCompile(`^(BHK|TJ|POP|ITC|NB|C)-[0-9]+$`)

func rows(t *testing.T) []row {
	t.Helper()
	data, err := os.ReadFile("requirements.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []row
	for i, line := range strings.Split(string(data), "\n") {
		cells := strings.Split(strings.Trim(line, "|"), " | ")
		id := strings.TrimSpace(cells[0])
		if !strings.HasPrefix(line, "| ") || !rowID.MatchString(id) {
			continue
		}
		if len(cells) != 4 || strings.TrimSpace(cells[1]) == "" {
			t.Errorf("requirements.md:%d: %s has %d cells, want 4 that aren't empty", i+1, id, len(cells))
			continue
		}
		all = append(all, row{id, cells[2], cells[3], i + 1})
	}
	return all
}

func TestEveryRequirementIsThereOnce(t *testing.T) {
	seen := map[string]int{}
	for _, r := range rows(t) {
		seen[r.id]++
	}
	for part, n := range parts {
		for i := range n {
			id := fmt.Sprintf("%s-%d", part, i+1)
			if seen[id] != 1 {
				t.Errorf("%s is there %d times, want once", id, seen[id])
			}
			delete(seen, id)
		}
	}
	for id := range seen {
		t.Errorf("%s is none of the list's", id)
	}
}

var (
	quoted   = regexp.MustCompile("`([^`]+)`")
	testName = regexp.MustCompile(`^([a-z0-9/]+)\.((?:Test|Fuzz|Benchmark)\w+)$`)
	scenario = regexp.MustCompile(`^(policies/[a-z0-9/-]+): "(.+)"$`)
	owner    = regexp.MustCompile(`\b(M[234]|Later|No test yet)\b`)
	folder   = regexp.MustCompile(`^(internal|policies|policy|pass|certificate|cmd)(/[a-z0-9/-]+)?$`)
)

// TestRequirementsNameWhatExists fails where a row names a test, scenario or
// package that isn't there, or names nothing that shows it and nobody who will.
func TestRequirementsNameWhatExists(t *testing.T) {
	r := repository{root: "..", tests: map[string]map[string]bool{}, scenarios: map[string]map[string]bool{}}
	for _, row := range rows(t) {
		evidence := owner.MatchString(row.shown)
		for _, m := range quoted.FindAllStringSubmatch(row.shown, -1) {
			var err error
			if s := scenario.FindStringSubmatch(m[1]); s != nil {
				err = r.scenario(s[1], s[2])
			} else if s := testName.FindStringSubmatch(m[1]); s != nil {
				err = r.test(s[1], s[2])
			} else {
				err = fmt.Errorf("%q is neither a test nor a scenario", m[1])
			}
			if err != nil {
				t.Errorf("requirements.md:%d: %s: %v", row.line, row.id, err)
			}
			evidence = true
		}
		if !evidence {
			t.Errorf("requirements.md:%d: %s: nothing shows it, and no milestone owns it", row.line, row.id)
		}
		for _, m := range quoted.FindAllStringSubmatch(row.where, -1) {
			if !folder.MatchString(m[1]) {
				continue
			}
			if info, err := os.Stat(filepath.Join(r.root, m[1])); err != nil || !info.IsDir() {
				t.Errorf("requirements.md:%d: %s: there is no folder %s", row.line, row.id, m[1])
			}
		}
	}
}

// repository knows the tests and scenarios of the folders that were asked about.
type repository struct {
	root             string
	tests, scenarios map[string]map[string]bool
}

func (r *repository) test(dir, name string) error {
	if r.tests[dir] == nil {
		files, err := filepath.Glob(filepath.Join(r.root, dir, "*_test.go"))
		if err != nil {
			return err
		}
		r.tests[dir] = map[string]bool{}
		for _, file := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, d := range parsed.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
					r.tests[dir][f.Name.Name] = true
				}
			}
		}
	}
	if !r.tests[dir][name] {
		return fmt.Errorf("there is no test %s in %s", name, dir)
	}
	return nil
}

func (r *repository) scenario(dir, name string) error {
	if r.scenarios[dir] == nil {
		data, err := os.ReadFile(filepath.Join(r.root, dir, "scenarios.yaml"))
		if err != nil {
			return err
		}
		var doc struct {
			Scenarios []struct {
				Name string `yaml:"name"`
			} `yaml:"scenarios"`
		}
		if err := yaml.Unmarshal(data, &doc); err != nil {
			return fmt.Errorf("%s/scenarios.yaml: %w", dir, err)
		}
		r.scenarios[dir] = map[string]bool{}
		for _, s := range doc.Scenarios {
			r.scenarios[dir][s.Name] = true
		}
	}
	if !r.scenarios[dir][name] {
		return fmt.Errorf("%s has no scenario %q", dir, name)
	}
	return nil
}
