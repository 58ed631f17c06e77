package resident_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
)

// bind binds a further number with the code that it receives.
func bind(h *servicetest.House, a healthcode.Actor, number string) {
	h.Helper()
	full, err := h.Residents.BindPhone(h.Context(), a, "beijing", number, healthcode.ZH, servicetest.From)
	h.Must(err)
	h.Must(h.Residents.ConfirmPhone(h.Context(), a, "beijing", full, h.Code(full), servicetest.From))
	h.Clock.Advance(time.Minute)
}

func phones(h *servicetest.House, a healthcode.Actor) []resident.MyPhone {
	h.Helper()
	list, err := h.Residents.Phones(h.Context(), a, "beijing")
	h.Must(err)
	return list
}

// fresh signs in anew, as changing something personal takes.
func fresh(h *servicetest.House, who servicetest.Someone) (healthcode.Actor, healthcode.Session) {
	h.Helper()
	h.Clock.Advance(time.Minute)
	token := h.SignIn("beijing", who)
	return h.Actor(token), h.Session(token)
}

func TestPhoneIsBoundUnboundAndGone(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(time.Minute)
	if list := phones(h, a); len(list) != 1 || list[0].Number != servicetest.Zhang.Phone || !list[0].Main {
		t.Fatalf("after registering: %+v", list)
	}
	bind(h, a, "139 0000 0001")
	_, err := h.Residents.BindPhone(t.Context(), a, "beijing", "+8613900000001", healthcode.ZH, servicetest.From)
	h.WantCode(err, resident.CodePhoneBound)
	list := phones(h, a)
	if len(list) != 2 || list[1].Number != "+8613900000001" || list[1].Main {
		t.Fatalf("after binding: %+v", list)
	}
	old, next := list[0], list[1]

	h.Clock.Advance(time.Hour)
	h.WantCode(h.Residents.UnbindPhone(t.Context(), a, healthcode.Session{}, "beijing", old.ID, servicetest.From), "sign_in_again")
	a, session := fresh(h, servicetest.Zhang)
	h.Must(h.Residents.UnbindPhone(t.Context(), a, session, "beijing", old.ID, servicetest.From)) // on 28 April
	list = phones(h, a)
	if list[0].DaysLeft != 14 || list[0].Main || !list[1].Main || !list[0].DeleteAfter.Equal(servicetest.At(time.May, 13, 0, 0)) {
		t.Fatalf("after unbinding: %+v", list)
	}
	h.WantCode(h.Residents.UnbindPhone(t.Context(), a, session, "beijing", next.ID, servicetest.From), resident.CodePhoneLast)

	h.Clock.Set(servicetest.At(time.May, 12, 23, 59))
	if list = phones(h, a); len(list) != 2 || list[0].DaysLeft != 0 {
		t.Errorf("on the last day: %+v", list)
	}
	h.Clock.Set(servicetest.At(time.May, 13, 0, 0))
	if list = phones(h, a); len(list) != 1 {
		t.Errorf("when the deletion is due: %+v", list)
	}
	n, err := h.Store.PurgePhones(t.Context(), h.Clock.Now())
	h.Must(err)
	if n != 1 {
		t.Errorf("%d phones purged, want 1", n)
	}
	if list = phones(h, a); len(list) != 1 || list[0].ID != next.ID {
		t.Errorf("after the deletion: %+v", list)
	}
}

// TestBindingTellsNothing: a number that somebody else has, and one that nobody has, are answered alike.
func TestBindingTellsNothing(t *testing.T) {
	h := servicetest.New(t)
	h.Register("beijing", servicetest.Li)
	a := h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(time.Minute)
	for _, number := range []string{servicetest.Li.Phone, "+8613912345678"} {
		got, err := h.Residents.BindPhone(t.Context(), a, "beijing", number, healthcode.ZH, servicetest.From)
		if got != number || err != nil {
			t.Errorf("%s: %s, %v", number, got, err)
		}
		err = h.Residents.ConfirmPhone(t.Context(), a, "beijing", number, servicetest.WrongCode(h.Code(number)), servicetest.From)
		h.WantCode(err, identity.CodeOneTimeWrong)
		h.Must(h.Residents.ConfirmPhone(t.Context(), a, "beijing", number, h.Code(number), servicetest.From))
	}
	h.WantCode(h.Residents.ConfirmPhone(t.Context(), a, "beijing", "+8613800009999", "123456", servicetest.From), identity.CodeOneTimeWrong)
}

// telecom stores a stay that a carrier reports of a number.
func telecom(h *servicetest.House, a healthcode.Actor, number, name, area string, from, to time.Time) healthcode.FactRef {
	h.Helper()
	id, err := identity.PhoneBook{Store: h.Store, Sealer: h.Vault}.FactID(number + ":" + name)
	h.Must(err)
	f := healthcode.Fact{ID: id, Source: "telecom", Kind: healthcode.KindStay, Area: area, Evidence: "telecom", From: from, To: to, Recorded: h.Clock.Now()}
	_, err = h.Store.Append(h.Context(), []healthcode.PersonFact{{Person: a.Person, Fact: f}})
	h.Must(err)
	return f.Ref()
}

// high puts a county under high risk since 20 April.
func high(h *servicetest.House, code string) {
	h.Helper()
	h.Must(h.Store.PutAreas(h.Context(), healthcode.AreaHistory{Areas: []healthcode.County{{Code: code,
		Levels: []healthcode.LevelChange{{From: servicetest.At(time.April, 20, 0, 0), Level: healthcode.LevelHigh}}}}}))
}

// TestRelativesSIM: a child's phone, in the parent's name, was in a high-risk county.
func TestRelativesSIM(t *testing.T) {
	h := servicetest.New(t)
	high(h, "310115")
	a := h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(time.Minute)
	const sim = "+8613900000001"
	bind(h, a, sim)
	bind(h, a, "+8613900000002")
	mine := telecom(h, a, "+8613900000002", "1", "110105", servicetest.At(time.April, 20, 0, 0), time.Time{})
	telecom(h, a, sim, "1", "310115", servicetest.At(time.April, 20, 0, 0), time.Time{})
	if got := state(h, a, "beijing"); got != "held" {
		t.Fatalf("the state is %s before", got)
	}
	id := phones(h, a)[1].ID
	user := resident.PhoneUser{Name: "张小明", Kind: healthcode.RelationChild}
	disputes, err := h.Residents.DisputePhone(t.Context(), a, "beijing", id, user, "")
	h.Must(err)
	if len(disputes) == 0 || !strings.Contains(disputes[0].Statement, "张小明") || len(disputes[0].Facts) != 1 {
		t.Errorf("disputes: %+v", disputes)
	}
	_, err = h.Residents.NotMyPhone(t.Context(), a, "beijing", id, user, "123456", servicetest.From)
	h.WantCode(err, identity.CodeOneTimeWrong)
	h.Must(h.Residents.AskPhone(t.Context(), a, "beijing", id, healthcode.ZH, servicetest.From))
	_, err = h.Residents.NotMyPhone(t.Context(), a, "beijing", id, resident.PhoneUser{Kind: "child"}, h.Code(sim), servicetest.From)
	if err == nil {
		t.Error("nobody was named")
	}
	n, err := h.Residents.NotMyPhone(t.Context(), a, "beijing", id, user, h.Code(sim), servicetest.From)
	h.Must(err)
	if n != 1 {
		t.Errorf("%d stays were taken back, want 1", n)
	}
	if got := state(h, a, "beijing"); got != "green" {
		t.Errorf("the state is %s after", got)
	}
	p := phones(h, a)[1]
	if p.User != "张小明" || p.IsBound() {
		t.Errorf("the phone: %+v", p)
	}
	book := identity.PhoneBook{Store: h.Store, Sealer: h.Vault}
	late, err := book.FactID(sim + ":2")
	h.Must(err)
	for id, want := range map[string]bool{late: true, mine.ID: false, "other": false} {
		if got, err := book.NotTheirs(t.Context(), a.Person, id); got != want || err != nil {
			t.Errorf("%s: not theirs %v (%v), want %v", id, got, err, want)
		}
	}
	_, err = h.Residents.DisputePhone(t.Context(), a, "beijing", id, user, "")
	h.WantCode(err, healthcode.CodeNotFound)
}

func TestLostSIM(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(time.Minute)
	bind(h, a, "+8613900000001")
	main := phones(h, a)[0]
	h.WantCode(h.Residents.LosePhone(t.Context(), a, "beijing", main.ID, "no reason", servicetest.From), healthcode.CodeInvalid)
	h.Must(h.Residents.LosePhone(t.Context(), a, "beijing", main.ID, "stolen", servicetest.From))
	h.Must(h.Residents.LosePhone(t.Context(), a, "beijing", main.ID, "stolen", servicetest.From))

	elsewhere, officer := servicetest.Officer(healthcode.RoleCaseworker, "tianjin"), servicetest.Officer(healthcode.RoleCaseworker, "beijing")
	if list, err := h.Residents.LostPhones(t.Context(), elsewhere); len(list) != 0 || err != nil {
		t.Errorf("Tianjin sees %v, %v", list, err)
	}
	_, err := h.Residents.LostPhones(t.Context(), a)
	h.WantCode(err, healthcode.CodeDenied)
	list, err := h.Residents.LostPhones(t.Context(), officer)
	h.Must(err)
	if len(list) != 1 || list[0].Document.Number != servicetest.Zhang.Document.Number || strings.Contains(list[0].Name, "三丰") {
		t.Fatalf("the queue: %+v", list)
	}
	looks, err := h.Residents.Looks(t.Context(), a)
	h.Must(err)
	if !slices.ContainsFunc(looks, func(l resident.Look) bool { return l.Purpose == "phone" }) {
		t.Error("the person doesn't see the look")
	}
	h.WantCode(h.Residents.DecideLoss(t.Context(), elsewhere, main.ID, true, "carrier-record"), healthcode.CodeNotFound)
	h.WantCode(h.Residents.DecideLoss(t.Context(), officer, main.ID, true, "he said so"), healthcode.CodeInvalid)
	h.Must(h.Residents.DecideLoss(t.Context(), officer, main.ID, true, "carrier-record"))
	h.WantCode(h.Residents.DecideLoss(t.Context(), officer, main.ID, false, ""), healthcode.CodeConflict)

	// No code, and no sign-in, is needed any more to be rid of it.
	h.Clock.Advance(time.Hour)
	h.Must(h.Residents.UnbindPhone(t.Context(), a, healthcode.Session{}, "beijing", main.ID, servicetest.From))
	if list := phones(h, a); !list[1].Main || list[0].Unbound.IsZero() {
		t.Errorf("after unbinding: %+v", list)
	}
}

func TestPhoneLimits(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(time.Minute)
	_, err := h.Residents.BindPhone(t.Context(), a, "beijing", "+8613900000001", healthcode.ZH, servicetest.From)
	h.Must(err)
	_, err = h.Residents.BindPhone(t.Context(), a, "beijing", "+8613900000001", healthcode.ZH, servicetest.From)
	h.WantCode(err, identity.CodeTooOften) // a phone: one a minute
	var last error
	for n := range 30 { // a person: so many a day, whatever the phones
		h.Clock.Advance(time.Minute)
		_, last = h.Residents.BindPhone(t.Context(), a, "beijing", "+861391000000"+string(rune('0'+n%10)), healthcode.ZH, servicetest.From)
		if last != nil {
			break
		}
	}
	h.WantCode(last, identity.CodeTooOften)
	for range resident.MaxPhones {
		h.Clock.Advance(24 * time.Hour)
		bind(h, a, "+8613920000"+h.Clock.Now().Format("002"))
		if len(phones(h, a)) == resident.MaxPhones {
			break
		}
	}
	_, err = h.Residents.BindPhone(t.Context(), a, "beijing", "+8613999999999", healthcode.ZH, servicetest.From)
	h.WantCode(err, resident.CodePhoneMany)
}
