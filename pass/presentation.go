package pass

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"time"

	"healthcode/internal/base45"
)

const (
	// BoundPrefix starts every pass of the device-bound form.
	BoundPrefix = "HCP2:"
	// MaxBoundSize is the most bytes that a pass of the device-bound form has, before base45.
	MaxBoundSize = 316

	// Fresh is how long after its device signed a pass of the device-bound form is taken. With Leeway a picture of
	// it works for a minute at most, also where the device's clock is ahead.
	Fresh = 55 * time.Second
	// Interval is how often a device signs: half of Fresh, less what it may be behind a door's clock.
	Interval = 30 * time.Second
)

// The parts of a presentation that are the same in each.
const (
	presentationStart = "\x83" // array of 3
	timeStart         = "\x1a" // 4 bytes

	// The Sig_structure of a COSE_Sign1 message with the protected header {1: -7}, ES256.
	holderSignedStart = "\x84\x6aSignature1\x43\xa1\x01\x26\x58\x20" // external data of 32 bytes follows
	holderPayload     = "\x45"                                       // 5 bytes
)

// presentation is what a device adds to its credential.
type presentation struct {
	at        uint32
	signature []byte
	signed    []byte
}

// parsePresentation reads a pass of the device-bound form without checking its signatures.
func parsePresentation(text string) (*message, error) {
	data, err := decoded(text[len(BoundPrefix):], MaxBoundSize)
	if err != nil {
		return nil, err
	}
	r := reader{rest: data}
	r.expect(presentationStart, "array of credential, time and signature")
	rest := r.rest
	m := r.message(true)
	credential := rest[:len(rest)-len(r.rest)]
	m.shown = &presentation{}
	r.expect(timeStart, "time of 4 bytes")
	m.shown.at = r.number(4, "time")
	r.expect(signatureStart, "holder's signature of 64 bytes")
	m.shown.signature = r.take(64, "holder's signature")
	r.end("holder's signature")
	if r.err != nil {
		return nil, r.err
	}
	if err := m.claims.check(); err != nil {
		return nil, err
	}
	if _, err := m.claims.holder.public(); err != nil {
		return nil, fmt.Errorf("its holder's key: %w", err)
	}
	if at := m.shown.at; at < m.claims.issued || at >= m.claims.expires {
		return nil, fmt.Errorf("its device signed at %d, outside the time of its credential", at)
	}
	m.shown.signed = holderSigned(credential, m.shown.at)
	return m, nil
}

// holderSigned returns what a device signs: its credential's hash and the time.
func holderSigned(credential []byte, at uint32) []byte {
	sum := sha256.Sum256(credential)
	b := append([]byte(holderSignedStart), sum[:]...)
	return appendTime(append(b, holderPayload...), at)
}

// appendTime always takes 5 bytes, as a device without a CBOR library writes it.
func appendTime(b []byte, at uint32) []byte {
	return append(append(b, timeStart...), byte(at>>24), byte(at>>16), byte(at>>8), byte(at))
}

func (p *presentation) text(credential []byte) string {
	b := append([]byte(presentationStart), credential...)
	b = append(appendTime(b, p.at), signatureStart...)
	return BoundPrefix + base45.Encode(append(b, p.signature...))
}

func (p *presentation) by(holder HolderKey) bool { return holder.Signed(p.signed, p.signature) }

func (p *presentation) time() time.Time { return time.Unix(int64(p.at), 0).UTC() }

// fresh returns nil where the device signed just now.
func (p *presentation) fresh(now time.Time) *Failure {
	switch age := now.Sub(p.time()); {
	case age < -Leeway:
		return &Failure{FromTheFuture, fmt.Sprintf("its device signed %v ahead of this clock; set the clocks", -age.Round(time.Second))}
	case age >= Fresh:
		return &Failure{Stale, fmt.Sprintf("its device signed it %v ago; a picture of a pass is not taken, ask for the live one", age.Round(time.Second))}
	}
	return nil
}

// Present returns the text that a device shows: its credential, signed at a time with its key. It is what the
// holder's page does in the browser, for programs that hold a key of their own. The time must be the credential's.
func Present(credential []byte, key *ecdsa.PrivateKey, at time.Time) (string, error) {
	unix, err := seconds("the time of showing", at)
	if err != nil {
		return "", fmt.Errorf("showing a pass: %w", err)
	}
	sum := sha256.Sum256(holderSigned(credential, unix))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return "", fmt.Errorf("showing a pass: %w", err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	text := (&presentation{at: unix, signature: signature}).text(credential)
	if _, err := parsePresentation(text); err != nil {
		return "", fmt.Errorf("showing a pass: %w", err)
	}
	return text, nil
}
