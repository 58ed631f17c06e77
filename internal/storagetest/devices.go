package storagetest

import (
	"reflect"
	"testing"
	"time"

	"healthcode"
)

var deviceTests = map[string]func(*testing.T, healthcode.Store){
	"kept":    devicesAreKept,
	"session": devicesEndWithTheirSession,
	"purged":  devicesArePurged,
	"nobody":  devicesOfNobody,
}

func device(b byte, of healthcode.PersonID, session string, at time.Time) healthcode.Device {
	key := make([]byte, 33)
	for i := range key {
		key[i] = b
	}
	return healthcode.Device{ID: [8]byte{b}, Person: of, Session: session, Key: key, Enrolled: at.UTC(), Expires: at.Add(24 * time.Hour).UTC()}
}

// A session has one device at most, and never another.
func devicesAreKept(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	first, second, other := device(1, p, "s1", start), device(2, p, "s2", after(time.Hour)), device(1, q, "s3", start)
	for _, d := range []healthcode.Device{second, first, other, first} {
		must(t, s.PutDevice(ctx, d))
	}
	again := first
	again.Enrolled = after(2 * time.Hour)
	must(t, s.PutDevice(ctx, again)) // the first time stays
	wantCode(t, "another key of a session", s.PutDevice(ctx, device(9, p, "s1", start)), healthcode.CodeConflict)
	wantCode(t, "a device of another session", s.PutDevice(ctx, device(1, p, "s4", start)), healthcode.CodeConflict)
	forged := first
	forged.Key = second.Key
	wantCode(t, "another key under the id", s.PutDevice(ctx, forged), healthcode.CodeConflict)
	got, err := s.DevicesOf(ctx, p)
	must(t, err)
	if want := []healthcode.Device{first, second}; !reflect.DeepEqual(got, want) {
		t.Errorf("devices:\n got %+v\nwant %+v", got, want)
	}
}

func devicesEndWithTheirSession(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	d, ended := device(1, p, "s1", start), device(2, p, "s2", start)
	for i, session := range []string{"s1", "s2"} {
		must(t, s.PutSession(ctx, healthcode.Session{ID: session, TokenHash: []byte{byte(i), 31: 0}, Person: p, Created: start, Seen: start, Expires: after(24 * time.Hour)}))
	}
	must(t, s.PutDevice(ctx, d))
	must(t, s.PutDevice(ctx, ended))
	got, err := s.StandingDevice(ctx, p, d.ID, after(23*time.Hour))
	must(t, err)
	if !reflect.DeepEqual(got, d) {
		t.Errorf("device:\n got %+v\nwant %+v", got, d)
	}
	must(t, s.DeleteSession(ctx, "s2"))
	for what, find := range map[string]func() (healthcode.Device, error){
		"of an ended session":    func() (healthcode.Device, error) { return s.StandingDevice(ctx, p, ended.ID, start) },
		"of an expired session":  func() (healthcode.Device, error) { return s.StandingDevice(ctx, p, d.ID, after(24*time.Hour)) },
		"of nobody's":            func() (healthcode.Device, error) { return s.StandingDevice(ctx, p, [8]byte{7}, start) },
		"under another's person": func() (healthcode.Device, error) { return s.StandingDevice(ctx, q, d.ID, start) },
	} {
		_, err := find()
		wantCode(t, "a device "+what, err, healthcode.CodeNotFound)
	}
	must(t, s.DeleteSessions(ctx, p, ""))
	_, err = s.StandingDevice(ctx, p, d.ID, start)
	wantCode(t, "a device after signing out everywhere", err, healthcode.CodeNotFound)
}

func devicesArePurged(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	must(t, s.PutDevice(ctx, device(1, p, "s1", start)))
	must(t, s.PutDevice(ctx, device(2, p, "s2", after(time.Second))))
	n, err := s.PurgeDevices(ctx, after(24*time.Hour))
	must(t, err)
	wantEqual(t, "deleted", n, 1)
	list, err := s.DevicesOf(ctx, p)
	must(t, err)
	if len(list) != 1 || list[0].Session != "s2" {
		t.Errorf("left: %+v", list)
	}
}

func devicesOfNobody(t *testing.T, s healthcode.Store) {
	nobody := healthcode.PersonID{1}
	wantCode(t, "a device of nobody", s.PutDevice(ctx, device(1, nobody, "s", start)), healthcode.CodeNotFound)
	list, err := s.DevicesOf(ctx, nobody)
	must(t, err)
	wantEqual(t, "devices of nobody", len(list), 0)
}
