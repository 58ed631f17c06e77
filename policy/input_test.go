package policy_test

import (
	"strings"
	"testing"

	"healthcode/policy"
)

// TestFactsAdd refuses what can't be evaluated, and takes a fact twice as one.
func TestFactsAdd(t *testing.T) {
	for name, c := range map[string]struct{ lines, want string }{
		"the same twice":       {`{"id":"a","source":"s","kind":"entry","time":"2022-05-01T10:00:00+08:00"}` + "\n" + `{"source":"s","id":"a","kind":"entry","time":"2022-05-01T10:00:00+08:00"}`, ""},
		"another content":      {`{"id":"a","source":"s","kind":"entry","time":"2022-05-01T10:00:00+08:00"}` + "\n" + `{"id":"a","source":"s","kind":"entry","time":"2022-05-01T10:00:01+08:00"}`, "id: a of source s is there already with other content"},
		"two persons":          {`{"id":"a","source":"s","person":{"document":{"type":"PASSPORT","number":"1"}},"kind":"entry","time":"2022-05-01T10:00:00+08:00"}` + "\n" + `{"id":"b","source":"s","person":{"document":{"type":"PASSPORT","number":"2"}},"kind":"entry","time":"2022-05-01T10:00:00+08:00"}`, "person: the facts are about two persons"},
		"a lift without time":  {`{"id":"a","source":"s","kind":"lift","hold":"1","covers":"2022-05-01T10:00:00+08:00"}`, "recorded: missing; a lift takes effect"},
		"a lift with recorded": {`{"id":"a","source":"s","kind":"lift","hold":"1","covers":"2022-05-01T10:00:00+08:00","recorded":"2022-05-01T10:00:00+08:00"}`, ""},
	} {
		fs := policy.NewFacts()
		got := ""
		for line := range strings.SplitSeq(c.lines, "\n") {
			if err := fs.Add([]byte(line)); err != nil {
				got = err.Error()
			}
		}
		if c.want == "" && (got != "" || len(fs.List) != 1) || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d facts and %q, want %q", name, len(fs.List), got, c.want)
		}
	}
}
