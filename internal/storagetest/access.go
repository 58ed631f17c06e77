package storagetest

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"healthcode"
)

var staffTests = map[string]func(*testing.T, healthcode.Store){
	"round trip": staffComeBackWhole,
	"token":      aTokenBelongsToOneAccount,
}

func staffMember(name string) healthcode.Staff {
	return healthcode.Staff{Name: name, Role: healthcode.RoleLab, Jurisdiction: "beijing", Venue: "v1", Source: "lab:bj-0007",
		PasswordHash: "$argon2id$x", TokenHash: []byte("token of " + name), Disabled: true}
}

func staffComeBackWhole(t *testing.T, s healthcode.Store) {
	_, err := s.StaffByName(ctx, "b")
	wantCode(t, "unknown name", err, healthcode.CodeNotFound)
	_, err = s.StaffByToken(ctx, []byte("token of b"))
	wantCode(t, "unknown token", err, healthcode.CodeNotFound)
	plain := healthcode.Staff{Name: "a", Role: healthcode.RoleAuditor, Jurisdiction: "beijing"}
	elsewhere := healthcode.Staff{Name: "c", Role: healthcode.RoleAuditor, Jurisdiction: "tianjin"}
	for _, m := range []healthcode.Staff{staffMember("b"), plain, elsewhere} {
		must(t, s.PutStaff(ctx, m))
	}
	got, err := s.StaffByToken(ctx, []byte("token of b"))
	must(t, err)
	if !reflect.DeepEqual(got, staffMember("b")) {
		t.Errorf("by token: %+v", got)
	}
	_, err = s.StaffByToken(ctx, nil)
	wantCode(t, "no token, though accounts have none", err, healthcode.CodeNotFound)

	changed := staffMember("b")
	changed.Disabled, changed.TokenHash, changed.Role = false, nil, healthcode.RoleCaseworker
	must(t, s.PutStaff(ctx, changed))
	_, err = s.StaffByToken(ctx, []byte("token of b"))
	wantCode(t, "a token that was taken away", err, healthcode.CodeNotFound)
	list, err := s.StaffOf(ctx, "beijing")
	must(t, err)
	for i := range list {
		list[i].TokenHash = slices.Clip(list[i].TokenHash)
		if len(list[i].TokenHash) == 0 {
			list[i].TokenHash = nil
		}
	}
	if want := []healthcode.Staff{plain, changed}; !reflect.DeepEqual(list, want) {
		t.Errorf("accounts:\n got %+v\nwant %+v", list, want)
	}
}

func aTokenBelongsToOneAccount(t *testing.T, s healthcode.Store) {
	must(t, s.PutStaff(ctx, staffMember("a")))
	thief := staffMember("b")
	thief.TokenHash = staffMember("a").TokenHash
	wantCode(t, "another's token", s.PutStaff(ctx, thief), healthcode.CodeConflict)
	_, err := s.StaffByName(ctx, "b")
	wantCode(t, "the refused account", err, healthcode.CodeNotFound)
}

var sessionTests = map[string]func(*testing.T, healthcode.Store){
	"round trip": sessionsComeBackWhole,
	"expiry":     sessionsExpire,
	"sign out":   sessionsAreDeleted,
	"nobody":     aSessionOfNobody,
}

func session(id string, person healthcode.PersonID, staff string) healthcode.Session {
	return healthcode.Session{ID: id, TokenHash: []byte("token of " + id), Person: person, Staff: staff, Device: "Chrome on Android",
		Created: start, Seen: after(time.Minute), Expires: after(time.Hour)}
}

func wantSession(t tb, s healthcode.Store, want healthcode.Session) {
	t.Helper()
	got, err := s.SessionByToken(ctx, want.TokenHash, want.Seen)
	must(t, err)
	for _, v := range []*healthcode.Session{&got, &want} {
		v.Created, v.Seen, v.Expires = v.Created.UTC(), v.Seen.UTC(), v.Expires.UTC()
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("session:\n got %+v\nwant %+v", got, want)
	}
}

func wantNoSession(t tb, s healthcode.Store, id string, now time.Time) {
	t.Helper()
	_, err := s.SessionByToken(ctx, []byte("token of "+id), now)
	wantCode(t, "session "+id, err, healthcode.CodeNotFound)
}

func sessionsComeBackWhole(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	resident, staff := session("r", p, ""), session("s", healthcode.PersonID{}, "officer")
	must(t, s.PutSession(ctx, resident))
	must(t, s.PutSession(ctx, staff))
	wantSession(t, s, resident)
	wantSession(t, s, staff)
	wantNoSession(t, s, "x", start)
	resident.Seen, resident.Expires = after(2*time.Minute), after(2*time.Hour)
	must(t, s.PutSession(ctx, resident))
	wantSession(t, s, resident)
	newer := session("n", p, "")
	newer.Created = after(time.Second)
	must(t, s.PutSession(ctx, newer))
	list, err := s.SessionsOf(ctx, p)
	must(t, err)
	if len(list) != 2 || list[0].ID != "n" || list[1].ID != "r" {
		t.Errorf("sessions %+v, want n, r", list)
	}
}

func sessionsExpire(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	must(t, s.PutSession(ctx, session("r", p, "")))
	_, err := s.SessionByToken(ctx, []byte("token of r"), after(time.Hour-time.Nanosecond))
	must(t, err)
	wantNoSession(t, s, "r", after(time.Hour))
}

func sessionsAreDeleted(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	for _, v := range []healthcode.Session{session("p1", p, ""), session("p2", p, ""), session("p3", p, ""), session("q", q, ""),
		session("s1", healthcode.PersonID{}, "officer"), session("s2", healthcode.PersonID{}, "nurse")} {
		must(t, s.PutSession(ctx, v))
	}
	must(t, s.DeleteSession(ctx, "p1"))
	must(t, s.DeleteSession(ctx, "p1"))
	wantNoSession(t, s, "p1", start)
	wantSession(t, s, session("p2", p, ""))
	must(t, s.DeleteSessions(ctx, p, ""))
	wantNoSession(t, s, "p2", start)
	wantNoSession(t, s, "p3", start)
	wantSession(t, s, session("q", q, ""))
	must(t, s.DeleteSessions(ctx, healthcode.PersonID{}, "officer"))
	wantNoSession(t, s, "s1", start)
	wantSession(t, s, session("s2", healthcode.PersonID{}, "nurse"))
	wantSession(t, s, session("q", q, ""))
}

func aSessionOfNobody(t *testing.T, s healthcode.Store) {
	wantCode(t, "session", s.PutSession(ctx, session("r", healthcode.PersonID{1}, "")), healthcode.CodeNotFound)
}

var codeTests = map[string]func(*testing.T, healthcode.Store){
	"tries":   codesCountTries,
	"once":    codesWorkOnce,
	"replace": codesAreReplaced,
	"counter": countersCount,
}

func wantTry(t tb, s healthcode.Store, want healthcode.OneTimeCode) {
	t.Helper()
	got, err := s.TryCode(ctx, want.Key)
	must(t, err)
	for _, c := range []*healthcode.OneTimeCode{&got, &want} {
		c.Sent, c.Expires = c.Sent.UTC(), c.Expires.UTC()
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("code:\n got %+v\nwant %+v", got, want)
	}
}

func codesCountTries(t *testing.T, s healthcode.Store) {
	_, err := s.TryCode(ctx, "k")
	wantCode(t, "no code", err, healthcode.CodeNotFound)
	c := healthcode.OneTimeCode{Key: "k", Hash: []byte("hash"), Sent: start, Expires: after(5 * time.Minute)}
	must(t, s.PutCode(ctx, c))
	for c.Tries = range 3 {
		wantTry(t, s, c)
	}
	must(t, s.DeleteCode(ctx, "k"))
	wantCode(t, "deleting it again", s.DeleteCode(ctx, "k"), healthcode.CodeNotFound)
	_, err = s.TryCode(ctx, "k")
	wantCode(t, "a deleted code", err, healthcode.CodeNotFound)
}

// Of many who use one code up at the same time, one does.
func codesWorkOnce(t *testing.T, s healthcode.Store) {
	must(t, s.PutCode(ctx, healthcode.OneTimeCode{Key: "k", Hash: []byte("hash"), Sent: start, Expires: after(5 * time.Minute)}))
	errs := make(chan error)
	for range 8 {
		go func() { errs <- s.DeleteCode(ctx, "k") }()
	}
	deleted := 0
	for range 8 {
		if err := <-errs; err == nil {
			deleted++
		} else {
			wantCode(t, "too late", err, healthcode.CodeNotFound)
		}
	}
	if deleted != 1 {
		t.Errorf("%d callers used the code up, want 1", deleted)
	}
}

func codesAreReplaced(t *testing.T, s healthcode.Store) {
	c := healthcode.OneTimeCode{Key: "k", Hash: []byte("hash"), Sent: start, Expires: after(5 * time.Minute)}
	must(t, s.PutCode(ctx, c))
	wantTry(t, s, c)
	c.Hash, c.Sent, c.Expires = []byte("other"), after(time.Minute), after(6*time.Minute)
	must(t, s.PutCode(ctx, c))
	wantTry(t, s, c)
}

func countersCount(t *testing.T, s healthcode.Store) {
	for i, step := range []struct {
		key   string
		start time.Time
		want  int
	}{
		{"a", start, 1}, {"a", start, 2}, {"b", start, 1}, {"a", after(time.Hour), 1}, {"a", start, 3},
		{"a", after(time.Hour), 2}, {"b", start, 2}, {"b", after(2 * time.Hour), 1}, {"a", start, 4},
	} {
		n, err := s.Count(ctx, step.key, step.start)
		must(t, err)
		if n != step.want {
			t.Errorf("step %d: count %d, want %d", i, n, step.want)
		}
	}
}

var lookTests = map[string]func(*testing.T, healthcode.Store){
	"round trip": looksComeBackWhole,
	"lists":      looksAreListed,
	"nobody":     aLookAtNobody,
}

func look(p healthcode.PersonID, at time.Time, saw string) healthcode.Look {
	return healthcode.Look{Person: p, At: at, Role: healthcode.RoleCheckpoint, By: "door-1", Jurisdiction: "beijing",
		Venue: "v1", Purpose: "scan", Saw: saw}
}

func looksComeBackWhole(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	want := look(p, start, "green")
	must(t, s.PutLook(ctx, want))
	got, err := s.Looks(ctx, p, 10)
	must(t, err)
	if len(got) != 1 {
		t.Fatalf("%d looks", len(got))
	}
	wantTime(t, "at", got[0].At, want.At)
	got[0].At = want.At
	wantEqual(t, "look", got[0], want)
}

func saw(looks []healthcode.Look, err error) []string {
	var out []string
	for _, l := range looks {
		out = append(out, l.Saw)
	}
	if err != nil {
		out = append(out, err.Error())
	}
	return out
}

func looksAreListed(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	elsewhere := look(p, after(3*time.Minute), "elsewhere")
	elsewhere.Jurisdiction = "tianjin"
	for _, l := range []healthcode.Look{look(p, start, "1"), look(p, after(time.Minute), "2a"), look(p, after(time.Minute), "2b"),
		elsewhere, look(q, after(2*time.Minute), "q")} {
		must(t, s.PutLook(ctx, l))
	}
	for _, want := range []struct {
		name      string
		got, want []string
	}{
		{"all", saw(s.Looks(ctx, p, 10)), []string{"elsewhere", "2b", "2a", "1"}},
		{"two", saw(s.Looks(ctx, p, 2)), []string{"elsewhere", "2b"}},
		{"by, since the start", saw(s.LooksBy(ctx, "beijing", start, 10)), []string{"q", "2b", "2a", "1"}},
		{"by, since later", saw(s.LooksBy(ctx, "beijing", after(2*time.Minute), 10)), []string{"q"}},
		{"by, limited", saw(s.LooksBy(ctx, "beijing", start, 1)), []string{"q"}},
		{"by, elsewhere", saw(s.LooksBy(ctx, "tianjin", start, 10)), []string{"elsewhere"}},
	} {
		if !slices.Equal(want.got, want.want) {
			t.Errorf("%s: %q, want %q", want.name, want.got, want.want)
		}
	}
}

func aLookAtNobody(t *testing.T, s healthcode.Store) {
	wantCode(t, "look", s.PutLook(ctx, look(healthcode.PersonID{1}, start, "")), healthcode.CodeNotFound)
}
