package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/area"
	"healthcode/internal/casework"
	"healthcode/internal/change"
	"healthcode/internal/checkpoint"
	"healthcode/internal/issuer"
	"healthcode/internal/lab"
	"healthcode/internal/live"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest" // signers of travel certificates
	"healthcode/internal/sqlite"
	"healthcode/internal/status"
	"healthcode/internal/travel"
	"healthcode/internal/trustlist"
	"healthcode/internal/vault"
	"healthcode/policies"
	"healthcode/policy"
)

var shanghai = time.FixedZone("CST", 8*60*60)

// site is the whole service over a real store, with a clock that the test moves.
type site struct {
	t      testing.TB
	now    time.Time
	store  *sqlite.Store
	server *Server
	http   *httptest.Server
	issuer *issuer.Keys
	lists  *trustlist.Lists
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{t: t, now: time.Date(2022, 4, 28, 9, 0, 0, 0, shanghai)}
	clock := healthcode.ClockFunc(func() time.Time { return s.now })
	keys, err := vault.Create(filepath.Join(t.TempDir(), "vault.json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.store, err = sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "web.db"), keys); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.store.Close() })
	set, history := loadPolicies(), loadAreas()
	if err := s.store.PutAreas(t.Context(), history); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	acc := access.New(s.store, clock)
	st := status.New(s.store, set, status.NewKeys(keys), keys, clock, area.Complete)
	res, err := resident.New(s.store, keys, st, acc, clock, log)
	if err != nil {
		t.Fatal(err)
	}
	s.server = New(Config{Clock: clock, Trust: s.trust(keys, clock), Boarding: s.boarding(keys, acc, clock), Policies: set, Access: acc, Resident: res, Status: st, Checkpoint: checkpoint.New(s.store, st, clock),
		Casework: casework.New(s.store, clock, log),
		Cases:    casework.NewCases(s.store, st, change.New(s.store, st, clock, log, change.DefaultLimits), clock, log), Change: change.New(s.store, st, clock, log, change.DefaultLimits), Counts: s.counts,
		Live: live.New(), Labs: lab.New(s.store, st, change.New(s.store, st, clock, log, change.DefaultLimits), casework.NewCases(s.store, st, change.New(s.store, st, clock, log, change.DefaultLimits), clock, log), clock, lab.DefaultLimits, log),
		Store: s.store, Sealer: keys, Log: log, Outbox: s.store})
	signers := servicetest.NewSigners(t, s.now.AddDate(-1, 0, 0), s.now.AddDate(4, 0, 0))
	s.server.Travel = travel.New(s.store, keys, st, signers, travel.BuiltIn(), clock, log)
	s.help(keys, st, clock)
	s.http = httptest.NewServer(s.server)
	t.Cleanup(s.http.Close)
	return s
}

// counts are those of a log with four entries.
func (s *site) counts(context.Context) ([]healthcode.ChangeCount, uint64, error) {
	return []healthcode.ChangeCount{
		{Jurisdiction: "beijing", Office: "beijing", Month: "2022-04", Kind: healthcode.KindLift, Ground: "no-link", Count: 3},
		{Jurisdiction: "tianjin", Office: "和平区", Month: "2022-03", Kind: healthcode.KindDiagnosis, Ground: "confirmed-case", Count: 1}}, 4, nil
}

// Policies and areas are read once: nothing changes them.
var (
	loadPolicies = sync.OnceValue(func() *policy.Set { return loaded(policy.Load(policies.FS)) })
	loadAreas    = sync.OnceValue(func() healthcode.AreaHistory { return loaded(area.DemoHistory()) })
)

func loaded[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// add stores facts about somebody who is registered.
func (s *site) add(who someone, facts ...healthcode.Fact) {
	s.t.Helper()
	id, err := s.store.FindPerson(s.t.Context(), healthcode.Document{Type: healthcode.DocumentType(who.kind), Number: who.number, Country: who.country})
	if err != nil {
		s.t.Fatal(err)
	}
	var rows []healthcode.PersonFact
	for i, f := range facts {
		f.ID, f.Recorded = fmt.Sprintf("%s-%d", who.number, i), s.now
		rows = append(rows, healthcode.PersonFact{Person: id, Fact: f})
	}
	outcomes, err := s.store.Append(s.t.Context(), rows)
	if err != nil || slices.ContainsFunc(outcomes, func(o healthcode.Outcome) bool { return o != healthcode.Stored }) {
		s.t.Fatalf("storing facts: %v %v", outcomes, err)
	}
}

// browser is one browser.
type browser struct {
	*site
	client *http.Client
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, &http.Client{Jar: jar}}
}

// get opens a page, following redirects, and wants the status.
func (v *browser) get(path string, want int) *page {
	v.t.Helper()
	r, err := v.client.Get(v.http.URL + path)
	return v.read(r, err, want)
}

// post sends a form.
func (v *browser) post(path string, form url.Values, want int) *page {
	v.t.Helper()
	r, err := v.client.PostForm(v.http.URL+path, form)
	return v.read(r, err, want)
}

func (v *browser) read(r *http.Response, err error, want int) *page {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	p := parsePage(v.t, string(body))
	p.response = r
	if r.StatusCode != want {
		v.t.Fatalf("%s answered %d, want %d: %s", r.Request.URL, r.StatusCode, want, p.text("main"))
	}
	return p
}

// submit fills in the form of a page whose button has a name or words, and sends it.
func (v *browser) submit(p *page, selector string, values url.Values, want int) *page {
	v.t.Helper()
	form := p.one(selector)
	all := url.Values{}
	for _, in := range form.all("input[type=hidden]") {
		all.Add(in.attr("name"), in.attr("value"))
	}
	for name, list := range values {
		all[name] = list
	}
	action := form.attr("action")
	if action == "" {
		action = p.response.Request.URL.RequestURI()
	}
	if strings.EqualFold(form.attr("method"), "post") {
		return v.post(action, all, want)
	}
	path, _, _ := strings.Cut(action, "?")
	return v.get(path+"?"+all.Encode(), want)
}

var digits = regexp.MustCompile(`\b\d{6}\b`)

// code is the one-time code of the latest message to a phone.
func (s *site) code(phone string) string {
	s.t.Helper()
	messages, err := s.store.Messages(s.t.Context(), 50)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, m := range messages {
		if m.Phone == phone {
			if found := digits.FindString(m.Body); found != "" {
				return found
			}
		}
	}
	s.t.Fatalf("no one-time code was sent to %s", phone)
	return ""
}

// A person of the tests.
type someone struct {
	name, kind, number, country, birth, phone string
}

var (
	zhang = someone{name: "张三丰", kind: "CN-ID", number: "11010519491231002X", phone: "+8613800000001"}
	anna  = someone{name: "Anna Maria Eriksson", kind: "PASSPORT", number: "L898902C3", country: "GBR", birth: "1974-08-12", phone: "+8613800000002"}
)

// register goes through every page from the declaration to the code.
func (s *site) register(place string, who someone) *browser {
	s.t.Helper()
	v := s.browser()
	p := v.get("/in/"+place+"/declaration", 200)
	p = v.submit(p, "main form", url.Values{"declaration": {p.one("input[name=declaration]").attr("value")}}, 200)
	p = v.submit(p, "main form", url.Values{"document.type": {who.kind}}, 200)
	values := url.Values{"name": {who.name}, "document.number": {who.number}, "phone": {who.phone}}
	if who.birth != "" {
		values.Set("birth", who.birth)
	}
	if who.country != "" {
		values.Set("document.country", who.country)
	}
	p = v.submit(p, "main form", values, 200)
	v.submit(p, "main form", url.Values{"code": {s.code(who.phone)}}, 200)
	return v
}
