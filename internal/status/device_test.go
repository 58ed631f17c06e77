package status_test

import (
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/servicetest"
	"healthcode/internal/status"
)

// A person reads of each device that was bound, and, once a day, of another one that tried with the same sign-in.
func TestDevicesAreRecorded(t *testing.T) {
	h := servicetest.New(t)
	a, d, thief := h.Register("beijing", servicetest.Zhang), h.NewDevice(), h.NewDevice()
	count := func(purpose string) (n int) {
		looks, err := h.Store.Looks(t.Context(), a.Person, 100)
		h.Must(err)
		for _, l := range looks {
			if l.Purpose == purpose {
				n++
			}
		}
		return n
	}
	d.Bind(a, "beijing")
	d.Bind(a, "beijing")
	if n := count(status.LookDevice); n != 1 {
		t.Errorf("%d looks of the new device, want 1", n)
	}
	for range 2 {
		_, err := h.Status.Bind(t.Context(), a, "beijing", thief.Binding("beijing", 1))
		h.WantCode(err, status.CodeOtherDevice)
	}
	if n := count(status.LookOtherDevice); n != 1 {
		t.Errorf("%d looks of the refused one, want 1", n)
	}
	h.Clock.Advance(25 * time.Hour)
	_, err := h.Status.Bind(t.Context(), a, "beijing", thief.Binding("beijing", 1))
	h.WantCode(err, status.CodeOtherDevice)
	if n := count(status.LookOtherDevice); n != 2 {
		t.Errorf("%d looks of the refused one a day later, want 2", n)
	}
}

// Ending a device ends its sign-in and its code at once, and no other's.
func TestEndDevice(t *testing.T) {
	h := servicetest.New(t)
	a, stranger := h.Register("beijing", servicetest.Zhang), h.Register("beijing", servicetest.Li)
	d := h.NewDevice()
	d.Bind(a, "beijing")
	devices, err := h.Status.Devices(t.Context(), a)
	h.Must(err)
	id := devices[a.Session].ID
	h.WantCode(h.Status.EndDevice(t.Context(), stranger, id), healthcode.CodeNotFound)
	h.WantCode(h.Status.EndDevice(t.Context(), a, [8]byte{1}), healthcode.CodeNotFound)
	if p, err := h.Status.Check(t.Context(), d.Show(h.Clock.Now())); err != nil || !p.Genuine {
		t.Fatalf("%+v, %v", p, err)
	}
	h.Must(h.Status.EndDevice(t.Context(), a, id))
	if p, err := h.Status.Check(t.Context(), d.Show(h.Clock.Now())); err != nil || p.Failure != status.DeviceEnded {
		t.Errorf("after its end: %+v, %v", p, err)
	}
	sessions, err := h.Access.Sessions(t.Context(), a)
	h.Must(err)
	if len(sessions) != 0 {
		t.Errorf("sessions %+v", sessions)
	}
	h.WantCode(h.Status.EndDevice(t.Context(), a, id), healthcode.CodeNotFound)
	h.Refused(servicetest.Others("beijing", healthcode.RoleResident), map[string]func(healthcode.Actor) error{
		"EndDevice": func(a healthcode.Actor) error { return h.Status.EndDevice(t.Context(), a, id) },
		"Glance":    func(a healthcode.Actor) error { _, _, err := h.Status.Glance(t.Context(), a, "beijing"); return err },
	})
	h.WantCode(h.Status.EndDevice(t.Context(), healthcode.Actor{}, id), healthcode.CodeOf(access.SignedOut()))
}

func TestGlance(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	state, until, err := h.Status.Glance(t.Context(), a, "beijing")
	if err != nil || state != "green" || !until.IsZero() {
		t.Errorf("%s until %v, %v", state, until, err)
	}
	h.Learn(a.Person, entered)
	state, until, err = h.Status.Glance(t.Context(), a, "beijing")
	if err != nil || state != "held" || !until.Equal(servicetest.At(time.April, 29, 0, 0)) {
		t.Errorf("%s until %v, %v", state, until, err)
	}
	_, _, err = h.Status.Glance(t.Context(), a, "tianjin")
	h.WantCode(err, healthcode.CodeNotFound)
}
