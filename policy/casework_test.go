package policy_test

import (
	"os"
	"strings"
	"testing"

	"healthcode/policy"
)

// TestCaseworkIsChecked breaks the sections casework and routing of a published policy one by one.
func TestCaseworkIsChecked(t *testing.T) {
	data, err := os.ReadFile("../policies/beijing/2022-04/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []struct{ from, to, want string }{
		{"  - {where: outside, stays: hotel, office: remote}\n", "", "no row for outside, hotel"},
		{"{where: outside, stays: hotel, office: remote}", "{where: in-city, stays: hotel, office: remote}", "is there twice"},
		{"stays: campus, office: campuses", "stays: campus, office: nowhere", `office "nowhere" is none of the contacts`},
		{"where: outside, stays: campus", "where: moon, stays: campus", `where "moon" is none of`},
		{"received: 4", "received: 0", "clock received is 0"},
		{"last: 72", "last: 40", "add up to 48 hours"},
		{"last: 72", "last: 400", "nobody may wait for longer"},
		{"extension: 48", "extension: 0", "extension is 0"},
		{"escalates: supervisor", "escalates: nobody", `"nobody" is none of the contacts`},
		{"opens: [lift, verification]", "opens: [automatic]", `waits for "automatic"`},
		{"opens: [lift, verification]", "opens: [miracle]", `waits for "miracle"`},
		{"    version: 2022-04\n    text:\n      zh: 我承诺", "    text:\n      zh: 我承诺", "commitment needs a version"},
	} {
		text := strings.Replace(string(data), bad.from, bad.to, 1)
		if text == string(data) {
			t.Fatalf("the policy doesn't say %q", bad.from)
		}
		_, findings := policy.Compile("policy.yaml", []byte(text))
		if findings == nil || !strings.Contains(findings.Error(), bad.want) {
			t.Errorf("%s: got %v, want %q", bad.to, findings, bad.want)
		}
	}
}

// TestEveryPublishedPolicyHasCasework: nobody in a built-in city is without an office.
func TestEveryPublishedPolicyHasCasework(t *testing.T) {
	set, err := policy.LoadDir("../policies")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range set.Policies() {
		if !p.Casework.Any() {
			t.Errorf("%s opens no cases", p.Ref())
		}
		for _, where := range policy.Wheres {
			for _, stays := range policy.Stays {
				if office, ok := p.OfficeFor(where, stays); !ok || office.Phone == "" {
					t.Errorf("%s: nobody answers for %s, %s", p.Ref(), where, stays)
				}
			}
		}
	}
}
