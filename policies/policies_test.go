package policies_test

import (
	"io/fs"
	"path"
	"testing"

	"healthcode/policies"
	"healthcode/policy"
)

// TestScenarios runs the scenarios that stand beside each published policy.
func TestScenarios(t *testing.T) {
	set, err := policy.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range set.Policies() {
		t.Run(p.Ref(), func(t *testing.T) {
			file := path.Join(path.Dir(p.File), policy.ScenarioFile)
			data, err := fs.ReadFile(policies.FS, file)
			if err != nil {
				t.Fatal(err)
			}
			n, findings := p.Test(file, data)
			if len(findings) > 0 {
				t.Error("\n" + findings.Error())
			}
			t.Logf("%d scenarios", n)
		})
	}
}
