package resident_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
)

func begin(h *servicetest.House, jurisdiction string, who servicetest.Someone) string {
	h.Helper()
	sealed, err := h.Residents.Begin(h.Context(), h.FormOf(jurisdiction, who), servicetest.From)
	h.Must(err)
	return sealed
}

func TestRegister(t *testing.T) {
	for _, jurisdiction := range []string{"beijing", "tianjin", "ningbo"} {
		t.Run(jurisdiction, func(t *testing.T) {
			h := servicetest.New(t)
			a := h.Register(jurisdiction, servicetest.Zhang)
			p, err := h.Residents.Profile(t.Context(), a)
			h.Must(err)
			version := h.FormOf(jurisdiction, servicetest.Zhang).Declaration
			if p.Person.Name != "张三丰" || p.Person.Phone != "+8613800000001" || p.Person.Identity != healthcode.IdentityUnchecked ||
				!p.Person.Birth.Equal(time.Date(1949, 12, 31, 0, 0, 0, 0, time.UTC)) {
				t.Errorf("person %+v", p.Person)
			}
			if len(p.Registrations) != 1 || p.Registrations[0].Declaration != version || !p.Registrations[0].At.Equal(servicetest.Start) ||
				p.Registrations[0].Language != healthcode.ZH {
				t.Errorf("registrations %+v: the version accepted and its time are missing", p.Registrations)
			}
			if len(h.Messages("+8613800000001")) != 1 {
				t.Errorf("messages %v, want one", h.Messages("+8613800000001"))
			}
		})
	}
}

func TestRegisterDocuments(t *testing.T) {
	for name, who := range map[string]servicetest.Someone{
		"foreign passport": servicetest.Anna,
		"chinese passport": {Name: "李四光", Document: healthcode.Document{Type: healthcode.DocumentChinesePassport, Number: "e12345678"}, Birth: "1980-01-01", Phone: "13800000011"},
		"home return":      {Name: "陳大文", Document: healthcode.Document{Type: healthcode.DocumentHomeReturnHK, Number: "H12345678"}, Birth: "1980-01-01", Phone: "+85291234567"},
		"taiwan":           {Name: "林志明", Document: healthcode.Document{Type: healthcode.DocumentTaiwanPermit, Number: "12345678"}, Birth: "1980-01-01", Phone: "13800000012"},
	} {
		t.Run(name, func(t *testing.T) {
			h := servicetest.New(t)
			sealed := begin(h, "tianjin", who)
			form, err := h.Residents.Pending(sealed)
			h.Must(err)
			token, err := h.Residents.Complete(t.Context(), sealed, h.Code(form.Phone), servicetest.From)
			h.Must(err)
			c, err := h.Status.Own(t.Context(), h.Actor(token), "tianjin")
			h.Must(err)
			if c.Status.State != "green" || c.Person.Name != who.Name || c.Person.Birth.Format(time.DateOnly) != who.Birth {
				t.Errorf("state %s of %+v", c.Status.State, c.Person)
			}
		})
	}
}

func TestBeginNamesTheField(t *testing.T) {
	h := servicetest.New(t)
	for name, c := range map[string]struct {
		change func(*resident.Form)
		code   healthcode.Code
		field  string
	}{
		"declaration not accepted": {func(f *resident.Form) { f.Declaration = "" }, resident.CodeDeclaration, "declaration"},
		"older declaration":        {func(f *resident.Form) { f.Declaration = "2020-03" }, resident.CodeDeclaration, "declaration"},
		"no such place":            {func(f *resident.Form) { f.Jurisdiction = "atlantis" }, healthcode.CodeNotFound, "jurisdiction"},
		"no name":                  {func(f *resident.Form) { f.Name = " " }, identity.CodeNameEmpty, "name"},
		"check digit":              {func(f *resident.Form) { f.Document.Number = "110105194912310021" }, identity.CodeDocumentCheckDigit, "document.number"},
		"no phone":                 {func(f *resident.Form) { f.Phone = "" }, identity.CodePhoneEmpty, "phone"},
		"no birth":                 {func(f *resident.Form) { f.Document, f.Birth = servicetest.Anna.Document, "" }, healthcode.CodeInvalid, "birth"},
		"born tomorrow":            {func(f *resident.Form) { f.Document, f.Birth = servicetest.Anna.Document, "2022-04-29" }, healthcode.CodeInvalid, "birth"},
	} {
		f := h.FormOf("beijing", servicetest.Zhang)
		c.change(&f)
		_, err := h.Residents.Begin(t.Context(), f, servicetest.From)
		var e *healthcode.Error
		if !errors.As(err, &e) || e.Code != c.code || e.Field != c.field || !e.Text.Complete() {
			t.Errorf("%s: error %#v, want %s of %s", name, err, c.code, c.field)
		}
	}
	f := h.FormOf("beijing", servicetest.Zhang)
	f.Name, f.Document.Number, f.Phone = "", "1", "2"
	_, err := h.Residents.Begin(t.Context(), f, servicetest.From)
	var fields []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, fault := range joined.Unwrap() {
			var e *healthcode.Error
			if errors.As(fault, &e) {
				fields = append(fields, e.Field)
			}
		}
	}
	if got := strings.Join(fields, " "); got != "name document.number phone" {
		t.Errorf("three faults at once: %v, of %q", err, got)
	}
	if persons, facts, err := h.Store.Counts(t.Context()); err != nil || persons+facts != 0 {
		t.Errorf("%d persons, %d facts, %v: an unfinished registration stores nothing", persons, facts, err)
	}
}

func TestUnfinishedRegistrationStoresNobody(t *testing.T) {
	h := servicetest.New(t)
	sealed := begin(h, "beijing", servicetest.Zhang)
	if strings.Contains(sealed, "张三丰") || strings.Contains(sealed, "11010519491231") {
		t.Error("the sealed form can be read")
	}
	if persons, _, err := h.Store.Counts(t.Context()); err != nil || persons != 0 {
		t.Errorf("%d persons (%v) before the one-time code", persons, err)
	}
	h.Clock.Advance(time.Hour + time.Second)
	_, err := h.Residents.Complete(t.Context(), sealed, "000000", servicetest.From)
	h.WantCode(err, resident.CodeForm)
	h.WantCode(h.Residents.Resend(t.Context(), sealed, servicetest.From), resident.CodeForm)
	_, err = h.Residents.Pending(sealed)
	h.WantCode(err, resident.CodeForm)
	_, err = h.Residents.Pending(sealed[:len(sealed)-2] + "AA")
	h.WantCode(err, resident.CodeForm)
}

func TestRegisterCodeTries(t *testing.T) {
	h := servicetest.New(t)
	sealed := begin(h, "beijing", servicetest.Zhang)
	code := h.Code(servicetest.Zhang.Phone)
	for range identity.CodeTries - 1 {
		_, err := h.Residents.Complete(t.Context(), sealed, servicetest.WrongCode(code), servicetest.From)
		h.WantCode(err, identity.CodeOneTimeWrong)
	}
	_, err := h.Residents.Complete(t.Context(), sealed, "12 34", servicetest.From) // no try: it can't be a code
	h.WantCode(err, identity.CodeOneTimeForm)
	_, err = h.Residents.Complete(t.Context(), sealed, servicetest.WrongCode(code), servicetest.From)
	h.WantCode(err, identity.CodeOneTimeTries)
	_, err = h.Residents.Complete(t.Context(), sealed, code, servicetest.From)
	h.WantCode(err, identity.CodeOneTimeTries) // the right one comes too late

	h.Clock.Advance(time.Minute)
	h.Must(h.Residents.Resend(t.Context(), sealed, servicetest.From))
	h.Clock.Advance(identity.CodeLifetime)
	_, err = h.Residents.Complete(t.Context(), sealed, h.Code(servicetest.Zhang.Phone), servicetest.From)
	h.WantCode(err, identity.CodeOneTimeExpired)
	h.Must(h.Residents.Resend(t.Context(), sealed, servicetest.From))
	_, err = h.Residents.Complete(t.Context(), sealed, h.Code(servicetest.Zhang.Phone), servicetest.From)
	h.Must(err)
}

// A button pressed twice, even at the same moment, registers once and ends signed in.
func TestRegisterTwiceIsOnce(t *testing.T) {
	h := servicetest.New(t)
	sealed := begin(h, "beijing", servicetest.Zhang)
	code := h.Code(servicetest.Zhang.Phone)
	type result struct {
		token string
		err   error
	}
	results := make(chan result)
	for range 3 {
		go func() {
			token, err := h.Residents.Complete(t.Context(), sealed, code, servicetest.From)
			results <- result{token, err}
		}()
	}
	persons := make(map[healthcode.PersonID]bool)
	for range 3 {
		r := <-results
		h.Must(r.err)
		persons[h.Actor(r.token).Person] = true
	}
	if n, _, err := h.Store.Counts(t.Context()); err != nil || n != 1 || len(persons) != 1 {
		t.Errorf("%d persons signed in, %d stored (%v), want one", len(persons), n, err)
	}

	// The code fits this form alone, and not for long.
	other := servicetest.Li
	other.Phone = servicetest.Zhang.Phone
	h.Clock.Advance(time.Minute)
	second := begin(h, "beijing", other)
	_, err := h.Residents.Complete(t.Context(), second, code, servicetest.From)
	h.WantCode(err, identity.CodeOneTimeWrong)
	h.Clock.Advance(identity.CodeLifetime)
	_, err = h.Residents.Complete(t.Context(), sealed, code, servicetest.From)
	h.WantCode(err, identity.CodeOneTimeExpired)
}

func TestSendLimits(t *testing.T) {
	h := servicetest.New(t)
	sealed := begin(h, "beijing", servicetest.Zhang)
	h.WantCode(h.Residents.Resend(t.Context(), sealed, servicetest.From), identity.CodeTooOften)
	for range 4 {
		h.Clock.Advance(time.Minute)
		h.Must(h.Residents.Resend(t.Context(), sealed, servicetest.From))
	}
	h.Clock.Advance(time.Minute)
	h.WantCode(h.Residents.Resend(t.Context(), sealed, servicetest.From), identity.CodeTooOften)
	if n := len(h.Messages(servicetest.Zhang.Phone)); n != 5 {
		t.Errorf("%d messages within an hour, want 5", n)
	}
}

func TestOneDocumentOneCode(t *testing.T) {
	h := servicetest.New(t)
	h.Register("beijing", servicetest.Zhang)
	imposter := servicetest.Zhang
	imposter.Phone = "+8613900000009"
	sealed := begin(h, "tianjin", imposter)
	_, err := h.Residents.Complete(t.Context(), sealed, h.Code(imposter.Phone), servicetest.From)
	h.WantCode(err, resident.CodeRegistered)
	h.Clock.Advance(time.Minute) // nor does the same person register twice
	sealed = begin(h, "tianjin", servicetest.Zhang)
	_, err = h.Residents.Complete(t.Context(), sealed, h.Code(servicetest.Zhang.Phone), servicetest.From)
	h.WantCode(err, resident.CodeRegistered)
}

// A person whom a feed knew first is the same person after registering.
func TestFeedBeforeRegistering(t *testing.T) {
	h := servicetest.New(t)
	ids, err := h.Store.EnsurePersons(t.Context(), []healthcode.Document{servicetest.Zhang.Document})
	h.Must(err)
	h.Learn(ids[0], `{"id":"1","source":"border:PEK","kind":"entry","time":"2022-04-20T10:00:00+08:00"}`)
	a := h.Register("beijing", servicetest.Zhang)
	c, err := h.Status.Own(t.Context(), a, "beijing")
	h.Must(err)
	if a.Person != ids[0] || c.Status.State != "held" || len(c.Status.Holds) != 1 || c.Status.Holds[0].Hold != "2" {
		t.Errorf("state %s, holds %+v; want hold 2 of the feed's entry", c.Status.State, c.Status.Holds)
	}
}

// One person has one state, through whatever channel and in whatever language they registered.
func TestChannelAndLanguageChangeNothing(t *testing.T) {
	h := servicetest.New(t)
	const entry = `{"id":"%","source":"border:PEK","kind":"entry","time":"2022-04-20T10:00:00+08:00"}`
	var states []string
	for i, channel := range []string{"web", "app", "desk"} {
		who := []servicetest.Someone{servicetest.Zhang, servicetest.Li, servicetest.Wang}[i]
		f := h.FormOf("beijing", who)
		f.Channel, f.Language = channel, []healthcode.Language{healthcode.ZH, healthcode.EN, healthcode.ZH}[i]
		sealed, err := h.Residents.Begin(t.Context(), f, servicetest.From)
		h.Must(err)
		token, err := h.Residents.Complete(t.Context(), sealed, h.Code(who.Phone), servicetest.From)
		h.Must(err)
		a := h.Actor(token)
		h.Learn(a.Person, strings.ReplaceAll(entry, "%", channel))
		c, err := h.Status.Own(t.Context(), a, "beijing")
		h.Must(err)
		states = append(states, c.Status.State+" "+c.Status.NextChange.String())
	}
	if states[0] != states[1] || states[1] != states[2] {
		t.Errorf("states %v differ by channel", states)
	}
}

func TestEnrolElsewhere(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	_, err := h.Status.Own(t.Context(), a, "tianjin")
	h.WantCode(err, healthcode.CodeNotFound)
	h.WantCode(h.Residents.Enrol(t.Context(), a, "tianjin", "2020-02-28", healthcode.ZH, "web"), resident.CodeDeclaration)
	h.Must(h.Residents.Enrol(t.Context(), a, "tianjin", h.FormOf("tianjin", servicetest.Zhang).Declaration, healthcode.ZH, "desk"))
	c, err := h.Status.Own(t.Context(), a, "tianjin")
	h.Must(err)
	profile, err := h.Residents.Profile(t.Context(), a)
	h.Must(err)
	if len(profile.Registrations) != 2 || profile.Registrations[0].Channel+profile.Registrations[1].Channel != "webdesk" {
		t.Errorf("registrations %+v", profile.Registrations)
	}
	if c.Status.Jurisdiction != "tianjin" || c.Status.State != "green" {
		t.Errorf("status %+v", c.Status)
	}
}
