package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/pass"
	"healthcode/policy"
)

const password = "a long password of staff"

var passwordHash = access.HashPassword(password)

// quiet is a county of each jurisdiction that is low: being let in there changes nobody's state.
var quiet = map[string]string{"beijing": "110119", "tianjin": "120101", "ningbo": "330203"}

// staff makes an account, and a venue of the kind for a door, and signs a browser in.
func (s *site) staff(role healthcode.Role, jurisdiction, kind string) *browser {
	s.t.Helper()
	m := healthcode.Staff{Name: string(role) + "-" + jurisdiction, Role: role, Jurisdiction: jurisdiction, PasswordHash: passwordHash}
	switch role {
	case healthcode.RoleCheckpoint:
		m.Name, m.Venue = m.Name+"-"+kind, jurisdiction+"-"+kind
		v := healthcode.Venue{ID: m.Venue, Jurisdiction: jurisdiction, Kind: kind, Name: healthcode.Text{ZH: "东门", EN: "East gate"}, Area: quiet[jurisdiction]}
		if err := s.store.PutVenue(s.t.Context(), v); err != nil {
			s.t.Fatal(err)
		}
	case healthcode.RoleLab:
		m.Source = "lab:" + jurisdiction
	}
	if err := s.store.PutStaff(s.t.Context(), m); err != nil {
		s.t.Fatal(err)
	}
	v := s.browser()
	v.english()
	v.post("/staff/sign-in", url.Values{"name": {m.Name}, "password": {password}}, 200)
	return v
}

// english makes the browser's pages English.
func (v *browser) english() {
	v.t.Helper()
	v.post("/language", url.Values{"lang": {"en"}, "back": {"/check"}}, 200)
}

// pass is a fresh pass of the resident who is signed in.
func (v *browser) pass(jurisdiction string) string {
	v.t.Helper()
	u, err := url.Parse(v.http.URL)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, cookie := range v.client.Jar.Cookies(u) {
		if cookie.Name != v.server.sessionCookie() {
			continue
		}
		actor, _, err := v.server.Access.Session(v.t.Context(), cookie.Value)
		if err != nil {
			v.t.Fatal(err)
		}
		p, err := v.server.Status.Renew(v.t.Context(), actor, jurisdiction, "")
		if err != nil {
			v.t.Fatal(err)
		}
		return p.Text
	}
	v.t.Fatal("nobody is signed in")
	return ""
}

// scan asks as the door's script does.
func (v *browser) scan(form url.Values, want int) doorReply {
	v.t.Helper()
	r, err := v.client.PostForm(v.http.URL+"/door/scan", form)
	if err != nil {
		v.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if r.StatusCode != want || r.Header.Get("Content-Type") != "application/json" {
		v.t.Fatalf("answered %d %s, want %d: %s", r.StatusCode, r.Header.Get("Content-Type"), want, body)
	}
	var reply doorReply
	if err := json.Unmarshal(body, &reply); err != nil {
		v.t.Fatal(err)
	}
	return reply
}

func TestDoorDecides(t *testing.T) {
	s := newSite(t)
	door, zhang := s.staff(healthcode.RoleCheckpoint, "tianjin", "residential"), s.register("tianjin", zhang)
	shown := zhang.pass("tianjin")

	r := door.scan(url.Values{"code": {shown}}, 200)
	if r.Decision != policy.Measure || r.Name != "张*" || !r.Unchecked || r.State != "green" || len(r.Grounds) != 0 {
		t.Errorf("without a temperature: %+v", r)
	}
	r = door.scan(url.Values{"code": {shown}, "temperature": {"36，5 ℃"}}, 200)
	if r.Decision != policy.Admit || len(r.Grounds) != 0 {
		t.Errorf("the same pass with 36.5: %+v", r)
	}
	r = door.scan(url.Values{"code": {shown}, "temperature": {"37.3"}}, 200)
	if r.Decision != policy.Refer || !slices.Equal(r.Grounds, []string{"temperature"}) {
		t.Errorf("with 37.3: %+v", r)
	}
	r = door.scan(url.Values{"none": {"1"}, "temperature": {"36.5"}}, 200)
	if r.Decision != policy.Refer || !slices.Equal(r.Grounds, []string{"no-code"}) || !strings.Contains(r.HTML, textDoorRegister.EN) {
		t.Errorf("without a code: %+v", r)
	}
	waiting := door.scan(url.Values{"code": {shown}}, 200).Again
	s.now = s.now.Add(2*time.Minute - time.Second)
	r = door.scan(url.Values{"code": {shown}, "waiting": {waiting}, "temperature": {"36.5"}}, 200)
	if r.Decision != policy.Admit || r.Name != "张*" {
		t.Errorf("a pass that expired while the temperature was taken: %+v", r)
	}
	r = door.scan(url.Values{"code": {shown}, "temperature": {"36.5"}}, 200)
	if r.Decision != policy.Refer || r.Failure != pass.Expired || r.Name != "" || r.State != policy.StateNone {
		t.Errorf("an old pass: %+v", r)
	}

	p := door.get("/door", 200)
	if rows := p.all(".door-recent tbody tr"); len(rows) != 7 {
		t.Errorf("%d decisions are listed, want 7", len(rows))
	}
	if strings.Contains(p.source, "张") {
		t.Error("the page of the door names a person")
	}
}

// number is what a resident reads out.
func (v *browser) number(jurisdiction string) string {
	v.t.Helper()
	u, _ := url.Parse(v.http.URL)
	for _, cookie := range v.client.Jar.Cookies(u) {
		if actor, _, err := v.server.Access.Session(v.t.Context(), cookie.Value); err == nil {
			number, _, err := v.server.Status.Number(v.t.Context(), actor, jurisdiction)
			if err != nil {
				v.t.Fatal(err)
			}
			return number
		}
	}
	v.t.Fatal("nobody is signed in")
	return ""
}

func TestDoorTakesTheNumberReadOut(t *testing.T) {
	s := newSite(t)
	door, zhang := s.staff(healthcode.RoleCheckpoint, "tianjin", "residential"), s.register("tianjin", zhang)
	n := zhang.number("tianjin")
	r := door.scan(url.Values{"code": {n[:4] + " " + n[4:]}, "temperature": {"36.5"}}, 200)
	if r.Decision != policy.Admit || r.Name != "张*" {
		t.Errorf("%+v", r)
	}
	other := s.staff(healthcode.RoleCheckpoint, "ningbo", "residential")
	if r := other.scan(url.Values{"code": {n}, "temperature": {"36.5"}}, 200); r.Failure != pass.Expired || r.Name != "" {
		t.Errorf("a number of another place: %+v", r)
	}
}

func TestDoorFormFaults(t *testing.T) {
	s := newSite(t)
	door := s.staff(healthcode.RoleCheckpoint, "tianjin", "residential")
	for _, tt := range []struct {
		form  url.Values
		field string
		text  healthcode.Text
	}{
		{url.Values{}, "code", textDoorNothing},
		{url.Values{"code": {"  "}, "temperature": {"36.5"}}, "code", textDoorNothing},
		{url.Values{"none": {"1"}, "temperature": {"warm"}}, "temperature", textDoorTemperatureWrong},
		{url.Values{"none": {"1"}, "temperature": {"365"}}, "temperature", healthcode.Text{EN: "That is no body temperature; please measure again."}},
		{url.Values{"none": {"1"}, "temperature": {"NaN"}}, "temperature", healthcode.Text{EN: "That is no body temperature; please measure again."}},
	} {
		r, err := door.client.PostForm(door.http.URL+"/door/scan", tt.form)
		if err != nil {
			t.Fatal(err)
		}
		var fault doorFault
		if err := json.NewDecoder(r.Body).Decode(&fault); err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusUnprocessableEntity || fault.Field != tt.field || fault.Text != tt.text.EN {
			t.Errorf("%v: %d %+v", tt.form, r.StatusCode, fault)
		}
		p := door.post("/door", tt.form, 422)
		if p.one(".errors a").attr("href") != "#f-"+tt.field || len(p.all(".decision")) != 0 {
			t.Errorf("%v: the page shows %s", tt.form, p.text("main"))
		}
	}
}

// TestDoorWithoutScript goes through the same as a hand scanner does where no script runs.
func TestDoorWithoutScript(t *testing.T) {
	s := newSite(t)
	door, zhang := s.staff(healthcode.RoleCheckpoint, "tianjin", "residential"), s.register("tianjin", zhang)
	p := door.get("/door", 200)
	if _, ok := p.one("#f-code").find("autofocus"); !ok {
		t.Error("the field for the code has no focus")
	}
	p = door.submit(p, "main form", url.Values{"code": {zhang.pass("tianjin")}}, 200)
	if got := p.one(".decision").attr("data-verdict"); got != "measure-temperature" {
		t.Fatalf("decided %s", got)
	}
	if _, ok := p.one("#f-temperature").find("autofocus"); !ok {
		t.Error("the field for the temperature has no focus")
	}
	p = door.submit(p, "main form", url.Values{"temperature": {"hot"}}, 422)
	if p.one("#f-temperature").attr("value") != "hot" {
		t.Error("what was typed is lost")
	}
	s.now = s.now.Add(time.Minute + time.Second) // the pass has expired
	p = door.submit(p, "main form", url.Values{"temperature": {"36.6"}}, 200)
	if got := p.one(".decision").attr("data-verdict"); got != "admit" {
		t.Fatalf("decided %s", got)
	}
	if len(p.all("input[name=again]")) != 0 {
		t.Error("the decided code is still waiting")
	}
	if title := p.text("title"); !strings.HasPrefix(title, textVerdictAdmit.EN) {
		t.Errorf("the title is %q", title)
	}

	// The scanner types the next person's code into the field that has the focus.
	p = door.submit(p, "main form", url.Values{"code": {zhang.pass("tianjin")}}, 200)
	p = door.submit(p, "main form", url.Values{"temperature": {zhang.pass("tianjin")}}, 200)
	if got := p.one(".decision").attr("data-verdict"); got != "measure-temperature" {
		t.Errorf("a code in the field of the temperature: decided %s", got)
	}
	p = door.submit(p, "main form", url.Values{"none": {"1"}}, 200)
	if got := p.text(".decision"); !strings.Contains(got, textVerdictRefer.EN) || !strings.Contains(got, textDoorRegister.EN) {
		t.Errorf("without a code: %s", got)
	}
}

// TestDoorAsksForNothingElse looks for ways to enter what is no ground: the form
// takes a code and a temperature, and says so.
func TestDoorAsksForNothingElse(t *testing.T) {
	s := newSite(t)
	p := s.staff(healthcode.RoleCheckpoint, "ningbo", "city-entry").get("/door", 200)
	var names []string
	for _, tag := range []string{"input", "select", "textarea", "button"} {
		for _, n := range p.all(".door " + tag) {
			if name := n.attr("name"); name != "" {
				names = append(names, name)
			}
		}
	}
	if want := []string{"code", "temperature", "none"}; !slices.Equal(names, want) {
		t.Errorf("the form asks for %v, want %v", names, want)
	}
	if !strings.Contains(p.text(".door .note"), textDoorNoGround.EN) {
		t.Error("the line about plates and registration is missing")
	}
}

func TestDoorsThatDoNotUseTheCode(t *testing.T) {
	s := newSite(t)
	zhang := s.register("tianjin", zhang)
	for kind, want := range map[string]policy.Verdict{"hospital": policy.NotUsed, "bank": policy.Advisory} {
		door := s.staff(healthcode.RoleCheckpoint, "tianjin", kind)
		for _, form := range []url.Values{{"code": {zhang.pass("tianjin")}}, {"none": {"1"}}, {"code": {"nonsense"}, "temperature": {"39"}}} {
			if r := door.scan(form, 200); r.Decision != want || len(r.Grounds) != 0 {
				t.Errorf("%s, %v: %+v", kind, form, r)
			}
		}
	}
}

// TestDoorShowsWhatToCheck wants the flags of a pass in words.
func TestDoorShowsWhatToCheck(t *testing.T) {
	s := newSite(t)
	door, zhang := s.staff(healthcode.RoleCheckpoint, "beijing", "mall"), s.register("beijing", zhang)
	r := door.scan(url.Values{"code": {zhang.pass("beijing")}, "temperature": {"36.5"}}, 200)
	if !strings.Contains(r.HTML, textDoorUnchecked.EN) || strings.Contains(r.HTML, textDoorProxy.EN) {
		t.Errorf("the decision shows %s", r.HTML)
	}
	if r := door.scan(url.Values{"code": {zhang.pass("beijing") + "0"}}, 200); r.Failure == "" || !strings.Contains(r.HTML, "decision-flag") {
		t.Errorf("a damaged pass: %+v", r)
	}
}

// TestDoorPolicies shows a green code with a normal temperature at every kind of venue of Tianjin.
func TestDoorPolicies(t *testing.T) {
	s := newSite(t)
	zhang := s.register("tianjin", zhang)
	want := map[string]policy.Verdict{"hospital": policy.NotUsed}
	for _, kind := range []string{"residential", "office", "restaurant", "bus", "metro", "rail-arrival", "airport-arrival"} {
		want[kind] = policy.Admit
	}
	for _, kind := range []string{"mall", "mall-shop", "supermarket", "bank", "terminal-shop", "farmers-market"} {
		want[kind] = policy.Advisory
	}
	p, err := s.server.Status.Policy("tianjin")
	if err != nil || len(p.Venues) != len(want) {
		t.Fatalf("Tianjin has %d kinds of venue, the test %d: %v", len(p.Venues), len(want), err)
	}
	for kind, verdict := range want {
		door := s.staff(healthcode.RoleCheckpoint, "tianjin", kind)
		if r := door.scan(url.Values{"code": {zhang.pass("tianjin")}, "temperature": {"36.5"}}, 200); r.Decision != verdict || !strings.Contains(r.HTML, verdictWords[verdict].EN) {
			t.Errorf("%s decides %s, want %s", kind, r.Decision, verdict)
		}
	}
}

func TestDoorHeadersAndWords(t *testing.T) {
	s := newSite(t)
	for _, verdict := range policy.Verdicts {
		if verdictWords[verdict].EN == "" {
			t.Errorf("there are no words for %s", verdict)
		}
	}
	r := s.staff(healthcode.RoleCheckpoint, "tianjin", "residential").get("/door", 200).response
	csp, permissions := r.Header.Get("Content-Security-Policy"), r.Header.Get("Permissions-Policy")
	if !strings.Contains(csp, "script-src 'self' 'wasm-unsafe-eval'") || !strings.Contains(permissions, "camera=(self)") {
		t.Errorf("the door's headers are %q and %q", csp, permissions)
	}
	r = s.browser().get("/staff/sign-in", 200).response
	csp, permissions = r.Header.Get("Content-Security-Policy"), r.Header.Get("Permissions-Policy")
	if strings.Contains(csp, "unsafe") || !strings.Contains(permissions, "camera=()") {
		t.Errorf("another page's headers are %q and %q", csp, permissions)
	}
}

// TestReaderIsTheOneThatWasChecked compares the vendored reader with what its own script says it is.
func TestReaderIsTheOneThatWasChecked(t *testing.T) {
	script, err := os.ReadFile("static/scan-reader.js")
	if err != nil {
		t.Fatal(err)
	}
	wasm, err := os.ReadFile("static/scan-reader.wasm")
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile("ZXING_WASM_SHA256=`([0-9a-f]{64})`").FindSubmatch(script)
	if want == nil || string(want[1]) != sha256Hex(wasm) {
		t.Errorf("scan-reader.wasm has the SHA-256 %s, scan-reader.js wants %s", sha256Hex(wasm), want)
	}
	fetch, err := os.ReadFile("scanner/fetch.sh")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^version=(\S+)$`).FindSubmatch(fetch)
	if version == nil || !strings.Contains(string(script), "zxing-wasm@"+string(version[1])+"/") {
		t.Errorf("scanner/fetch.sh fetches version %s, which isn't the one in static/", version)
	}
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
