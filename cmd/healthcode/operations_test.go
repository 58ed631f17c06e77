package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"

	"healthcode/internal/api"
)

// described returns every metric with its labels. A histogram is there under the names of its parts.
func described(t *testing.T) map[string][]string {
	descriptions := make(chan *prometheus.Desc, 1000)
	api.NewMetrics().Describe(descriptions)
	close(descriptions)
	form := regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)
	all := map[string][]string{"up": {}}
	for d := range descriptions {
		m := form.FindStringSubmatch(d.String())
		if m == nil {
			t.Fatalf("a description of another form: %s", d)
		}
		labels := strings.FieldsFunc(m[2], func(r rune) bool { return r == ',' || r == ' ' })
		all[m[1]] = labels
		for _, part := range []string{"_bucket", "_sum", "_count"} {
			all[m[1]+part] = labels
		}
	}
	if len(all) < 100 {
		t.Fatalf("only %d metrics are described", len(all))
	}
	return all
}

// routes returns every route as the metrics name it.
func routes(t *testing.T) []string {
	var all []string
	var spec struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(read(t, "internal/api/openapi.json"), &spec); err != nil {
		t.Fatal(err)
	}
	for path, methods := range spec.Paths {
		for method := range methods {
			all = append(all, strings.ToUpper(method)+" "+path)
		}
	}
	page := regexp.MustCompile(`Method: http\.Method(\w+), Pattern: "([^"]+)"`)
	for _, file := range sources(t, "internal/web") {
		for _, m := range page.FindAllStringSubmatch(file, -1) {
			all = append(all, strings.ToUpper(m[1])+" "+m[2])
		}
	}
	if len(all) < 150 {
		t.Fatalf("only %d routes", len(all))
	}
	return all
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sources returns the Go files below a folder that aren't tests.
func sources(t *testing.T, dir string) (all []string) {
	err := filepath.WalkDir(filepath.Join("../..", dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		all = append(all, string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// playbooks returns every playbook by its name, such as disk.md.
func playbooks(t *testing.T) map[string]string {
	files, err := filepath.Glob("../../docs/playbooks/*.md")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d playbooks, %v", len(files), err)
	}
	all := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(file)] = string(data)
	}
	return all
}

type alertFile struct {
	Groups []struct {
		Rules []struct {
			Alert, Expr         string
			Labels, Annotations map[string]string
		}
	}
}

func alerts(t *testing.T) (file alertFile) {
	if err := yaml.Unmarshal(read(t, "deploy/prometheus/alerts.yaml"), &file); err != nil {
		t.Fatal(err)
	}
	return file
}

type dashboard struct {
	UID           string
	SchemaVersion int `json:"schemaVersion"`
	Panels        []struct {
		ID      int
		Type    string
		Title   string
		GridPos struct{ H, W, X, Y int } `json:"gridPos"`
		Targets []struct{ Expr, RefID string }
	}
}

func grafana(t *testing.T) (d dashboard) {
	if err := json.Unmarshal(read(t, "deploy/grafana/healthcode.json"), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

var (
	metric   = regexp.MustCompile(`\b(healthcode_[a-z0-9_]+|process_[a-z_]+|go_[a-z_]+|up)\b(?:\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\})?`)
	matcher  = regexp.MustCompile(`([a-z_]+)\s*(=~|!~|!=|=)\s*"([^"]*)"`)
	grouping = regexp.MustCompile(`\bby \(([^)]*)\)`)
)

// checkQuery looks whether each metric, label and route of a query exists.
func checkQuery(t *testing.T, where, query string, known map[string][]string, routes []string) {
	t.Helper()
	labels := []string{"le", "job", "instance"}
	found := metric.FindAllStringSubmatch(query, -1)
	if len(found) == 0 {
		t.Errorf("%s: %s asks for nothing", where, query)
	}
	for _, m := range found {
		own, ok := known[m[1]]
		if !ok {
			t.Errorf("%s: there is no metric %s", where, m[1])
			continue
		}
		labels = append(labels, own...)
		for _, l := range matcher.FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(own, l[1]) && l[1] != "job" && l[1] != "instance" {
				t.Errorf("%s: %s has no label %s", where, m[1], l[1])
			}
			if l[1] != "route" || l[3] == "none" {
				continue
			}
			pattern := "^(?:" + strings.NewReplacer("{", `\{`, "}", `\}`).Replace(l[3]) + ")$"
			if l[2] == "=" || l[2] == "!=" {
				pattern = "^" + regexp.QuoteMeta(l[3]) + "$"
			}
			if !slices.ContainsFunc(routes, regexp.MustCompile(pattern).MatchString) {
				t.Errorf("%s: there is no route %s", where, l[3])
			}
		}
	}
	for _, g := range grouping.FindAllStringSubmatch(query, -1) {
		for _, label := range strings.Split(g[1], ",") {
			if !slices.Contains(labels, strings.TrimSpace(label)) {
				t.Errorf("%s: nothing in %s has the label %s", where, query, label)
			}
		}
	}
}

// TestAlertsNameWhatExists: metrics, labels and routes; and each leads to a playbook that names it, each playbook to an alert.
func TestAlertsNameWhatExists(t *testing.T) {
	t.Parallel()
	known, all, books := described(t), routes(t), playbooks(t)
	wanted := map[string]bool{"README.md": true}
	n := 0
	for _, g := range alerts(t).Groups {
		for _, r := range g.Rules {
			n++
			checkQuery(t, r.Alert, r.Expr, known, all)
			book, ok := strings.CutPrefix(r.Annotations["playbook"], "docs/playbooks/")
			if !ok || !strings.Contains(books[book], "`"+r.Alert+"`") || !strings.Contains(books["README.md"], "`"+r.Alert+"` | "+r.Labels["severity"]+" | ["+strings.TrimSuffix(book, ".md")) {
				t.Errorf("%s leads to %q, which doesn't name it, or the list of playbooks doesn't", r.Alert, r.Annotations["playbook"])
			}
			wanted[book] = true
		}
	}
	if n < 30 {
		t.Errorf("only %d alerts", n)
	}
	for book := range books {
		if !wanted[book] {
			t.Errorf("no alert leads to %s", book)
		}
	}
}

// TestDashboardNamesWhatExists, and has a form that Grafana reads: panels with ids of their own that don't lie over one another.
func TestDashboardNamesWhatExists(t *testing.T) {
	t.Parallel()
	known, all, d := described(t), routes(t), grafana(t)
	if d.UID != "healthcode" || d.SchemaVersion < 36 || len(d.Panels) < 40 {
		t.Errorf("the dashboard %q of schema %d has %d panels", d.UID, d.SchemaVersion, len(d.Panels))
	}
	ids, places, shown := map[int]bool{}, map[[2]int]string{}, ""
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %d %q has no id or place of its own", p.ID, p.Title)
		}
		ids[p.ID] = true
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other := places[at]; other != "" {
					t.Fatalf("%q lies over %q", p.Title, other)
				}
				places[at] = p.Title
			}
		}
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("%q shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			checkQuery(t, p.Title, target.Expr, known, all)
			shown += target.Expr + "\n"
		}
	}
	for name := range known {
		base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_sum"), "_count"), "_bucket")
		if strings.HasPrefix(base, "healthcode_") && !strings.Contains(shown, base) {
			t.Errorf("no panel shows %s", base)
		}
	}
}

var (
	span    = regexp.MustCompile("`([^`]+)`")
	message = regexp.MustCompile(`msg: "([^"]+)"`)
	ours    = regexp.MustCompile(`^healthcode ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?`)
	dashes  = regexp.MustCompile(`--([a-z][a-z-]+)`)
)

// TestPlaybooksNameWhatExists: metrics, log lines, commands with their flags, routes of pages; and each has all its parts.
func TestPlaybooksNameWhatExists(t *testing.T) {
	t.Parallel()
	known, all, code := described(t), routes(t), strings.Join(append(sources(t, "internal"), sources(t, "cmd")...), "\n")
	lines, called := 0, 0
	books := playbooks(t)
	for _, name := range slices.Sorted(maps.Keys(books)) {
		text := books[name]
		if name != "README.md" {
			for _, part := range []string{"# ", "Alerts: `", "## Symptom\n", "## What people see\n", "## Check\n", "## Fix\n", "## Call somebody\n"} {
				if !strings.Contains(text, part) {
					t.Errorf("%s has no %q", name, part)
				}
			}
		}
		for _, m := range span.FindAllStringSubmatch(text, -1) {
			quote := m[1]
			if strings.Contains(quote, "healthcode_") {
				checkQuery(t, name, quote, known, all)
			}
			for _, m := range message.FindAllStringSubmatch(quote, -1) {
				lines++
				if !strings.Contains(code, `"`+m[1]+`"`) {
					t.Errorf("%s: no program writes the line %q", name, m[1])
				}
			}
			if command := ours.FindStringSubmatch(quote); command != nil {
				called++
				checkCommand(t, name, quote, command[1], command[2], code)
			}
			if path, ok := strings.CutPrefix(quote, "/staff"); ok && !slices.Contains(all, "GET /staff"+path) {
				t.Errorf("%s: there is no page %s", name, quote)
			}
		}
	}
	if lines < 20 || called < 15 {
		t.Errorf("only %d log lines and %d commands are named", lines, called)
	}
}

// checkCommand looks whether a command exists, and has the flags with which a playbook calls it.
func checkCommand(t *testing.T, where, quote, name, sub, code string) {
	t.Helper()
	c, ok := commands[name]
	if !ok {
		t.Errorf("%s: there is no command %s", where, name)
		return
	}
	args := []string{"--help"}
	if sub != "" {
		args = []string{sub, "--help"}
	}
	var help bytes.Buffer
	c.run(t.Context(), args, stdio{strings.NewReader(""), &help, &help, time.Now})
	if sub != "" && !strings.Contains(code, `"`+sub+`"`) {
		t.Errorf("%s: %s has no %s", where, name, sub)
	}
	for _, flag := range dashes.FindAllStringSubmatch(quote, -1) {
		if flag[1] != "help" && !regexp.MustCompile(`(?m)-`+flag[1]+`\b`).MatchString(help.String()) {
			t.Errorf("%s: %s: there is no flag --%s; it has:\n%s", where, quote, flag[1], help.String())
		}
	}
}

// TestAlertsAreRules lets Prometheus's own tool read the alerts, and play what makes them fire.
func TestAlertsAreRules(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool isn't here: scripts/tools.sh installs it (Debian's package prometheus)")
	}
	for _, args := range [][]string{{"check", "config", "prometheus.yaml"}, {"check", "rules", "alerts.yaml"}, {"test", "rules", "alerts_test.yaml"}} {
		c := exec.Command(tool, args...)
		c.Dir = "../../deploy/prometheus"
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}
