// Package servicetest wires every service over a real store in a temporary
// folder, with a clock that the test moves, for the tests of the services.
package servicetest

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"net/netip"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/area"
	"healthcode/internal/casework"
	"healthcode/internal/change"
	"healthcode/internal/checkpoint"
	"healthcode/internal/lab"
	"healthcode/internal/resident"
	"healthcode/internal/sqlite"
	"healthcode/internal/status"
	"healthcode/internal/vault"
	"healthcode/policies"
	"healthcode/policy"
)

// Shanghai is the time zone of every built-in policy.
var Shanghai = time.FixedZone("CST", 8*60*60)

// Start is when the clock of a new house stands. It is given in UTC, as on most servers, so that
// whoever takes the clock's own calendar for the jurisdiction's fails.
var Start = time.Date(2022, 4, 28, 9, 0, 0, 0, Shanghai).UTC()

// Clock is set by tests.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time that was set.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set sets the time.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t.UTC()
}

// Advance moves the time on.
func (c *Clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

// House is the whole service without pages and API.
type House struct {
	testing.TB
	Clock      *Clock
	Store      *sqlite.Store
	Path       string // of the store's file
	Vault      *vault.Vault
	Policies   *policy.Set
	Access     *access.Service
	Admin      *access.Admin
	Status     *status.Service
	Residents  *resident.Service
	Checkpoint *checkpoint.Service
	Casework   *casework.Service
	Cases      *casework.Cases
	Change     *change.Service
	Labs       *lab.Service
	Log        *bytes.Buffer // read it only while nothing runs
}

// New returns a house with the built-in policies and no area history.
func New(t testing.TB) *House {
	t.Helper()
	h := &House{TB: t, Clock: &Clock{now: Start}, Log: &bytes.Buffer{}}
	var err error
	h.Vault, err = vault.Create(filepath.Join(t.TempDir(), "keys.json"), nil)
	h.Must(err)
	h.Path = filepath.Join(t.TempDir(), "health.db")
	h.Store, err = sqlite.Open(t.Context(), h.Path, h.Vault)
	h.Must(err)
	t.Cleanup(func() { h.Must(h.Store.Close()) })
	h.Policies, err = policy.Load(policies.FS)
	h.Must(err)
	h.Access = access.New(h.Store, h.Clock)
	h.Status = h.NewStatus()
	h.Admin = access.NewAdmin(h.Store, h.Status)
	log := slog.New(slog.NewJSONHandler(h.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.Residents, err = resident.New(h.Store, h.Vault, h.Status, h.Access, h.Clock, log)
	h.Must(err)
	h.Checkpoint = checkpoint.New(h.Store, h.Status, h.Clock)
	h.Change = change.New(h.Store, h.Status, h.Clock, log, change.DefaultLimits)
	h.Cases = casework.NewCases(h.Store, h.Status, h.Change, h.Clock, log)
	h.Casework = casework.New(h.Store, h.Clock, log)
	h.Labs = lab.New(h.Store, h.Status, h.Change, h.Cases, h.Clock, lab.DefaultLimits, log)
	return h
}

// NewStatus returns one more status service over the same store and keys, as a restart would.
func (h *House) NewStatus() *status.Service {
	return status.New(h.Store, h.Policies, status.NewKeys(h.Vault), h.Vault, h.Clock, area.Complete)
}

// Must stops the test at an error.
func (h *House) Must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// WantCode stops the test unless err has the code.
func (h *House) WantCode(err error, want healthcode.Code) {
	h.Helper()
	if err == nil || healthcode.CodeOf(err) != want {
		h.Fatalf("error %v (code %s), want code %s", err, healthcode.CodeOf(err), want)
	}
}

// At returns an instant of 2022 in Shanghai.
func At(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2022, month, day, hour, minute, 0, 0, Shanghai)
}

// Someone is a person of the tests.
type Someone struct {
	Name     string
	Document healthcode.Document
	Birth    string // where the document doesn't state it
	Phone    string
}

// The people of the tests. Lin is a child of 7, Yu one who becomes 18 on 2 May 2022.
var (
	Zhang = Someone{"张三丰", ID("11010519491231002X"), "", "+8613800000001"}
	Anna  = Someone{"Anna Maria Eriksson", healthcode.Document{Type: healthcode.DocumentPassport, Number: "L898902C3", Country: "SWE"}, "1974-08-12", "+8613800000002"}
	Li    = Someone{"李四光", ID("110101198001010010"), "", "+8613800000003"}
	Wang  = Someone{"王小明", ID("110101199002020016"), "", "+8613800000004"}
	Lin   = Someone{"林一", ID("110101201501010017"), "", "+8613800000005"}
	Yu    = Someone{"于二", ID("110101200405020015"), "", "+8613800000006"}
)

// ID returns a resident identity card with the check digit of GB 11643.
func ID(number string) healthcode.Document {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(number[i]-'0')
	}
	return healthcode.Document{Type: healthcode.DocumentID, Number: number[:17] + string("10X98765432"[sum%11])}
}

// From is where requests come from.
var From = resident.Caller{Address: netip.MustParseAddr("192.0.2.7"), Device: "Chrome on Android"}

// FormOf returns a filled registration form.
func (h *House) FormOf(jurisdiction string, who Someone) resident.Form {
	h.Helper()
	p, err := h.Status.Policy(jurisdiction)
	h.Must(err)
	return resident.Form{Jurisdiction: jurisdiction, Language: healthcode.ZH, Declaration: p.Declaration.Version,
		Channel: "web", Name: who.Name, Document: who.Document, Birth: who.Birth, Phone: who.Phone}
}

// Register registers somebody and returns the actor of their session.
func (h *House) Register(jurisdiction string, who Someone) healthcode.Actor {
	h.Helper()
	sealed, err := h.Residents.Begin(h.Context(), h.FormOf(jurisdiction, who), From)
	h.Must(err)
	token, err := h.Residents.Complete(h.Context(), sealed, h.Code(who.Phone), From)
	h.Must(err)
	return h.Actor(token)
}

// Actor returns who holds a session.
func (h *House) Actor(token string) healthcode.Actor {
	h.Helper()
	a, _, err := h.Access.Session(h.Context(), token)
	h.Must(err)
	return a
}

// Session returns the session of a token.
func (h *House) Session(token string) healthcode.Session {
	h.Helper()
	_, s, err := h.Access.Session(h.Context(), token)
	h.Must(err)
	return s
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// Code returns the one-time code of the latest message to a phone.
func (h *House) Code(phone string) string {
	h.Helper()
	for _, m := range h.Messages(phone) {
		if code := sixDigits.FindString(m.Body); code != "" {
			return code
		}
	}
	h.Fatalf("no one-time code was sent to %s", phone)
	return ""
}

// WrongCode returns six digits that aren't the code.
func WrongCode(code string) string {
	last := byte('0' + (code[5]-'0'+1)%10)
	return code[:5] + string(last)
}

// Messages lists the messages to a phone, the newest first.
func (h *House) Messages(phone string) []healthcode.Message {
	h.Helper()
	all, err := h.Store.Messages(h.Context(), 1000)
	h.Must(err)
	var list []healthcode.Message
	for _, m := range all {
		if m.Phone == phone {
			list = append(list, m)
		}
	}
	return list
}

// SignIn signs a registered person in with a fresh code.
func (h *House) SignIn(jurisdiction string, who Someone) string {
	h.Helper()
	h.Must(h.Residents.RequestCode(h.Context(), jurisdiction, who.Document, healthcode.ZH, From))
	token, err := h.Residents.SignIn(h.Context(), jurisdiction, who.Document, h.Code(who.Phone), From)
	h.Must(err)
	return token
}

// Learn appends facts, one JSON object each (docs/facts.md), to a person's.
// Where recorded is absent it is the clock's time.
func (h *House) Learn(person healthcode.PersonID, facts ...string) {
	h.Helper()
	rows := make([]healthcode.PersonFact, len(facts))
	for i, text := range facts {
		rows[i].Person = person
		h.Must(json.Unmarshal([]byte(text), &rows[i].Fact))
		if rows[i].Fact.Recorded.IsZero() {
			rows[i].Fact.Recorded = h.Clock.Now()
		}
	}
	outcomes, err := h.Store.Append(h.Context(), rows)
	h.Must(err)
	for i, o := range outcomes {
		if o != healthcode.Stored {
			h.Fatalf("fact %s: outcome %v", facts[i], o)
		}
	}
}

// Venue makes a venue and returns who works at its door.
func (h *House) Venue(jurisdiction, kind, county string) healthcode.Actor {
	h.Helper()
	v := healthcode.Venue{ID: jurisdiction + "-" + kind, Jurisdiction: jurisdiction, Kind: kind, Area: county,
		Name: healthcode.Text{ZH: "某" + kind, EN: "A " + kind}}
	h.Must(h.Store.PutVenue(h.Context(), v))
	return healthcode.Actor{Role: healthcode.RoleCheckpoint, Staff: "door-" + v.ID, Jurisdiction: jurisdiction, Venue: v.ID}
}

// Officer returns an actor of a role in a jurisdiction.
func Officer(role healthcode.Role, jurisdiction string) healthcode.Actor {
	return healthcode.Actor{Role: role, Staff: string(role) + "-" + jurisdiction, Jurisdiction: jurisdiction}
}

// Others returns one actor of each role but those named, and nobody.
func Others(jurisdiction string, but ...healthcode.Role) []healthcode.Actor {
	out := []healthcode.Actor{{}}
next:
	for _, role := range healthcode.Roles {
		for _, b := range but {
			if b == role {
				continue next
			}
		}
		out = append(out, Officer(role, jurisdiction))
	}
	return out
}

// Refused stops the test unless every call by the actors is refused as signed out or denied.
func (h *House) Refused(actors []healthcode.Actor, calls map[string]func(healthcode.Actor) error) {
	h.Helper()
	for _, a := range actors {
		want := healthcode.CodeDenied
		if a.Role == "" {
			want = healthcode.CodeSignedOut
		}
		for name, call := range calls {
			if err := call(a); err == nil || healthcode.CodeOf(err) != want {
				h.Errorf("%s by %q: error %v, want code %s", name, a.Role, err, want)
			}
		}
	}
}

// KeyPage is a picture large enough for a document's key page.
func KeyPage() []byte {
	img := image.NewGray(image.Rect(0, 0, 640, 420))
	for x := range 640 {
		img.SetGray(x, x%420, color.Gray{Y: 200})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}
