package assist_test

import (
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/assist"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
)

type desk struct {
	*servicetest.House
	*assist.Service
}

func newDesk(t *testing.T) *desk {
	h := servicetest.New(t)
	s, err := assist.New(h.Store, h.Status, h.Vault, h.Clock)
	h.Must(err)
	return &desk{h, s}
}

func query(who servicetest.Someone) assist.Query {
	return assist.Query{Jurisdiction: "beijing", Name: who.Name, Document: who.Document}
}

// agreed asks and answers with the code that the person's phone received.
func (d *desk) agreed(a healthcode.Actor, who servicetest.Someone) assist.Answer {
	d.Helper()
	d.Clock.Advance(time.Minute) // a phone gets one code a minute
	asked, err := d.Ask(d.Context(), a, query(who))
	d.Must(err)
	answer, err := d.Agreed(d.Context(), a, asked.Ticket, d.Code(who.Phone))
	d.Must(err)
	return answer
}

// By their own phone; the person sees who asked, and what they saw.
func TestConsentByPhone(t *testing.T) {
	d := newDesk(t)
	old, helper := d.Register("beijing", servicetest.Zhang), d.Register("beijing", servicetest.Li)
	answer := d.agreed(helper, servicetest.Zhang)
	if answer.State != "green" || !strings.Contains(answer.Name, "*") || answer.Contact.Phone == "" {
		t.Errorf("answer: %+v", answer)
	}
	sheet, err := d.Paper(t.Context(), helper, answer.Grant)
	d.Must(err)
	ticket, err := d.Status.ResolveOffline(t.Context(), sheet.Text, "beijing")
	d.Must(err)
	if ticket.Person != old.Person {
		t.Error("the paper is somebody else's")
	}
	d.Learn(old.Person, `{"id":"t","source":"lab:bj-0007","kind":"test","time":"2022-04-28T07:00:00+08:00","analyte":"nucleic-acid","result":"negative"}`)
	_, results, err := d.Results(t.Context(), helper, answer.Grant)
	d.Must(err)
	if len(results) != 1 {
		t.Errorf("results: %+v", results)
	}
	looks, err := d.Residents.Looks(t.Context(), old)
	d.Must(err)
	var saw []string
	for _, l := range looks {
		if l.Purpose != "assist" || strings.Contains(l.By, servicetest.Li.Name) {
			t.Errorf("look: %+v", l)
		}
		saw = append(saw, l.Saw)
	}
	if want := []string{"results", "paper", "state", "nothing"}; len(saw) != len(want) {
		t.Errorf("the person sees %q, want %q", saw, want)
	}

	d.Clock.Advance(assist.GrantLife)
	_, err = d.Paper(t.Context(), helper, answer.Grant)
	d.WantCode(err, healthcode.CodeExpired)
	_, _, err = d.Results(t.Context(), old, answer.Grant)
	d.WantCode(err, healthcode.CodeExpired)
}

// Document and name alone answer nothing, and nothing tells whether the number is known: not the answer, not the ticket, not what
// a wrong code is answered with.
func TestAskingTellsNothing(t *testing.T) {
	d := newDesk(t)
	d.Register("beijing", servicetest.Zhang)
	helper := d.Register("beijing", servicetest.Li)
	stranger := servicetest.Someone{Name: "王五", Document: servicetest.ID("110101195001010010")}
	misnamed := servicetest.Zhang
	misnamed.Name = "王五"
	var tickets []int
	var errs []string
	for _, who := range []servicetest.Someone{servicetest.Zhang, stranger, misnamed} {
		asked, err := d.Ask(t.Context(), helper, query(who))
		d.Must(err)
		if asked.Child {
			t.Error("taken for a child")
		}
		tickets = append(tickets, len(asked.Ticket))
		wrong := "000000"
		if who == servicetest.Zhang {
			wrong = servicetest.WrongCode(d.Code(who.Phone))
		}
		_, err = d.Agreed(t.Context(), helper, asked.Ticket, wrong)
		d.WantCode(err, identity.CodeOneTimeWrong)
		errs = append(errs, err.Error())
		_, err = d.Agreed(t.Context(), helper, asked.Ticket, "")
		d.WantCode(err, identity.CodeOneTimeForm)
		d.Clock.Advance(time.Minute)
	}
	if tickets[0] != tickets[1] || tickets[0] != tickets[2] || errs[0] != errs[1] || errs[0] != errs[2] {
		t.Errorf("tickets %v, answers %q", tickets, errs)
	}
}

// An officer who is there confirms one person with a code of their own; both names stand in the list of looks.
func TestOfficerIsPresent(t *testing.T) {
	d := newDesk(t)
	old, helper := d.Register("beijing", servicetest.Zhang), d.Register("beijing", servicetest.Li)
	d.Must(d.Store.PutStaff(t.Context(), healthcode.Staff{Name: "officer", Role: healthcode.RoleCaseworker, Jurisdiction: "beijing", PasswordHash: access.HashPassword("x")}))
	d.Must(d.Store.PutStaff(t.Context(), healthcode.Staff{Name: "elsewhere", Role: healthcode.RoleCaseworker, Jurisdiction: "tianjin", PasswordHash: access.HashPassword("x")}))
	officer := healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: "officer", Jurisdiction: "beijing"}
	asked, err := d.Ask(t.Context(), helper, query(servicetest.Zhang))
	d.Must(err)

	other := query(servicetest.Zhang)
	other.Document = servicetest.ID("110101195001010010")
	code, _, err := d.OfficerCode(t.Context(), officer, other)
	d.Must(err)
	_, err = d.Present(t.Context(), helper, asked.Ticket, "officer", code) // for somebody else
	d.WantCode(err, identity.CodeOneTimeWrong)
	code, _, err = d.OfficerCode(t.Context(), healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: "elsewhere", Jurisdiction: "tianjin"}, query(servicetest.Zhang))
	d.Must(err)
	_, err = d.Present(t.Context(), helper, asked.Ticket, "elsewhere", code)
	d.WantCode(err, identity.CodeOneTimeWrong)

	code, until, err := d.OfficerCode(t.Context(), officer, query(servicetest.Zhang))
	d.Must(err)
	if got := until.Sub(d.Clock.Now()); got != identity.CodeLifetime {
		t.Errorf("the code lasts %v", got)
	}
	answer, err := d.Present(t.Context(), helper, asked.Ticket, "officer", code)
	d.Must(err)
	if answer.State != "green" {
		t.Errorf("answer: %+v", answer)
	}
	_, err = d.Present(t.Context(), helper, asked.Ticket, "officer", code)
	d.WantCode(err, identity.CodeOneTimeWrong) // used up
	looks, err := d.Residents.Looks(t.Context(), old)
	d.Must(err)
	by := map[string]bool{}
	for _, l := range looks {
		if l.Saw == "state" {
			by[l.By] = true
		}
	}
	if len(by) != 2 || !by["officer"] {
		t.Errorf("looks: %+v", looks)
	}
	// Nobody is known by that number: an officer's consent doesn't tell more.
	d.Clock.Advance(time.Minute)
	asked, err = d.Ask(t.Context(), helper, other)
	d.Must(err)
	code, _, err = d.OfficerCode(t.Context(), officer, other)
	d.Must(err)
	_, err = d.Present(t.Context(), helper, asked.Ticket, "officer", code)
	d.WantCode(err, assist.CodeRefused)
}

// A helper's own child needs not agree; a former one must.
func TestOwnChild(t *testing.T) {
	d := newDesk(t)
	parent := d.Register("beijing", servicetest.Li)
	d.Must(d.Residents.Ask(t.Context(), parent, resident.Asking{Jurisdiction: "beijing", Name: servicetest.Lin.Name, Document: servicetest.Lin.Document,
		Kind: healthcode.RelationChild, Photo: servicetest.KeyPage()}))
	relations, err := d.Residents.Relations(t.Context(), parent)
	d.Must(err)
	asked, err := d.Ask(t.Context(), parent, query(servicetest.Lin))
	d.Must(err)
	if asked.Child {
		t.Fatal("nobody has compared the document yet")
	}
	r, err := d.Store.Relation(t.Context(), relations[0].ID)
	d.Must(err)
	r.State, r.Changed = identity.RelationConsented, d.Clock.Now()
	d.Must(d.Store.PutRelation(t.Context(), r))
	asked, err = d.Ask(t.Context(), parent, query(servicetest.Lin))
	d.Must(err)
	answer, err := d.Agreed(t.Context(), parent, asked.Ticket, "")
	d.Must(err)
	if !asked.Child || !answer.Young || answer.State != "green" {
		t.Errorf("asked %+v, answer %+v", asked, answer)
	}
}

// The bounds of age are birthdays in the jurisdiction's calendar, and what is refused is told without looking anybody up.
func TestAges(t *testing.T) {
	d := newDesk(t)
	helper := d.Register("beijing", servicetest.Li)
	at := func(y int, m time.Month, day, hour, minute int) time.Time {
		return time.Date(y, m, day, hour, minute, 0, 0, servicetest.Shanghai)
	}
	for _, c := range []struct {
		name  string
		now   time.Time
		birth string
		ok    bool
	}{
		{"60 today", at(2022, 4, 28, 0, 0), "19620428", true},
		{"60 at midnight in Shanghai, the day before in UTC", at(2022, 4, 29, 0, 0), "19620429", true},
		{"59 until midnight in Shanghai", at(2022, 4, 28, 23, 59), "19620429", false},
		{"59 for a day", at(2022, 4, 28, 12, 0), "19620429", false},
		{"16", at(2022, 4, 28, 12, 0), "20060428", true},
		{"the day before the 17th birthday", at(2022, 4, 27, 23, 59), "20050428", true},
		{"17 today", at(2022, 4, 28, 0, 0), "20050428", false},
		{"a newborn", at(2022, 4, 28, 12, 0), "20220428", true},
		{"40", at(2022, 4, 28, 12, 0), "19820101", false},
		{"born on 29 February 2004, 17 on 1 March 2021: 18 now", at(2022, 4, 28, 12, 0), "20040229", false},
	} {
		d.Clock.Set(c.now)
		_, err := d.Ask(t.Context(), helper, assist.Query{Jurisdiction: "beijing", Name: "某人", Document: servicetest.ID("110101" + c.birth + "0010")})
		if c.ok {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		} else if healthcode.CodeOf(err) != assist.CodeAge {
			t.Errorf("%s: %v, want %s", c.name, err, assist.CodeAge)
		}
	}
}

// So many a day by one helper, and about one person, known or not.
func TestCaps(t *testing.T) {
	d := newDesk(t)
	d.Register("beijing", servicetest.Zhang)
	a, b := d.Register("beijing", servicetest.Li), d.Register("beijing", servicetest.Wang)
	for range 10 {
		_, err := d.Ask(t.Context(), a, query(servicetest.Zhang))
		d.Must(err)
	}
	_, err := d.Ask(t.Context(), b, query(servicetest.Zhang))
	d.WantCode(err, identity.CodeTooOften)
	for i := range 10 {
		_, err := d.Ask(t.Context(), a, assist.Query{Jurisdiction: "beijing", Name: "某人", Document: servicetest.ID("11010119500101001" + string(rune('0'+i)))})
		if err != nil && healthcode.CodeOf(err) != identity.CodeTooOften {
			d.Must(err)
		}
	}
	_, err = d.Ask(t.Context(), a, query(servicetest.Zhang))
	d.WantCode(err, identity.CodeTooOften)
	d.Clock.Advance(24 * time.Hour)
	_, err = d.Ask(t.Context(), a, query(servicetest.Zhang))
	d.Must(err)
}

// A phone that is the helper's too is nobody's own.
func TestSharedPhone(t *testing.T) {
	d := newDesk(t)
	shared := servicetest.Zhang
	shared.Phone = servicetest.Li.Phone
	d.Register("beijing", shared)
	d.Clock.Advance(time.Hour)
	helper := d.Register("beijing", servicetest.Li)
	d.Clock.Advance(time.Hour)
	before := len(d.Messages(servicetest.Li.Phone))
	_, err := d.Ask(t.Context(), helper, query(shared))
	d.Must(err)
	if after := len(d.Messages(servicetest.Li.Phone)); after != before {
		t.Error("the code went to the helper's own phone")
	}
}

func TestRoles(t *testing.T) {
	d := newDesk(t)
	d.Refused(servicetest.Others("beijing", healthcode.RoleResident), map[string]func(healthcode.Actor) error{
		"ask":     func(a healthcode.Actor) error { _, err := d.Ask(t.Context(), a, query(servicetest.Zhang)); return err },
		"agreed":  func(a healthcode.Actor) error { _, err := d.Agreed(t.Context(), a, "", "123456"); return err },
		"present": func(a healthcode.Actor) error { _, err := d.Present(t.Context(), a, "", "x", "123456"); return err },
		"paper":   func(a healthcode.Actor) error { _, err := d.Paper(t.Context(), a, ""); return err },
		"results": func(a healthcode.Actor) error { _, _, err := d.Results(t.Context(), a, ""); return err },
	})
	d.Refused(servicetest.Others("beijing", healthcode.RoleCaseworker), map[string]func(healthcode.Actor) error{
		"officer": func(a healthcode.Actor) error {
			_, _, err := d.OfficerCode(t.Context(), a, query(servicetest.Zhang))
			return err
		},
	})
}
