package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/api"
	"healthcode/internal/pgtest"
	"healthcode/internal/servicetest"
	"healthcode/policies"
	"healthcode/policy"
)

// gateway takes short messages.
type gateway struct {
	mu    sync.Mutex
	times map[string]int
	last  map[string]string // the last text by phone
	url   string
}

func newGateway(t *testing.T) *gateway {
	g := &gateway{times: map[string]int{}, last: map[string]string{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		var m struct{ ID, Phone, Body string }
		if err := json.Unmarshal(data, &m); err != nil {
			t.Error(err)
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		g.times[m.ID]++
		g.last[m.Phone] = m.Body
	}))
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

// config is what a server needs to send by it.
func (g *gateway) config(t *testing.T) string {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("0123456789abcdef0123"), 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("sms:\n  gateway: webhook\n  webhook: {url: %q, secret_file: %q}\n", g.url, secret)
}

var sixDigits = regexp.MustCompile(`\d{6}`)

// code waits for the one-time code of a phone.
func (g *gateway) code(t *testing.T, phone string) (code string) {
	eventually(t, "a one-time code", 10*time.Second, func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		code = sixDigits.FindString(g.last[phone])
		return code != ""
	})
	return code
}

// register registers somebody at one server, and completes it at another.
func register(t *testing.T, g *gateway, at, then *process, jurisdiction string, who servicetest.Someone) string {
	t.Helper()
	all, err := policy.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	versions := all.Versions(jurisdiction)
	declaration := versions[len(versions)-1].Declaration.Version
	form := map[string]any{"jurisdiction": jurisdiction, "language": "zh", "declaration": declaration,
		"name": who.Name, "document": who.Document, "phone": who.Phone}
	var sealed api.Sealed
	at.must("POST", "/v1/registrations", "", form, &sealed)
	var token api.Token
	then.must("POST", "/v1/registrations/complete", "", map[string]string{"registration": sealed.Registration, "code": g.code(t, who.Phone)}, &token)
	return token.Token
}

// TestThreeServersOnOneDatabase: nothing is true in one of them alone, and what one does another takes over.
func TestThreeServersOnOneDatabase(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	s := settings{Data: filepath.Join(t.TempDir(), "data"), Policies: ongoing(t), Database: pgtest.Database(t, "nothing", func(string) error { return nil })}
	store := opened(t, s)
	tokens := accounts(t, store, "tianjin", healthcode.RoleCheckpoint, healthcode.RoleAuthority)
	beijing := accounts(t, store, "beijing", healthcode.RoleAuthority, healthcode.RoleCaseworker)
	servers := make([]*process, 3)
	var starting sync.WaitGroup
	for i := range servers {
		config := g.config(t)
		starting.Go(func() { servers[i] = startServer(t, s, config) })
	}
	if starting.Wait(); t.Failed() {
		t.FailNow()
	}
	a, b := servers[0], servers[1]

	// Registered at A with the code given to B; the code shown by B is read by the door at C.
	token := register(t, g, a, b, "tianjin", servicetest.Zhang)
	show := func(at *process) api.Code {
		t.Helper()
		var code api.Code
		at.must("GET", "/v1/me/codes/tianjin", token, nil, &code)
		return code
	}
	scan := func(at *process, text string) api.Decision {
		t.Helper()
		var d api.Decision
		at.must("POST", "/v1/checkpoint/scans", tokens[healthcode.RoleCheckpoint], map[string]any{"code": text, "temperature": 36.5}, &d)
		return d
	}
	for i := range servers {
		code := show(servers[i])
		if d := scan(servers[(i+1)%3], code.Pass.Text); d.Failure != "" || d.State != "green" {
			t.Fatalf("shown by server %d: %+v", i, d)
		}
	}

	// A fact at A and a list of areas at A are in force at B in the next request.
	document, err := json.Marshal(servicetest.Zhang.Document)
	if err != nil {
		t.Fatal(err)
	}
	today := time.Now().In(servicetest.Shanghai)
	var sent api.FactsSent
	a.must("POST", "/v1/jurisdictions/tianjin/facts", tokens[healthcode.RoleAuthority], fmt.Sprintf(
		`{"id":"1","source":"telecom","person":{"document":%s},"kind":"stay","evidence":"telecom","area":"110117","from":%q}`,
		document, today.Add(-time.Hour).Format(time.RFC3339)), &sent)
	if sent.Stored != 1 {
		t.Fatalf("sent: %+v", sent)
	}
	if state := show(b).Status.State; state != "green" {
		t.Fatalf("before: %s", state)
	}
	history := map[string]any{"areas": []any{map[string]any{"code": "110117", "name": map[string]string{"zh": "平谷区", "en": "Pinggu"},
		"levels": []any{map[string]string{"from": today.Format("2006-01-02"), "level": "high"}}}}}
	var put api.AreasPut
	a.must("PUT", "/v1/jurisdictions/beijing/areas", beijing[healthcode.RoleAuthority], history, &put)
	for i, server := range servers {
		if state := show(server).Status.State; state != "orange" {
			t.Errorf("server %d after the change of areas: %s, want orange", i, state)
		}
	}

	// A key that was revoked signs nothing any more, whoever is asked.
	before := show(a).Pass.Text
	id, _, _ := strings.Cut(mustRun(t, append([]string{"pass-keys", "--jurisdiction", "tianjin"}, s.again()...)...), " ")
	mustRun(t, append([]string{"pass-keys", "--jurisdiction", "tianjin", "--revoke", id}, s.again()...)...)
	eventually(t, "the old key is refused everywhere", 5*time.Second, func() bool {
		return !slices.ContainsFunc(servers, func(p *process) bool { return scan(p, before).Failure == "" })
	})
	for i := range servers {
		if d := scan(servers[(i+1)%3], show(servers[i]).Pass.Text); d.Failure != "" {
			t.Errorf("after the revocation, shown by server %d: %+v", i, d)
		}
	}

	// Of fifty messages each goes out once.
	for i := range 50 {
		if err := store.PutMessage(t.Context(), healthcode.Message{ID: fmt.Sprint("message-", i), Phone: "+8613900000000", Body: "x", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "fifty messages", 15*time.Second, func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		n := 0
		for id, times := range g.times {
			if times > 1 {
				t.Fatalf("message %s went out %d times", id, times)
			}
			if strings.HasPrefix(id, "message-") {
				n++
			}
		}
		return n == 50
	})

	// One of them writes the log of changes. Where it is killed, another goes on with the same log.
	const taken = `"msg":"task taken","task":"log of changes"`
	var leader *process
	eventually(t, "somebody writes the log", 15*time.Second, func() bool {
		i := slices.IndexFunc(servers, func(p *process) bool { return strings.Contains(p.logged(), taken) })
		if i >= 0 {
			leader = servers[i]
		}
		return leader != nil
	})
	changes := 0
	change := func(at, then *process) {
		t.Helper()
		changes++
		document := healthcode.Document{Type: healthcode.DocumentPassport, Number: fmt.Sprintf("L898902%02d", changes), Country: "SWE"}
		if _, err := store.EnsurePersons(t.Context(), []healthcode.Document{document}); err != nil {
			t.Fatal(err)
		}
		var proposed api.ChangeBody
		at.must("POST", "/v1/jurisdictions/beijing/changes", beijing[healthcode.RoleCaseworker], map[string]any{"document": document,
			"ground": "no-link", "evidence": "phoned", "fact": map[string]any{"kind": "lift", "hold": "4"}}, &proposed)
		then.must("POST", "/v1/jurisdictions/beijing/changes/"+proposed.ID+"/agree", beijing[healthcode.RoleAuthority], nil, nil)
	}
	logged := func() bool {
		c := checkedData(t, s)
		return c.LogEntries == uint64(changes) && c.LogWaiting == 0
	}
	change(a, b)
	eventually(t, "the change is logged", 20*time.Second, logged)
	leader.kill()
	var rest []*process
	for _, p := range servers {
		if p != leader {
			rest = append(rest, p)
		}
	}
	change(rest[0], rest[1])
	eventually(t, "another server takes the log over", 30*time.Second, logged)
	if n := strings.Count(rest[0].logged()+rest[1].logged(), taken); n != 1 {
		t.Errorf("%d servers have taken the log over", n)
	}
}
