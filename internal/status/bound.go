package status

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/pass"
)

// MaxBatch is how many credentials a device may be given at once. Each has a key of its own, and is shown in turn, so
// that doors can't tell that they saw one person.
const MaxBatch = 8

// UsualBatch is how many our own page asks for: each costs the server a signature, and few people pass more doors within
// the life of a batch.
const UsualBatch = 4

// CodeOtherDevice is the error of a session that is bound to another device.
const CodeOtherDevice healthcode.Code = "other_device"

// DeviceEnded is why a pass of a device that was signed out is not taken.
const DeviceEnded pass.Code = "device-ended"

// Binding is what a device sends to be given credentials. Keys are points of P-256, as WebCrypto exports them raw (65
// bytes) or compressed (33). Proof is the device's ES256 signature of [BindingText].
type Binding struct {
	Device []byte   // the same for as long as the session
	Keys   [][]byte // one for each credential, 1 to MaxBatch, new each time
	Proof  []byte
}

// BindingText is what a device signs: that the keys are its own.
func BindingText(jurisdiction string, device []byte, keys [][]byte) []byte {
	lines := []string{"HCP2 keys", jurisdiction, base64.RawURLEncoding.EncodeToString(device)}
	for _, key := range keys {
		lines = append(lines, base64.RawURLEncoding.EncodeToString(key))
	}
	return []byte(strings.Join(lines, "\n"))
}

// Bound is what a device is given.
type Bound struct {
	Credentials [][]byte // in the order of the keys
	Now         time.Time
	Expires     time.Time
	State       string
	Until       time.Time // when the state ends; zero where not known
	Name        string    // masked
	Identity    healthcode.IdentityState
}

// Bind gives the device of the actor's session credentials that it shows without asking again. They end with the
// state, with the policy, and after as long as the policy allows. The device stays the session's: CodeOtherDevice.
func (s *Service) Bind(ctx context.Context, a healthcode.Actor, jurisdiction string, b Binding) (Bound, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return Bound{}, err
	}
	device, holders, err := b.parse(jurisdiction)
	if err != nil {
		return Bound{}, err
	}
	person, err := s.registered(ctx, a.Person, jurisdiction)
	if err != nil {
		return Bound{}, err
	}
	p, evaluation, err := s.Evaluation(ctx, a.Person, jurisdiction)
	if err != nil {
		return Bound{}, err
	}
	id, err := s.enrol(ctx, a, jurisdiction, device)
	if err != nil {
		return Bound{}, err
	}
	now := s.clock.Now()
	issuer, _, err := s.keys.get(jurisdiction, now)
	if err != nil {
		return Bound{}, err
	}
	state, _, next := evaluation.State(now)
	if !next.IsZero() && next.Sub(now) < time.Second {
		next = now.Add(time.Second)
	}
	life := min(p.Pass.BoundFor(), p.Until.Sub(now.Truncate(pass.Grain)))
	content := pass.Content{Person: pass.PersonID(person.ID), State: state, Name: person.Name,
		Unchecked: person.Identity != healthcode.IdentityChecked, Until: next, Lifetime: life.Truncate(time.Second)}
	out := Bound{Now: now, State: state, Until: next, Name: mask(person.Name), Identity: person.Identity}
	for _, holder := range holders {
		var credential []byte
		if credential, out.Expires, err = issuer.Bind(content, id, holder, now); err != nil {
			return Bound{}, err
		}
		out.Credentials = append(out.Credentials, credential)
	}
	return out, nil
}

// parse checks the form of a binding, and that its device signed it.
func (b *Binding) parse(jurisdiction string) (device pass.HolderKey, holders []pass.HolderKey, err error) {
	invalid := func(field, en string, err error) error {
		return &healthcode.Error{Code: healthcode.CodeInvalid, Field: field, Err: err,
			Text: healthcode.Text{ZH: "这台设备的密钥有误，请刷新页面。", EN: en}}
	}
	if device, err = pass.ParseHolderKey(b.Device); err != nil {
		return device, nil, invalid("device", "Send the device's public key: a point of P-256, raw, in base64url.", err)
	}
	if len(b.Keys) == 0 || len(b.Keys) > MaxBatch {
		return device, nil, invalid("keys", fmt.Sprintf("Send 1 to %d public keys.", MaxBatch), nil)
	}
	seen := []pass.HolderKey{device}
	for i, key := range b.Keys {
		holder, err := pass.ParseHolderKey(key)
		if err == nil && slices.Contains(seen, holder) {
			err = errors.New("it is there twice")
		}
		if err != nil {
			return device, nil, invalid(fmt.Sprintf("keys[%d]", i), "Send a public key of its own for each credential: a point of P-256, raw, in base64url.", err)
		}
		seen = append(seen, holder)
	}
	if !device.Signed(BindingText(jurisdiction, b.Device, b.Keys), b.Proof) {
		return device, nil, invalid("proof", "Sign the keys with the device's key: ES256 over jurisdiction, device and keys.", nil)
	}
	return device, seen[1:], nil
}

// enrol makes the device the session's, once, and returns its id.
func (s *Service) enrol(ctx context.Context, a healthcode.Actor, jurisdiction string, key pass.HolderKey) (pass.DeviceID, error) {
	sum := sha256.Sum256(key[:])
	id := pass.DeviceID(sum[:len(pass.DeviceID{})])
	other := &healthcode.Error{Code: CodeOtherDevice, Field: "device", Text: healthcode.Text{
		ZH: "这次登录已绑定另一台设备或浏览器。请在这里重新登录。", EN: "This sign-in is bound to another device or browser. Sign in here."}}
	known, err := s.store.StandingDevice(ctx, a.Person, id, s.clock.Now())
	switch {
	case err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound:
		return id, fmt.Errorf("reading the device: %w", err)
	case err == nil && known.Session == a.Session && string(known.Key) == string(key[:]):
		return id, nil
	}
	devices, err := s.store.DevicesOf(ctx, a.Person)
	if err != nil {
		return id, fmt.Errorf("reading the devices: %w", err)
	}
	if slices.ContainsFunc(devices, func(d healthcode.Device) bool { return d.Session == a.Session }) {
		return id, s.refused(ctx, a, jurisdiction, other)
	}
	sessions, err := s.store.SessionsOf(ctx, a.Person)
	if err != nil {
		return id, fmt.Errorf("reading the sessions: %w", err)
	}
	at := slices.IndexFunc(sessions, func(o healthcode.Session) bool { return o.ID == a.Session })
	if at < 0 {
		return id, access.SignedOut()
	}
	now := s.clock.Now()
	// Recorded first, as every look is: from now on this device can show the code without asking.
	if err := s.store.PutLook(ctx, healthcode.Look{Person: a.Person, At: now, Role: healthcode.RoleResident,
		By: sessions[at].Device, Jurisdiction: jurisdiction, Purpose: LookDevice, Saw: "pass"}); err != nil {
		return id, fmt.Errorf("recording a new device: %w", err)
	}
	err = s.store.PutDevice(ctx, healthcode.Device{ID: id, Person: a.Person, Session: a.Session, Key: key[:],
		Enrolled: now, Expires: sessions[at].Expires})
	if healthcode.CodeOf(err) == healthcode.CodeConflict && err != nil {
		return id, s.refused(ctx, a, jurisdiction, other)
	}
	return id, err
}

// Purposes of the looks by which a person learns of devices: one was bound to a sign-in; another asked with the same
// sign-in, and was refused.
const (
	LookDevice      = "device"
	LookOtherDevice = "other-device"
)

// refused records, once a day at most, that another device asked in a session that has one: the session may be a copy.
func (s *Service) refused(ctx context.Context, a healthcode.Actor, jurisdiction string, other error) error {
	now := s.clock.Now()
	looks, err := s.store.Looks(ctx, a.Person, 100)
	if err != nil {
		return fmt.Errorf("reading the looks: %w", err)
	}
	if slices.ContainsFunc(looks, func(l healthcode.Look) bool {
		return l.Purpose == LookOtherDevice && now.Sub(l.At) < 24*time.Hour
	}) {
		return other
	}
	if err := s.store.PutLook(ctx, healthcode.Look{Person: a.Person, At: now, Role: healthcode.RoleResident,
		Jurisdiction: jurisdiction, Purpose: LookOtherDevice, Saw: "state"}); err != nil {
		return fmt.Errorf("recording a refused device: %w", err)
	}
	return other
}

// Glance returns the state of the resident's own code as it is now, and when it ends; zero where not known. The page that a phone
// keeps asks whether what it shows still holds.
func (s *Service) Glance(ctx context.Context, a healthcode.Actor, jurisdiction string) (state string, until time.Time, err error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return "", time.Time{}, err
	}
	if _, err := s.registered(ctx, a.Person, jurisdiction); err != nil {
		return "", time.Time{}, err
	}
	_, evaluation, _, err := s.Evaluate(ctx, a.Person, jurisdiction)
	if err != nil {
		return "", time.Time{}, err
	}
	state, _, until = evaluation.State(s.clock.Now())
	return state, until, nil
}

// EndDevice signs the session out that one of the resident's own devices is bound to: connected doors stop taking its code at
// once. CodeNotFound.
func (s *Service) EndDevice(ctx context.Context, a healthcode.Actor, id [8]byte) error {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return err
	}
	device, err := s.store.StandingDevice(ctx, a.Person, id, s.clock.Now())
	if err != nil {
		if healthcode.CodeOf(err) == healthcode.CodeNotFound {
			return healthcode.Errorf(healthcode.CodeNotFound, "id", "没有这台设备，或它已退出。", "There is no such device, or it was signed out.")
		}
		return fmt.Errorf("reading the device: %w", err)
	}
	return s.store.DeleteSession(ctx, device.Session)
}

// Devices lists the sessions of a resident that have a device bound to them.
func (s *Service) Devices(ctx context.Context, a healthcode.Actor) (map[string]healthcode.Device, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	devices, err := s.store.DevicesOf(ctx, a.Person)
	by := map[string]healthcode.Device{}
	for _, d := range devices {
		by[d.Session] = d
	}
	return by, err
}

// Holder returns the person whose verified pass it is. Of the device-bound form it asks whether the device still is
// signed in; the error is a *[pass.Failure] where it isn't.
func (s *Service) Holder(ctx context.Context, c pass.Claims) (healthcode.PersonID, error) {
	if !c.Bound {
		return s.PersonOf(c)
	}
	now := s.clock.Now()
	issuer, _, err := s.keys.get(c.Jurisdiction, now)
	if err != nil {
		return healthcode.PersonID{}, err
	}
	id, device, err := issuer.OpenBound(c)
	if err != nil {
		return healthcode.PersonID{}, err
	}
	person := healthcode.PersonID(id)
	_, err = s.store.StandingDevice(ctx, person, device, now)
	if healthcode.CodeOf(err) == healthcode.CodeNotFound && err != nil {
		return person, &pass.Failure{Code: DeviceEnded, Reason: "its device was signed out"}
	}
	return person, err
}
