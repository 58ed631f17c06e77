package travel_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/servicetest"
	"healthcode/internal/travel"
)

const passcode = "kapok-58"

func linkOf(c healthcode.TravelCertificate) travel.LinkRequest {
	return travel.LinkRequest{Jurisdiction: "beijing", Certificates: []string{c.ID}, Passcode: passcode, Label: "边检", Base: "https://code.example"}
}

func (h *house) shared(r func(*travel.LinkRequest)) (healthcode.Actor, healthcode.TravelLink) {
	h.Helper()
	a := h.wang()
	list, err := h.Travel.Issue(h.Context(), a, request(nucleic))
	h.Must(err)
	req := linkOf(list[0])
	if r != nil {
		r(&req)
	}
	l, err := h.Travel.Share(h.Context(), a, req)
	h.Must(err)
	return a, l
}

func (h *house) open(l healthcode.TravelLink, code string) travel.Opened {
	h.Helper()
	o, err := h.Travel.Open(h.Context(), l.ID, "Border of Ruritania", code)
	h.Must(err)
	return o
}

// The QR is a signed certificate of a link; the key in it opens the file, in which are the signed text and the PDF.
func TestLinkIsReadByWhoeverHasThePasscode(t *testing.T) {
	h := newHouse(t)
	a, l := h.shared(nil)
	r := (&certificate.Verifier{Trust: h.signers.Trust()}).Verify(l.Text, h.Clock.Now())
	if !r.OK() || r.Document.Format != certificate.FormatHealthLink {
		t.Fatalf("%v", r.Failures)
	}
	link, err := r.Document.HealthLink()
	h.Must(err)
	if link.URL != "https://code.example/v1/links/"+l.ID || link.Flag != "P" || link.Label != "边检" || !link.Expires.Equal(h.Clock.Now().Add(72*time.Hour)) || len(link.URL) > 128 {
		t.Errorf("%+v", link)
	}
	o := h.open(l, passcode)
	if o.State != "opened" {
		t.Fatalf("%+v", o)
	}
	file, err := h.Travel.File(t.Context(), l.ID, o.Ticket)
	h.Must(err)
	if file != o.File {
		t.Error("the ticket's file is another")
	}
	key, err := base64.RawURLEncoding.DecodeString(link.Key)
	h.Must(err)
	object, err := jose.ParseEncryptedCompact(o.File, []jose.KeyAlgorithm{jose.DIRECT}, []jose.ContentEncryption{jose.A256GCM})
	h.Must(err)
	if cty := object.Header.ExtraHeaders[jose.HeaderContentType]; cty != "application/fhir+json" {
		t.Errorf("cty %v", cty)
	}
	plain, err := object.Decrypt(key)
	h.Must(err)
	var b struct {
		ResourceType string
		Entry        []struct {
			Resource struct {
				ResourceType, Status string
				Content              []struct {
					Attachment struct{ ContentType, Data string }
				}
			}
		}
	}
	h.Must(json.Unmarshal(plain, &b))
	text, err := base64.StdEncoding.DecodeString(b.Entry[0].Resource.Content[0].Attachment.Data)
	h.Must(err)
	if b.ResourceType != "Bundle" || b.Entry[0].Resource.ResourceType != "DocumentReference" || h.stage(string(text)) != "" {
		t.Errorf("%+v", b)
	}
	got, err := h.Travel.Link(t.Context(), a, l.ID)
	h.Must(err)
	if len(got.Openings) != 1 || got.Openings[0].Recipient != "Border of Ruritania" || got.Openings[0].Outcome != "opened" || !got.Openings[0].At.Equal(h.Clock.Now()) {
		t.Errorf("openings %+v", got.Openings)
	}
}

func TestWrongPasscodesLock(t *testing.T) {
	h := newHouse(t)
	_, l := h.shared(nil)
	for want := 4; want >= 0; want-- {
		if o := h.open(l, "guess"); o.State != "wrong-passcode" || o.Remaining != want || o.File != "" {
			t.Fatalf("%+v, want %d left", o, want)
		}
	}
	if o := h.open(l, passcode); o.State != "locked" || o.File != "" {
		t.Errorf("%+v", o)
	}
}

// Of many who guess, or open, at the same time no more come through than one after another would.
func TestRaces(t *testing.T) {
	h := newHouse(t)
	_, l := h.shared(func(r *travel.LinkRequest) { r.Openings = 2 })
	count := func(code string) map[string]int {
		var mu sync.Mutex
		var wg sync.WaitGroup
		states := map[string]int{}
		for range 12 {
			wg.Go(func() {
				o, err := h.Travel.Open(t.Context(), l.ID, "x", code)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				states[o.State]++
			})
		}
		wg.Wait()
		return states
	}
	if got := count(passcode); got["opened"] != 2 || got["used-up"] != 10 {
		t.Errorf("opening: %v", got)
	}
	h.Clock.Advance(time.Hour)
	a := h.Actor(h.SignIn("beijing", servicetest.Wang))
	list, err := h.Travel.Certificates(t.Context(), a)
	h.Must(err)
	l, err = h.Travel.Share(t.Context(), a, linkOf(list[0]))
	h.Must(err)
	if got := count("guess"); got["wrong-passcode"] != 5 || got["locked"] != 7 {
		t.Errorf("guessing: %v", got)
	}
}

func TestLinkEnds(t *testing.T) {
	h := newHouse(t)
	a, l := h.shared(func(r *travel.LinkRequest) { r.Hours = 1 })
	ticket := h.open(l, passcode).Ticket
	h.Clock.Advance(5 * time.Minute)
	_, err := h.Travel.File(t.Context(), l.ID, ticket)
	h.WantCode(err, healthcode.CodeNotFound)
	ticket = h.open(l, passcode).Ticket
	h.WantCode(h.Travel.EndLink(t.Context(), h.Register("beijing", servicetest.Li), l.ID), healthcode.CodeNotFound)
	h.Must(h.Travel.EndLink(t.Context(), a, l.ID))
	if o := h.open(l, passcode); o.State != "ended" || o.File != "" {
		t.Errorf("ended: %+v", o)
	}
	_, err = h.Travel.File(t.Context(), l.ID, ticket)
	h.WantCode(err, healthcode.CodeNotFound)
	list, err := h.Travel.Certificates(t.Context(), a)
	h.Must(err)
	r := linkOf(list[0])
	r.Hours = 1
	second, err := h.Travel.Share(t.Context(), a, r)
	h.Must(err)
	h.Clock.Advance(time.Hour)
	if o := h.open(second, passcode); o.State != "expired" {
		t.Errorf("expired: %+v", o)
	}
	_, err = h.Travel.Open(t.Context(), "nothing", "x", "y")
	h.WantCode(err, healthcode.CodeNotFound)
	_, err = h.Travel.Open(t.Context(), l.ID, " ", passcode)
	h.WantCode(err, healthcode.CodeInvalid)
	h.Clock.Advance(31 * 24 * time.Hour)
	if n, err := h.Travel.Purge(t.Context(), h.Clock.Now()); err != nil || n != 3 {
		t.Errorf("purged %d %v", n, err)
	}
}

// A link ends with its certificate.
func TestLinkOfARevokedCertificate(t *testing.T) {
	h := newHouse(t)
	a, l := h.shared(nil)
	h.Must(h.Travel.Revoke(t.Context(), a, l.Certificates[0]))
	if o := h.open(l, passcode); o.State != "ended" {
		t.Errorf("%+v", o)
	}
	_, err := h.Travel.Share(t.Context(), a, travel.LinkRequest{Jurisdiction: "beijing", Certificates: l.Certificates, Passcode: passcode, Base: "https://code.example"})
	h.WantCode(err, healthcode.CodeInvalid)
}

func TestLinkRefusals(t *testing.T) {
	h := newHouse(t)
	a, l := h.shared(nil)
	good := linkOf(healthcode.TravelCertificate{ID: l.Certificates[0]})
	for field, change := range map[string]func(*travel.LinkRequest){
		"passcode":     func(r *travel.LinkRequest) { r.Passcode = "12345" },
		"passcode ":    func(r *travel.LinkRequest) { r.Passcode = "123456" },
		"passcode  ":   func(r *travel.LinkRequest) { r.Passcode = "777777" },
		"hours":        func(r *travel.LinkRequest) { r.Hours = 721 },
		"openings":     func(r *travel.LinkRequest) { r.Openings = 51 },
		"label":        func(r *travel.LinkRequest) { r.Label = strings.Repeat("长", 81) },
		"base":         func(r *travel.LinkRequest) { r.Base = "http://code.example" },
		"certificates": func(r *travel.LinkRequest) { r.Certificates = nil },
	} {
		r := good
		change(&r)
		_, err := h.Travel.Share(t.Context(), a, r)
		if got := fields(err); got != strings.TrimSpace(field)+" invalid" {
			t.Errorf("%s: %s", field, got)
		}
	}
}
