package servicetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"healthcode"
	"healthcode/internal/status"
	"healthcode/pass"
)

// Device is a phone that signs its pass itself.
type Device struct {
	h   *House
	Key *ecdsa.PrivateKey
	// Of the last Bind.
	Keys  []*ecdsa.PrivateKey
	Bound status.Bound
}

// NewDevice returns a device that no session knows yet.
func (h *House) NewDevice() *Device { return &Device{h: h, Key: h.newKey()} }

func (h *House) newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	h.Must(err)
	return key
}

func (h *House) point(key *ecdsa.PrivateKey) []byte {
	point, err := key.PublicKey.Bytes()
	h.Must(err)
	return point
}

// Binding asks for n credentials with new keys.
func (d *Device) Binding(jurisdiction string, n int) status.Binding {
	d.Keys = nil
	b := status.Binding{Device: d.h.point(d.Key)}
	for range n {
		key := d.h.newKey()
		d.Keys = append(d.Keys, key)
		b.Keys = append(b.Keys, d.h.point(key))
	}
	b.Proof = d.sign(status.BindingText(jurisdiction, b.Device, b.Keys))
	return b
}

func (d *Device) sign(data []byte) []byte {
	sum := sha256.Sum256(data)
	r, s, err := ecdsa.Sign(rand.Reader, d.Key, sum[:])
	d.h.Must(err)
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
}

// Bind enrols the device, or renews its credentials.
func (d *Device) Bind(a healthcode.Actor, jurisdiction string) {
	d.h.Helper()
	var err error
	d.Bound, err = d.h.Status.Bind(d.h.Context(), a, jurisdiction, d.Binding(jurisdiction, 2))
	d.h.Must(err)
}

// Show signs the first credential at a time.
func (d *Device) Show(at time.Time) string {
	d.h.Helper()
	text, err := pass.Present(d.Bound.Credentials[0], d.Keys[0], at)
	d.h.Must(err)
	return text
}
