package checkpoint_test

import (
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/checkpoint"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
	"healthcode/pass"
	"healthcode/policy"
)

func degrees(t float64) *float64 { return &t }

func shown(h *servicetest.House, a healthcode.Actor, jurisdiction string) string {
	h.Helper()
	p, err := h.Status.Renew(h.Context(), a, jurisdiction, "")
	h.Must(err)
	return p.Text
}

// become gives a new resident of a jurisdiction one of its states.
func become(h *servicetest.House, jurisdiction, state string) healthcode.Actor {
	h.Helper()
	a := h.Register(jurisdiction, servicetest.Zhang)
	switch state {
	case "red":
		h.Learn(a.Person, `{"id":"1","source":"hospital:1","kind":"diagnosis","class":"confirmed","from":"2022-04-27T10:00:00+08:00"}`)
	case "orange", "yellow":
		h.Learn(a.Person, `{"id":"1","source":"person","kind":"symptoms","symptoms":["fever"],"time":"2022-04-27T10:00:00+08:00"}`)
	case "held":
		h.Learn(a.Person, `{"id":"1","source":"border:PEK","kind":"entry","time":"2022-04-27T10:00:00+08:00"}`)
	}
	return a
}

// The table of decisions: a venue policy, a state, a temperature.
func TestDecisions(t *testing.T) {
	type row struct {
		jurisdiction, venue, area, state string
		temperature                      *float64
		want                             policy.Verdict
		ground                           string
	}
	normal, fever := degrees(36.5), degrees(37.3)
	for _, r := range []row{
		{"beijing", "mall", "110105", "green", normal, policy.Admit, ""},
		{"beijing", "mall", "110105", "green", fever, policy.Refer, "temperature"},
		{"beijing", "mall", "110105", "green", nil, policy.Measure, ""},
		{"beijing", "mall", "110105", "held", normal, policy.Refer, "held"},
		{"beijing", "hotel", "110105", "red", normal, policy.Refuse, "red"},
		{"beijing", "campus", "110105", "none", normal, policy.Refer, "no-code"},
		{"tianjin", "residential", "120101", "green", normal, policy.Admit, ""},
		{"tianjin", "metro", "120101", "orange", normal, policy.Refuse, "orange"},
		{"tianjin", "rail-arrival", "120101", "green", nil, policy.Measure, ""},
		{"tianjin", "mall", "120101", "red", fever, policy.Advisory, ""},
		{"tianjin", "bank", "120101", "none", nil, policy.Advisory, ""},
		{"ningbo", "city-entry", "330203", "red", normal, policy.Refer, "red"},
		{"ningbo", "city-entry", "330203", "yellow", normal, policy.Refuse, "yellow"},
		{"ningbo", "employment", "330203", "green", nil, policy.Admit, ""},
		{"ningbo", "rental", "330203", "red", fever, policy.Refer, "red"},
		{"ningbo", "school", "330203", "none", nil, policy.Refer, "no-code"},
		{"beijing", "hospital", "110105", "red", nil, policy.NotUsed, ""},
		{"tianjin", "hospital", "120101", "none", fever, policy.NotUsed, ""},
	} {
		t.Run(r.jurisdiction+" "+r.venue+" "+r.state, func(t *testing.T) {
			h := servicetest.New(t)
			door := h.Venue(r.jurisdiction, r.venue, r.area)
			var answer checkpoint.Answer
			var err error
			if r.state == "none" {
				answer, err = h.Checkpoint.NoCode(t.Context(), door, r.temperature)
			} else {
				answer, err = h.Checkpoint.Scan(t.Context(), door, shown(h, become(h, r.jurisdiction, r.state), r.jurisdiction), r.temperature)
			}
			h.Must(err)
			var grounds []string
			if r.ground != "" {
				grounds = []string{r.ground}
			}
			if answer.Decision.Decision != r.want || len(answer.Grounds) != len(grounds) || len(grounds) == 1 && answer.Grounds[0] != grounds[0] {
				t.Errorf("%s on %v, want %s on %v", answer.Decision.Decision, answer.Grounds, r.want, grounds)
			}
			if !answer.Text.Complete() {
				t.Errorf("text %+v", answer.Text)
			}
		})
	}
}

func visits(h *servicetest.House, door healthcode.Actor) []healthcode.Visit {
	h.Helper()
	list, err := h.Checkpoint.Recent(h.Context(), door, 100)
	h.Must(err)
	return list
}

func facts(h *servicetest.House, a healthcode.Actor) []healthcode.Fact {
	h.Helper()
	list, err := h.Store.Facts(h.Context(), a.Person)
	h.Must(err)
	return list
}

// From registering to the door: the visit and the look are recorded, the door sees a masked name, and
// all of it ends with its retention.
func TestVisit(t *testing.T) {
	h := servicetest.New(t)
	a, door := h.Register("beijing", servicetest.Anna), h.Venue("beijing", "mall", "110105")
	text := shown(h, a, "beijing")
	answer, err := h.Checkpoint.Scan(t.Context(), door, " "+text+"\r\n", degrees(36.6)) // as hand scanners end a line
	h.Must(err)
	if answer.Name != "A*** E***" || answer.State != "green" || !answer.Unchecked || answer.Proxy || answer.Failure != "" {
		t.Errorf("answer %+v", answer)
	}
	looks, err := h.Residents.Looks(t.Context(), a)
	h.Must(err)
	if len(looks) != 1 || looks[0].By != door.Staff || looks[0].Venue != door.Venue || looks[0].Purpose != "scan" || !looks[0].At.Equal(h.Clock.Now()) {
		t.Errorf("looks %+v", looks)
	}
	list := facts(h, a)
	if len(list) != 1 || list[0].Source != "venue:"+door.Venue || list[0].Kind != healthcode.KindStay || list[0].Area != "110105" || list[0].Evidence != "venue" {
		t.Fatalf("facts %+v", list)
	}

	// Scanning the same pass again is the same visit.
	h.Clock.Advance(2 * time.Second)
	_, err = h.Checkpoint.Scan(t.Context(), door, text, degrees(36.6))
	h.Must(err)
	if list = facts(h, a); len(list) != 1 {
		t.Errorf("%d facts after scanning twice, want 1", len(list))
	}

	after := h.Clock.Now().AddDate(0, 0, 21).Add(time.Second)
	_, err = h.Store.PurgeFacts(t.Context(), after)
	h.Must(err)
	n, err := h.Store.PurgeVisits(t.Context(), after)
	h.Must(err)
	if list = facts(h, a); len(list) != 0 || n == 0 {
		t.Errorf("after the retention: facts %v, %d visits deleted", list, n)
	}
}

// Who isn't let in was not there.
func TestRefusedIsNoVisit(t *testing.T) {
	h := servicetest.New(t)
	a, door := become(h, "tianjin", "red"), h.Venue("tianjin", "restaurant", "120101")
	before := len(facts(h, a))
	_, err := h.Checkpoint.Scan(t.Context(), door, shown(h, a, "tianjin"), degrees(36.6))
	h.Must(err)
	if n := len(facts(h, a)); n != before {
		t.Errorf("%d facts, want %d", n, before)
	}
	if list := visits(h, door); len(list) != 1 || list[0].Decision != string(policy.Refuse) || list[0].State != "red" {
		t.Errorf("visits %+v: a refusal has to be kept with its ground", list)
	}
}

// Where the code isn't used, the door learns nothing and nothing of the person is kept.
func TestHospitalLearnsNothing(t *testing.T) {
	h := servicetest.New(t)
	a, door := become(h, "tianjin", "red"), h.Venue("tianjin", "hospital", "120101")
	before := len(facts(h, a))
	answer, err := h.Checkpoint.Scan(t.Context(), door, shown(h, a, "tianjin"), nil)
	h.Must(err)
	if answer.Decision.Decision != policy.NotUsed || answer.State != policy.StateNone || answer.Name != "" || !answer.Until.IsZero() {
		t.Errorf("answer %+v", answer)
	}
	looks, err := h.Residents.Looks(t.Context(), a)
	h.Must(err)
	if list := visits(h, door); len(looks) != 0 || len(facts(h, a)) != before || len(list) != 1 || list[0].Person != (healthcode.PersonID{}) || list[0].State != policy.StateNone {
		t.Errorf("looks %v, visits %+v", looks, list)
	}
}

// A code that can't be taken is decided like no code, and says why. It is no refusal.
func TestCodesThatAreNotTaken(t *testing.T) {
	h := servicetest.New(t)
	a, door := h.Register("beijing", servicetest.Zhang), h.Venue("beijing", "mall", "110105")
	other := h.Register("tianjin", servicetest.Li)
	old := shown(h, a, "beijing")
	h.Clock.Advance(61 * time.Second)
	fresh := shown(h, a, "beijing")
	damaged := []byte(fresh)
	damaged[len(damaged)-1] = "01"[(damaged[len(damaged)-1]&1)^1]
	for name, c := range map[string]struct {
		text string
		want pass.Code
	}{
		"screenshot":         {old, pass.Expired},
		"another city's":     {shown(h, other, "tianjin"), pass.OtherJurisdiction},
		"a web address":      {"https://example.org/", pass.NotAPass},
		"an unknown number":  {"1234 5678", pass.Expired},
		"damaged or changed": {string(damaged), ""},
	} {
		answer, err := h.Checkpoint.Scan(t.Context(), door, c.text, degrees(36.5))
		h.Must(err)
		if answer.Decision.Decision != policy.Refer || answer.State != policy.StateNone || answer.Name != "" {
			t.Errorf("%s: %+v", name, answer)
		}
		if answer.Failure == "" || c.want != "" && answer.Failure != c.want {
			t.Errorf("%s: failure %q, want %q", name, answer.Failure, c.want)
		}
	}
	if looks, err := h.Residents.Looks(t.Context(), a); err != nil || len(looks) != 0 {
		t.Errorf("looks %v, %v", looks, err)
	}
}

// The door is online: it decides on the state now, not on the one in a pass made seconds ago.
func TestStateNow(t *testing.T) {
	h := servicetest.New(t)
	a, door := h.Register("beijing", servicetest.Zhang), h.Venue("beijing", "mall", "110105")
	text := shown(h, a, "beijing")
	h.Clock.Advance(10 * time.Second)
	h.Learn(a.Person, `{"id":"1","source":"hospital:1","kind":"diagnosis","class":"confirmed","from":"2022-04-28T09:00:00+08:00"}`)
	answer, err := h.Checkpoint.Scan(t.Context(), door, text, degrees(36.5))
	h.Must(err)
	if answer.State != "red" || answer.Decision.Decision != policy.Refuse {
		t.Errorf("answer %+v", answer)
	}
}

func TestNumberAtTheDoor(t *testing.T) {
	h := servicetest.New(t)
	a, door := h.Register("beijing", servicetest.Zhang), h.Venue("beijing", "mall", "110105")
	number, _, err := h.Status.Number(t.Context(), a, "beijing")
	h.Must(err)
	for range 2 {
		answer, err := h.Checkpoint.Scan(t.Context(), door, number[:4]+" "+number[4:], degrees(36.5))
		h.Must(err)
		if answer.Decision.Decision != policy.Admit || answer.Name != "张*" {
			t.Errorf("answer %+v", answer)
		}
	}
	if n := len(facts(h, a)); n != 1 {
		t.Errorf("%d visits of one number, want 1", n)
	}
}

// A pass that expires while the temperature is taken needn't be scanned again.
func TestTemperatureTakesTime(t *testing.T) {
	h := servicetest.New(t)
	a, door, other := h.Register("tianjin", servicetest.Zhang), h.Venue("tianjin", "residential", "120101"), h.Venue("tianjin", "restaurant", "120101")
	for i, code := range []func() string{
		func() string { return shown(h, a, "tianjin") },
		func() string {
			number, _, err := h.Status.Number(t.Context(), a, "tianjin")
			h.Must(err)
			return number
		},
	} {
		measure, err := h.Checkpoint.Scan(t.Context(), door, code(), nil)
		h.Must(err)
		if measure.Decision.Decision != policy.Measure || measure.Again == "" {
			t.Fatalf("answer %+v, want to measure first", measure)
		}
		h.Clock.Advance(time.Minute)
		still, err := h.Checkpoint.Scan(t.Context(), door, measure.Again, nil)
		h.Must(err)
		if still.Again != measure.Again {
			t.Error("it may be kept alive for ever")
		}
		elsewhere, err := h.Checkpoint.Scan(t.Context(), other, measure.Again, degrees(36.5))
		h.Must(err)
		if elsewhere.Failure != pass.Expired {
			t.Errorf("another venue: answer %+v", elsewhere)
		}
		answer, err := h.Checkpoint.Scan(t.Context(), door, measure.Again, degrees(36.5))
		h.Must(err)
		if answer.Decision.Decision != policy.Admit || answer.Name != "张*" || !answer.Unchecked || answer.Again != "" {
			t.Errorf("answer %+v", answer)
		}
		if n := len(facts(h, a)); n != i+1 {
			t.Errorf("%d visits, want %d", n, i+1)
		}
		h.Clock.Advance(time.Minute)
		late, err := h.Checkpoint.Scan(t.Context(), door, measure.Again, degrees(36.5))
		h.Must(err)
		if late.Failure != pass.Expired || late.Decision.Decision == policy.Admit {
			t.Errorf("after two minutes: %+v", late)
		}
	}
	broken, err := h.Checkpoint.Scan(t.Context(), door, "waiting.AAAA", degrees(36.5))
	h.Must(err)
	if broken.Failure != pass.Expired {
		t.Errorf("answer %+v to what was never sealed", broken)
	}
}

// A signed-in door can't find people by trying numbers.
func TestWrongNumbersAreLimited(t *testing.T) {
	h := servicetest.New(t)
	a, door := h.Register("beijing", servicetest.Zhang), h.Venue("beijing", "mall", "110105")
	number, _, err := h.Status.Number(t.Context(), a, "beijing")
	h.Must(err)
	wrong := servicetest.WrongCode(number[:6]) + number[6:]
	for range 60 {
		for range 2 { // those that are right aren't counted
			_, err := h.Checkpoint.Scan(t.Context(), door, number, degrees(36.5))
			h.Must(err)
		}
		answer, err := h.Checkpoint.Scan(t.Context(), door, wrong, degrees(36.5))
		h.Must(err)
		if answer.Failure != pass.Expired {
			t.Fatalf("answer %+v to a wrong number", answer)
		}
	}
	for _, typed := range []string{wrong, number} {
		_, err := h.Checkpoint.Scan(t.Context(), door, typed, degrees(36.5))
		h.WantCode(err, identity.CodeTooOften)
	}
	_, err = h.Checkpoint.Scan(t.Context(), door, shown(h, a, "beijing"), degrees(36.5))
	h.Must(err) // a pass can't be guessed
	other := door
	other.Staff = "another"
	_, err = h.Checkpoint.Scan(t.Context(), other, number, degrees(36.5))
	h.Must(err)
	h.Clock.Advance(time.Hour)
	number, _, err = h.Status.Number(t.Context(), a, "beijing")
	h.Must(err)
	answer, err := h.Checkpoint.Scan(t.Context(), door, number, degrees(36.5))
	h.Must(err)
	if answer.Failure != "" {
		t.Errorf("answer %+v after an hour", answer)
	}
}

// A family member's code says that another person shows it.
func TestProxyAtTheDoor(t *testing.T) {
	h := servicetest.New(t)
	asker, child := h.Register("tianjin", servicetest.Li), servicetest.Lin
	h.Must(h.Residents.Ask(t.Context(), asker, resident.Asking{Jurisdiction: "tianjin", Name: child.Name,
		Document: child.Document, Kind: healthcode.RelationChild, Photo: servicetest.KeyPage()}))
	officer := servicetest.Officer(healthcode.RoleCaseworker, "tianjin")
	photos, err := h.Casework.Waiting(t.Context(), officer)
	h.Must(err)
	h.Must(h.Casework.Review(t.Context(), officer, photos[0].ID, true))
	relations, err := h.Residents.Relations(t.Context(), asker)
	h.Must(err)
	o, err := h.Status.OfRelation(t.Context(), asker, relations[0].ID)
	h.Must(err)
	answer, err := h.Checkpoint.Scan(t.Context(), h.Venue("tianjin", "restaurant", "120101"), o.Pass.Text, degrees(36.5))
	h.Must(err)
	if !answer.Proxy || answer.Name != "林*" || answer.Decision.Decision != policy.Admit {
		t.Errorf("answer %+v", answer)
	}
	if list := facts(h, healthcode.Actor{Person: relations[0].Subject}); len(list) != 1 {
		t.Errorf("the visit isn't the child's: %v", list)
	}
	if list := facts(h, asker); len(list) != 0 {
		t.Errorf("the visit became the parent's: %v", list)
	}
}

func TestTemperatureFault(t *testing.T) {
	h := servicetest.New(t)
	a, door := h.Register("beijing", servicetest.Zhang), h.Venue("beijing", "mall", "110105")
	_, err := h.Checkpoint.Scan(t.Context(), door, shown(h, a, "beijing"), degrees(365))
	h.WantCode(err, healthcode.CodeInvalid)
	if list := visits(h, door); len(list) != 0 {
		t.Errorf("visits %v of a decision that was never given", list)
	}
}

func TestDoorsOnly(t *testing.T) {
	h := servicetest.New(t)
	h.Venue("beijing", "mall", "110105")
	ctx, s := t.Context(), h.Checkpoint
	h.Refused(servicetest.Others("beijing", healthcode.RoleCheckpoint), map[string]func(healthcode.Actor) error{
		"Venue":  func(a healthcode.Actor) error { _, _, err := s.Venue(ctx, a); return err },
		"Scan":   func(a healthcode.Actor) error { _, err := s.Scan(ctx, a, "", nil); return err },
		"NoCode": func(a healthcode.Actor) error { _, err := s.NoCode(ctx, a, nil); return err },
		"Recent": func(a healthcode.Actor) error { _, err := s.Recent(ctx, a, 10); return err },
	})
	// The venue of another jurisdiction, and none at all.
	for _, venue := range []string{"beijing-mall", "", "nowhere"} {
		a := healthcode.Actor{Role: healthcode.RoleCheckpoint, Staff: "x", Jurisdiction: "tianjin", Venue: venue}
		_, err := s.Scan(ctx, a, "", nil)
		h.WantCode(err, checkpoint.CodeVenue)
	}
}
