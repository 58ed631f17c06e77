package policy_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"healthcode/policy"
)

// badFiles reads the bad policies in testdata.
func badFiles(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no bad policies in testdata/bad: %v", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// TestBadPolicies compiles policies that each say, in the comment on their
// first line, in which line and how they are bad.
func TestBadPolicies(t *testing.T) {
	for name, data := range badFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".yaml"), func(t *testing.T) {
			first, _, _ := bytes.Cut(data, []byte("\n"))
			number, want, ok := strings.Cut(strings.TrimPrefix(string(first), "# "), ": ")
			line, err := strconv.Atoi(number)
			if !ok || err != nil {
				t.Fatalf("the first line is no comment such as # 7: what is wrong: %s", first)
			}
			p, findings := policy.Compile(name, data)
			if p != nil {
				t.Fatal("it compiles")
			}
			for _, f := range findings {
				if f.File == name && f.Line == line && strings.Contains(f.Text, want) {
					return
				}
			}
			t.Errorf("got\n%v\nwant line %d: %s", findings, line, want)
		})
	}
}

// TestBadFiles compiles files that are bad as files.
func TestBadFiles(t *testing.T) {
	nested := strings.Repeat("[", 100_000)
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	for name, c := range map[string]struct {
		data []byte
		line int
		want string
	}{
		"ten megabytes":                          {bytes.Repeat([]byte("# padding\n"), 1<<20), 1, "the file has 10485760 bytes"},
		"not UTF-8":                              {[]byte("jurisdiction: a\nversion: \xff\xfe\n"), 2, "the file isn't UTF-8"},
		"UTF-16":                                 {[]byte("\xff\xfea\x00:\x00"), 1, "the file isn't UTF-8"},
		"deep flow lists":                        {[]byte("rules: " + nested), 1, ""},
		"deep block lists":                       {[]byte("rules: " + strings.Repeat("- ", 100_000)), 1, ""},
		"aliases of aliases, a trillion of them": {[]byte(bomb + "notes: *a11\n"), 1, ""},
		"an alias of itself":                     {[]byte("rules: &r [*r]\n"), 1, ""},
		"a zero byte":                            {[]byte("jurisdiction: a\x00b\n"), 1, ""},
		"a merge of itself":                      {[]byte("in_force: &i {<<: *i}\n"), 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, findings := policy.Compile("f.yaml", c.data)
			if p != nil || len(findings) == 0 {
				t.Fatal("it compiles")
			}
			for _, f := range findings {
				if f.Line < 1 || f.Text == "" {
					t.Errorf("a finding without line or text: %+v", f)
				}
			}
			if c.want != "" && (findings[0].Line != c.line || !strings.Contains(findings[0].Text, c.want)) {
				t.Errorf("got %v, want line %d: %s", findings, c.line, c.want)
			}
			t.Logf("%.200s", findings.Error())
		})
	}
}

// FuzzCompile compiles anything: it never panics, and what it refuses it
// refuses with a line.
func FuzzCompile(f *testing.F) {
	for _, data := range badFiles(f) {
		f.Add(string(data))
	}
	f.Add(small)
	f.Fuzz(func(t *testing.T, data string) {
		p, findings := policy.Compile("f.yaml", []byte(data))
		if (p == nil) != (len(findings) > 0) {
			t.Fatalf("policy %v, findings %v", p != nil, findings)
		}
		for _, f := range findings {
			if f.Line < 1 || f.Text == "" {
				t.Errorf("a finding without line or text: %+v", f)
			}
		}
	})
}
