package resident_test

import (
	"net/netip"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
)

func TestSignIn(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Anna)
	h.Clock.Advance(24 * time.Hour)
	typed := servicetest.Anna
	typed.Document.Number = "l898902c3" // as people type it
	if b := h.Actor(h.SignIn("beijing", typed)); b.Person != a.Person {
		t.Errorf("signed in as %v, want %v", b.Person, a.Person)
	}
}

// Of two who sign in with one code at the same time, one is let in.
func TestCodeWorksOnce(t *testing.T) {
	h := servicetest.New(t)
	h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(time.Hour)
	h.Must(h.Residents.RequestCode(t.Context(), "beijing", servicetest.Zhang.Document, healthcode.ZH, servicetest.From))
	code := h.Code(servicetest.Zhang.Phone)
	errs := make(chan error)
	for range identity.CodeTries {
		go func() {
			_, err := h.Residents.SignIn(t.Context(), "beijing", servicetest.Zhang.Document, code, servicetest.From)
			errs <- err
		}()
	}
	in := 0
	for range identity.CodeTries {
		if err := <-errs; err == nil {
			in++
		} else {
			h.WantCode(err, identity.CodeOneTimeWrong)
		}
	}
	if in != 1 {
		t.Errorf("%d signed in with one code, want 1", in)
	}
}

// answers signs in wrongly in several ways and lists what was answered.
func answers(h *servicetest.House, d healthcode.Document, ask bool) []string {
	h.Helper()
	from := resident.Caller{Address: netip.MustParseAddr("198.51.100.4")}
	var list []string
	note := func(err error) {
		if err == nil {
			list = append(list, "no error")
			return
		}
		list = append(list, err.Error())
	}
	if ask {
		for range 2 {
			note(h.Residents.RequestCode(h.Context(), "beijing", d, healthcode.EN, from))
		}
	}
	for range identity.CodeTries + 2 {
		_, err := h.Residents.SignIn(h.Context(), "beijing", d, "not a code", from)
		note(err)
		_, err = h.Residents.SignIn(h.Context(), "beijing", d, "000000", from)
		note(err)
	}
	note(h.Residents.RequestCode(h.Context(), "beijing", d, healthcode.EN, from))
	h.Clock.Advance(identity.CodeLifetime)
	_, err := h.Residents.SignIn(h.Context(), "beijing", d, "000000", from)
	note(err)
	return list
}

// Whether a document is registered can't be found out by asking for codes and trying them.
func TestSignInTellsNobodyWhoIsRegistered(t *testing.T) {
	for _, ask := range []bool{true, false} {
		h := servicetest.New(t)
		h.Register("beijing", servicetest.Zhang)
		h.Clock.Advance(24 * time.Hour)
		known := answers(h, servicetest.Zhang.Document, ask)
		h.Clock.Advance(24 * time.Hour)
		unknown := answers(h, servicetest.Li.Document, ask)
		for i := range known {
			if known[i] != unknown[i] {
				t.Errorf("asked %v, answer %d: %q for a registered document, %q for an unknown one", ask, i, known[i], unknown[i])
			}
		}
	}
}

func TestAddressLimitTellsNobodyWhoIsRegistered(t *testing.T) {
	h := servicetest.New(t)
	h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(24 * time.Hour)
	from := resident.Caller{Address: netip.MustParseAddr("198.51.100.4")}
	ask := func(d healthcode.Document) error {
		return h.Residents.RequestCode(t.Context(), "beijing", d, healthcode.EN, from)
	}
	for range 60 {
		h.Must(ask(servicetest.Li.Document))
	}
	h.WantCode(ask(servicetest.Li.Document), identity.CodeTooOften)
	h.WantCode(ask(servicetest.Zhang.Document), identity.CodeTooOften)
	if n := len(h.Messages(servicetest.Zhang.Phone)); n != 1 {
		t.Errorf("%d messages, want the one of registering", n)
	}
}

// A code to register with a phone signs nobody in, and the other way round.
func TestCodesAreForOneThing(t *testing.T) {
	h := servicetest.New(t)
	h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(24 * time.Hour)
	other := servicetest.Li
	other.Phone = servicetest.Zhang.Phone
	begin(h, "beijing", other)
	_, err := h.Residents.SignIn(t.Context(), "beijing", servicetest.Zhang.Document, h.Code(other.Phone), servicetest.From)
	h.WantCode(err, identity.CodeOneTimeWrong)
}

// A child whom a parent registered has no phone, and nobody signs in as it.
func TestChildCannotSignIn(t *testing.T) {
	h := servicetest.New(t)
	parent := h.Register("tianjin", servicetest.Zhang)
	h.Must(h.Residents.Ask(t.Context(), parent, resident.Asking{Jurisdiction: "tianjin", Name: servicetest.Lin.Name,
		Document: servicetest.Lin.Document, Kind: healthcode.RelationChild, Photo: servicetest.KeyPage()}))
	h.Must(h.Residents.RequestCode(t.Context(), "tianjin", servicetest.Lin.Document, healthcode.ZH, servicetest.From))
	_, err := h.Residents.SignIn(t.Context(), "tianjin", servicetest.Lin.Document, "123456", servicetest.From)
	h.WantCode(err, identity.CodeOneTimeWrong)
	if n := len(h.Messages(servicetest.Lin.Phone)); n != 0 {
		t.Errorf("%d messages to a child's phone", n)
	}
}
