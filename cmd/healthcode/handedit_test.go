package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/api"
	"healthcode/internal/change"
	"healthcode/internal/translog"
)

// crowd is as many people as were once turned red for what was no matter of health.
const crowd = 1300

// aboutMany writes a file of facts, one about each of n people.
func aboutMany(t *testing.T, n int, source, kind, rest string) string {
	t.Helper()
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id":"%s-%d","source":%q,"kind":%q,%s,"person":{"document":{"type":"PASSPORT","number":"P%06d","country":"SWE"}}}`+"\n", kind, i, source, kind, rest, i)
	}
	path := filepath.Join(t.TempDir(), kind+".ndjson")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	vaccinated = `"time":"2022-04-20T08:00:00+08:00","product":"x","dose":1,"doses":2`
	confirmed  = `"class":"confirmed","from":"2022-04-27T00:00:00+08:00"`
)

// TestDatabaseEditedByHand: whoever writes into the database's file is found by check, which names the facts and changes, and no person.
func TestDatabaseEditedByHand(t *testing.T) {
	s := settings{Data: filepath.Join(t.TempDir(), "data"), Policies: ongoing(t)}
	store := opened(t, s)
	tokens := accounts(t, store, "beijing", healthcode.RoleCaseworker, healthcode.RoleAuthority)
	mustRun(t, append(append([]string{"import", "facts"}, s.again()...), aboutMany(t, crowd, "clinic:1", "vaccination", vaccinated))...)
	mustRun(t, append(append([]string{"import", "facts"}, s.again()...), aboutMany(t, 1, "lab:1", "diagnosis", confirmed))...)
	p := startServer(t, s, newGateway(t).config(t))
	var proposed api.ChangeBody
	p.must("POST", "/v1/jurisdictions/beijing/changes", tokens[healthcode.RoleCaseworker], map[string]any{
		"document": healthcode.Document{Type: healthcode.DocumentPassport, Number: "P000001", Country: "SWE"},
		"ground":   "confirmed-case", "evidence": "the hospital's letter", "fact": map[string]any{"kind": "diagnosis", "class": "confirmed", "from": "2022-04-27T00:00:00+08:00"}}, &proposed)
	p.must("POST", "/v1/jurisdictions/beijing/changes/"+proposed.ID+"/agree", tokens[healthcode.RoleAuthority], nil, nil)
	eventually(t, "the change is logged", 20*time.Second, func() bool { return checkedData(t, s).LogEntries == 1 })
	p.kill()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}

	// Persons are numbered in the order of the file: the first one's second fact is the laboratory's, the second one's the officers'.
	const (
		labs     = "SELECT data FROM fact WHERE person = 1 ORDER BY n DESC LIMIT 1"
		officers = "SELECT data FROM fact WHERE person = 2 ORDER BY n DESC LIMIT 1"
		toAll    = "INSERT INTO fact SELECT person, 77, (%s) FROM person WHERE person > 2"
	)
	for name, edit := range map[string]struct {
		sql  []string
		want []string // codes of findings
		says string   // in the text of the error or of a finding
	}{
		"nothing":                        {nil, nil, ""},
		"1,300 red as if by officers":    {[]string{fmt.Sprintf(toAll, officers)}, []string{translog.FoundFactInserted}, proposed.ID},
		"1,300 red as if by a lab":       {[]string{fmt.Sprintf(toAll, labs)}, nil, "fact diagnosis-0 of lab:1 is missing in its index: it was put in by hand"},
		"and their number added":         {[]string{fmt.Sprintf(toAll, labs), fmt.Sprintf("UPDATE total SET n = n + %d WHERE name = 'facts'", crowd-2)}, nil, fmt.Sprintf("%d facts are missing", crowd-2)},
		"a lab's fact taken out":         {[]string{"DELETE FROM fact WHERE person = 1 AND data = (" + labs + ")"}, nil, "facts in the index"},
		"an officers' fact taken out":    {[]string{"DELETE FROM fact WHERE person = 2 AND data = (" + officers + ")"}, []string{translog.FoundFactRemoved}, proposed.ID},
		"the change taken out":           {[]string{"DELETE FROM change"}, []string{translog.FoundNoChange, translog.FoundFactInserted}, proposed.ID},
		"the change's ground altered":    {[]string{"UPDATE change SET ground = 'close-contact'"}, []string{translog.FoundChangeAltered, translog.FoundNoChange}, proposed.ID},
		"the second officer altered":     {[]string{"UPDATE change SET agreed = by"}, []string{translog.FoundChangeAltered, translog.FoundNoChange, translog.FoundOneOfficer}, proposed.ID},
		"the change given to another":    {[]string{"UPDATE change SET person = 9"}, []string{translog.FoundChangeAltered, translog.FoundNoChange, translog.FoundFactInserted, translog.FoundFactRemoved}, proposed.ID},
		"officers' fact of another body": {[]string{"UPDATE fact SET person = 9, n = 77 WHERE person = 2 AND data = (" + officers + ")"}, []string{translog.FoundFactInserted, translog.FoundFactRemoved}, proposed.ID},
	} {
		t.Run(name, func(t *testing.T) {
			edited := s
			edited.Data = filepath.Join(t.TempDir(), "data")
			if err := os.CopyFS(edited.Data, os.DirFS(s.Data)); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(edited.Data, "keys.json"), 0o600); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", filepath.Join(edited.Data, "healthcode.db"))
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range edit.sql {
				if _, err := db.Exec(q); err != nil {
					t.Fatalf("%s: %v", q, err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			code, out, errs := runCommand(t, append([]string{"check", "--json"}, edited.again()...)...)
			var c checked
			if err := json.Unmarshal([]byte(out), &c); err != nil {
				t.Fatalf("%v\n%s%s", err, out, errs)
			}
			if edit.sql == nil {
				if code != exitOK || !c.Sound {
					t.Errorf("exit %d: %s", code, out)
				}
				return
			}
			found := map[string]bool{}
			for _, f := range c.Findings {
				found[f.Code] = true
			}
			for _, want := range edit.want {
				if !found[want] {
					t.Errorf("no finding %s in %+v", want, c.Findings)
				}
			}
			if code != exitFail || c.Sound || !strings.Contains(out, edit.says) {
				t.Errorf("exit %d, and nothing says %q: %.2000s", code, edit.says, out)
			}
			if strings.Contains(out, "P000001") {
				t.Errorf("check names a person: %s", out)
			}
			if code, out, _ := runCommand(t, append([]string{"log", "verify"}, edited.again()...)...); len(edit.want) > 0 && code != exitFail {
				t.Errorf("log verify: exit %d: %s", code, out)
			}
		})
	}
}

// TestImportIsLimited: a file on the server's own command line turns no crowd red either, and brings nothing that two officers make.
func TestImportIsLimited(t *testing.T) {
	s := settings{Data: filepath.Join(t.TempDir(), "data"), Policies: ongoing(t)}
	store := opened(t, s)
	facts := func(path string) (int, string, string) {
		return runCommand(t, append(append([]string{"import", "facts"}, s.again()...), path)...)
	}
	red := aboutMany(t, crowd, "bank:zz", "diagnosis", confirmed)
	code, out, errs := facts(red)
	if code == exitOK || !strings.Contains(out, "1300 lines: 500 stored, 0 already there, 0 in conflict, 800 refused") || !strings.Contains(errs, "/staff/alarms") {
		t.Fatalf("exit %d: %s%.500s", code, out, errs)
	}
	if code, out, _ := facts(red); code == exitOK || !strings.Contains(out, " 0 stored, 500 already there") {
		t.Errorf("again: exit %d: %s", code, out)
	}
	if code, out, errs := facts(aboutMany(t, crowd, "clinic:1", "vaccination", vaccinated)); code != exitOK {
		t.Errorf("what changes no code: exit %d: %s%.500s", code, out, errs)
	}
	for _, jurisdiction := range []string{"beijing", "tianjin", "ningbo"} {
		alarms, err := store.Alarms(t.Context(), jurisdiction, time.Time{}, 10)
		if err != nil || len(alarms) > 1 {
			t.Fatalf("%s: %d alarms, %v", jurisdiction, len(alarms), err)
		}
		for _, m := range alarms {
			if m.Kind != change.AlarmFeed || m.Key != change.Operator || m.Limit != 500 {
				t.Errorf("alarm %+v", m)
			}
			m.Released, m.ReleasedBy = time.Now(), jurisdiction+"-auditor"
			if err := store.PutAlarm(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		if len(alarms) == 0 {
			t.Errorf("no alarm in %s", jurisdiction)
		}
	}
	if code, out, _ := facts(red); !strings.Contains(out, "800 stored") {
		t.Errorf("after the release: exit %d: %s", code, out)
	}

	for name, line := range map[string]struct{ source, kind, rest string }{
		"source":   {"caseworker:wei", "diagnosis", confirmed},
		"kind":     {"registry", "lift", `"time":"2022-04-27T10:00:00+08:00","hold":"3","covers":"2022-04-26T10:00:00+08:00","reason":"x","by":"y"`},
		"retracts": {"bank:zz", "retraction", `"time":"2022-04-27T10:00:00+08:00","retracts":{"source":"caseworker:wei","id":"1"},"reason":"x"`},
	} {
		code, out, errs := facts(aboutMany(t, 1, line.source, line.kind, line.rest))
		if code == exitOK || !strings.Contains(out, "1 refused") || !strings.Contains(errs, name+": ") {
			t.Errorf("%s: exit %d: %s%s", name, code, out, errs)
		}
	}
}
