package status_test

import (
	"slices"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/servicetest"
	"healthcode/internal/status"
	"healthcode/pass"
)

// TestBind: a device shows its code for two hours without asking, and each credential stands for the same person.
func TestBind(t *testing.T) {
	h := servicetest.New(t)
	a, d := h.Register("beijing", servicetest.Zhang), h.NewDevice()
	h.Clock.Set(servicetest.At(time.April, 28, 9, 2))
	d.Bind(a, "beijing")
	issued := servicetest.At(time.April, 28, 9, 0)
	if b := d.Bound; !b.Expires.Equal(issued.Add(2*time.Hour)) || b.State != "green" || b.Name != "张*" || len(b.Credentials) != 2 {
		t.Errorf("bound %+v", b)
	}
	h.Clock.Advance(time.Hour)
	for i := range d.Bound.Credentials {
		text, err := pass.Present(d.Bound.Credentials[i], d.Keys[i], h.Clock.Now())
		h.Must(err)
		claims, err := h.Status.Claims(text, "beijing")
		h.Must(err)
		if id, err := h.Status.Holder(t.Context(), claims); err != nil || id != a.Person || !claims.Issued.Equal(issued) {
			t.Errorf("%d: of %v, %v, issued %v", i, id, err, claims.Issued)
		}
	}
	h.Clock.Set(servicetest.At(time.April, 28, 10, 59))
	if p, err := h.Status.Check(t.Context(), d.Show(h.Clock.Now())); err != nil || !p.Genuine {
		t.Errorf("the last minute: %+v, %v", p, err)
	}
	last := d.Show(servicetest.At(time.April, 28, 11, 0).Add(-time.Second))
	h.Clock.Set(servicetest.At(time.April, 28, 11, 0))
	if p, err := h.Status.Check(t.Context(), last); err != nil || p.Failure != pass.Expired {
		t.Errorf("after its end: %+v, %v", p, err)
	}
}

// A credential ends with the state that it shows, and what an online check says is never older than now.
func TestBoundEndsWithTheState(t *testing.T) {
	h := servicetest.New(t)
	a, d := h.Register("beijing", servicetest.Zhang), h.NewDevice()
	d.Bind(a, "beijing")
	h.Learn(a.Person, entered)
	free := servicetest.At(time.April, 29, 0, 0)
	if p, err := h.Status.Check(t.Context(), d.Show(h.Clock.Now())); err != nil || p.State != "held" || !p.Until.Equal(free) {
		t.Errorf("a green credential after a change: %+v, %v", p, err)
	}
	h.Clock.Set(free.Add(-20 * time.Minute))
	d.Bind(a, "beijing")
	if !d.Bound.Expires.Equal(free) || d.Bound.State != "held" {
		t.Errorf("bound %+v; want it to end with the hold", d.Bound)
	}
	h.Clock.Set(free.Add(-300 * time.Millisecond))
	d.Bind(a, "beijing") // it ends within the second, and is given all the same
	h.Clock.Set(free)
	d.Bind(a, "beijing")
	if d.Bound.State != "green" {
		t.Errorf("after the hold: %s", d.Bound.State)
	}
}

// A session has one device for good; another with the same cookie is given nothing. A lost one ends at once.
func TestDeviceOfASession(t *testing.T) {
	h := servicetest.New(t)
	a, d, thief := h.Register("beijing", servicetest.Zhang), h.NewDevice(), h.NewDevice()
	d.Bind(a, "beijing")
	_, err := h.Status.Bind(t.Context(), a, "beijing", thief.Binding("beijing", 1))
	h.WantCode(err, status.CodeOtherDevice)
	d.Bind(a, "beijing")
	devices, err := h.Status.Devices(t.Context(), a)
	h.Must(err)
	if len(devices) != 1 || devices[a.Session].Session != a.Session {
		t.Errorf("devices %+v", devices)
	}

	token, err := h.Access.OpenResident(t.Context(), a.Person, "another phone")
	h.Must(err)
	other := h.Actor(token)
	_, err = h.Status.Bind(t.Context(), other, "beijing", d.Binding("beijing", 1))
	h.WantCode(err, status.CodeOtherDevice)
	d.Bind(a, "beijing")
	second := h.NewDevice()
	second.Bind(other, "beijing")

	h.Must(h.Access.EndSession(t.Context(), other, a.Session))
	now := h.Clock.Now()
	if p, err := h.Status.Check(t.Context(), d.Show(now)); err != nil || p.Failure != status.DeviceEnded || p.Genuine || p.State != "" {
		t.Errorf("a lost phone: %+v, %v", p, err)
	}
	if p, err := h.Status.Check(t.Context(), second.Show(now)); err != nil || !p.Genuine {
		t.Errorf("the other phone: %+v, %v", p, err)
	}
	h.Must(h.Access.EndSessions(t.Context(), other))
	if p, err := h.Status.Check(t.Context(), second.Show(now)); err != nil || p.Failure != status.DeviceEnded {
		t.Errorf("signed out everywhere: %+v, %v", p, err)
	}
	_, err = h.Status.Bind(t.Context(), other, "beijing", h.NewDevice().Binding("beijing", 1))
	if err == nil {
		t.Error("an ended session enrolled a device")
	}
}

func TestBindRefuses(t *testing.T) {
	h := servicetest.New(t)
	a, d := h.Register("beijing", servicetest.Zhang), h.NewDevice()
	for field, change := range map[string]func(*status.Binding){
		"device":  func(b *status.Binding) { b.Device = b.Device[1:] },
		"keys":    func(b *status.Binding) { b.Keys = nil },
		"keys[1]": func(b *status.Binding) { b.Keys[1] = b.Keys[0] },
		"keys[0]": func(b *status.Binding) { b.Keys[0] = b.Device },
		"proof":   func(b *status.Binding) { b.Proof[3] ^= 1 },
	} {
		b := d.Binding("beijing", 2)
		change(&b)
		_, err := h.Status.Bind(t.Context(), a, "beijing", b)
		h.WantCode(err, healthcode.CodeInvalid)
		if got := err.(*healthcode.Error).Field; got != field {
			t.Errorf("field %s, want %s", got, field)
		}
	}
	many := d.Binding("beijing", status.MaxBatch+1)
	_, err := h.Status.Bind(t.Context(), a, "beijing", many)
	h.WantCode(err, healthcode.CodeInvalid)
	_, err = h.Status.Bind(t.Context(), a, "beijing", d.Binding("tianjin", 1)) // signed for another place
	h.WantCode(err, healthcode.CodeInvalid)
	_, err = h.Status.Bind(t.Context(), a, "tianjin", d.Binding("tianjin", 1))
	h.WantCode(err, healthcode.CodeNotFound)
	h.Refused(servicetest.Others("beijing", healthcode.RoleResident), map[string]func(healthcode.Actor) error{
		"Bind": func(a healthcode.Actor) error {
			_, err := h.Status.Bind(t.Context(), a, "beijing", d.Binding("beijing", 1))
			return err
		},
		"Devices": func(a healthcode.Actor) error { _, err := h.Status.Devices(t.Context(), a); return err },
	})
	if list, err := h.Store.DevicesOf(t.Context(), a.Person); err != nil || len(list) != 0 {
		t.Errorf("devices %+v, %v: a refused request enrolled", list, err)
	}
}

// Credentials of one batch have nothing in common by which doors could tell that they are one person's.
func TestBatchCannotBeLinked(t *testing.T) {
	h := servicetest.New(t)
	d := h.NewDevice()
	d.Bind(h.Register("beijing", servicetest.Zhang), "beijing")
	var claims []pass.Claims
	for i := range d.Bound.Credentials {
		text, err := pass.Present(d.Bound.Credentials[i], d.Keys[i], h.Clock.Now())
		h.Must(err)
		c, err := h.Status.Claims(text, "beijing")
		h.Must(err)
		claims = append(claims, c)
	}
	if claims[0].ID == claims[1].ID || claims[0].Holder == claims[1].Holder {
		t.Error("two credentials have an id or a key in common")
	}
	if s := claims[0].Issued.Second() + claims[0].Issued.Minute()%5; s != 0 || !slices.ContainsFunc(claims, func(c pass.Claims) bool { return c.Bound }) {
		t.Errorf("issued %v: its seconds tell people apart", claims[0].Issued)
	}
}
