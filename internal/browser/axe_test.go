package browser_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// axe is the source of axe-core, installed from npm once.
var axe = sync.OnceValues(func() (string, error) {
	path := filepath.Join("node_modules", "axe-core", "axe.min.js")
	if _, err := os.Stat(path); err != nil {
		install := exec.Command("npm", "ci", "--no-audit", "--no-fund")
		install.Stderr = os.Stderr
		if err := install.Run(); err != nil {
			return "", err
		}
	}
	data, err := os.ReadFile(path)
	return string(data), err
})

// violation is a finding of axe-core.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct{ HTML, FailureSummary string }
}

// accessible runs axe-core over the page and fails on anything serious or critical.
func (p *page) accessible(what string) {
	p.t.Helper()
	source, err := axe()
	if err != nil {
		p.t.Fatalf("axe-core: %v; npm must be there, see scripts/tools.sh", err)
	}
	eval[bool](p, source+"; true")
	eval[bool](p, `axe.run({resultTypes: ["violations"]}).then(r => { window.found = JSON.stringify(r.violations); }), true`)
	p.await(`window.found !== undefined`)
	var found []violation
	must(p.t, json.Unmarshal([]byte(eval[string](p, `window.found`)), &found))
	for _, v := range found {
		if v.Impact != "serious" && v.Impact != "critical" {
			continue
		}
		for _, n := range v.Nodes {
			p.t.Errorf("%s: %s (%s): %s\n%s\n%s", what, v.ID, v.Impact, v.Help, n.HTML, strings.TrimSpace(n.FailureSummary))
		}
	}
}

func TestAxeFindsWhatIsWrong(t *testing.T) {
	p := open(t, &demo{Address: "data:text/html,"}, 390)
	p.visit("<title>t</title><html lang=en><img src=x>")
	source, err := axe()
	must(t, err)
	eval[bool](p, source+"; true")
	eval[bool](p, `axe.run().then(r => { window.found = r.violations.map(v => v.id).join(); }), true`)
	p.await(`window.found !== undefined`)
	if ids := eval[string](p, `window.found`); !strings.Contains(ids, "image-alt") {
		t.Errorf("axe-core found %q in a page with an image without a text", ids)
	}
}
