package pass

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"time"

	"healthcode/internal/base45"
)

// The parts of the form in the package comment that are the same in every pass.
const (
	messageStart   = "\xd2\x84"                 // tag 18, array of 4
	protectedStart = "\x49\xa2\x01\x27\x04\x44" // 9 bytes: map of 2, alg: EdDSA, kid: 4 bytes
	unprotected    = "\xa0"                     // empty map
	claimsStart    = "\xa5\x01"                 // map of 5, iss
	boundStart     = "\xa6\x01"                 // map of 6, iss
	expiresKey     = "\x04"
	issuedKey      = "\x06"
	idStart        = "\x07\x58\x28" // cti: 40 bytes
	// cnf: a COSE_Key of 4 members, kty: EC2, crv: P-256, x: 32 bytes, and after x whether y is odd.
	holderStart = "\x08\xa1\x01\xa4\x01\x02\x20\x01\x21\x58\x20"
	oddStart    = "\x22"

	healthStart    = "\x3a\x00\x01\x00\x00\x84" // -65537: array of 4
	signatureStart = "\x58\x40"                 // 64 bytes

	signedStart = "\x84\x6aSignature1" // Sig_structure of RFC 9052, section 4.4: array of 4, context
	externalAAD = "\x40"               // no bytes

	flagProxy     = 1
	flagUnchecked = 2
)

// message is a pass taken apart; of the device-bound form, its credential.
type message struct {
	key       KeyID
	claims    claims
	payload   []byte // the claims as signed
	signature []byte
	shown     *presentation // nil where the message itself is the pass
}

// claims are what the payload holds, with times in seconds since 1970.
type claims struct {
	issuer          string
	expires, issued uint32
	id              ID
	state, name     string
	flags           uint32
	hasUntil        bool
	until           uint32
	bound           bool // to the device that holds the key
	holder          HolderKey
}

// encoded returns the payload.
func (c *claims) encoded() []byte {
	b := make([]byte, 0, MaxSize)
	start := claimsStart
	if c.bound {
		start = boundStart
	}
	b = appendText(append(b, start...), c.issuer)
	b = appendUint(append(b, expiresKey...), c.expires)
	b = appendUint(append(b, issuedKey...), c.issued)
	b = append(append(b, idStart...), c.id[:]...)
	if c.bound {
		b = append(append(b, holderStart...), c.holder[1:]...)
		b = appendBool(append(b, oddStart...), c.holder.odd())
	}
	b = appendText(append(b, healthStart...), c.state)
	b = appendText(b, c.name)
	b = appendUint(b, c.flags)
	if c.hasUntil {
		return appendUint(b, c.until)
	}
	return append(b, cborNull)
}

// signed returns the bytes that the signature covers.
func (m *message) signed() []byte {
	b := make([]byte, 0, MaxSize)
	b = append(append(b, signedStart...), protectedStart...)
	b = append(append(b, m.key[:]...), externalAAD...)
	return appendBytes(b, m.payload)
}

func (m *message) text() string {
	if m.shown != nil {
		return m.shown.text(m.encoded())
	}
	return string(base45.Append(append(make([]byte, 0, len(Prefix)+(MaxSize+1)/2*3), Prefix...), m.encoded()))
}

func (m *message) encoded() []byte {
	b := make([]byte, 0, MaxSize)
	b = append(append(b, messageStart...), protectedStart...)
	b = append(append(b, m.key[:]...), unprotected...)
	b = appendBytes(b, m.payload)
	return append(append(b, signatureStart...), m.signature...)
}

// parse reads a pass of either form without checking its signatures. Its errors say why the text is no pass.
func parse(text string) (*message, error) {
	if strings.HasPrefix(text, BoundPrefix) {
		return parsePresentation(text)
	}
	if !strings.HasPrefix(text, Prefix) {
		return nil, errors.New("it has neither " + Prefix + " nor " + BoundPrefix + " at its start")
	}
	data, err := decoded(text[len(Prefix):], MaxSize)
	if err != nil {
		return nil, err
	}
	r := reader{rest: data}
	m := r.message(false)
	r.end("signature")
	if r.err != nil {
		return nil, r.err
	}
	return m, m.claims.check()
}

// decoded returns the bytes behind a prefix, of which there may be so many.
func decoded(text string, limit int) ([]byte, error) {
	if most := (limit + 1) / 2 * 3; len(text) > most {
		return nil, fmt.Errorf("it has %d characters after its prefix, more than %d", len(text), most)
	}
	data, err := base45.Decode(text)
	if err == nil && len(data) > limit {
		err = fmt.Errorf("it has %d bytes, more than %d", len(data), limit)
	}
	return data, err
}

// message reads a signed message: a pass, or the credential of the device-bound form.
func (r *reader) message(bound bool) *message {
	m := &message{claims: claims{bound: bound}}
	r.expect(messageStart, "tagged COSE_Sign1 message")
	r.expect(protectedStart, "protected header with EdDSA and a key id of 4 bytes alone")
	copy(m.key[:], r.take(len(m.key), "key id"))
	r.expect(unprotected, "empty unprotected header")
	m.payload = r.bytes("claims")
	r.expect(signatureStart, "signature of 64 bytes")
	m.signature = r.take(ed25519.SignatureSize, "signature")
	if r.err == nil {
		r.err = m.claims.parse(m.payload)
	}
	return m
}

func (c *claims) parse(payload []byte) error {
	r := reader{rest: payload}
	if c.bound {
		r.expect(boundStart, "map of 6 claims, the first the issuer")
	} else {
		r.expect(claimsStart, "map of 5 claims, the first the issuer")
	}
	c.issuer = r.text("issuer")
	r.expect(expiresKey, "claim of expiry")
	c.expires = r.uint("time of expiry")
	r.expect(issuedKey, "claim of issue")
	c.issued = r.uint("time of issue")
	r.expect(idStart, "pass id of 40 bytes")
	copy(c.id[:], r.take(len(c.id), "pass id"))
	if c.bound {
		r.expect(holderStart, "claim cnf with a P-256 key alone")
		x := r.take(len(c.holder)-1, "x of the holder's key")
		r.expect(oddStart, "whether y of the holder's key is odd")
		c.holder = compressed(x, r.bool("whether y of the holder's key is odd"))
	}
	r.expect(healthStart, "claim -65537 with 4 elements")
	c.state = r.text("state")
	c.name = r.text("name")
	c.flags = r.uint("flags")
	if c.hasUntil = !r.null(); c.hasUntil {
		c.until = r.uint("end of the state")
	}
	r.end("claims")
	return r.err
}

// check refuses values that no issuer may write.
func (c *claims) check() error {
	longest := MaxLifetime
	if c.bound {
		longest = MaxBoundLifetime
	}
	switch {
	case c.expires <= c.issued || c.expires-c.issued > uint32(longest/time.Second):
		return fmt.Errorf("it is valid from %d to %d, which is not 1 s to %v", c.issued, c.expires, longest)
	case MaskName(c.name) != c.name:
		return errors.New("its name is not masked")
	case c.flags&^(flagProxy|flagUnchecked) != 0:
		return fmt.Errorf("its flags %d are unknown", c.flags)
	}
	if err := checkWord("its jurisdiction", c.issuer, MaxJurisdiction); err != nil {
		return err
	}
	return checkWord("its state", c.state, MaxState)
}

func (c *claims) exported() Claims {
	out := Claims{
		Jurisdiction: c.issuer,
		State:        c.state,
		Issued:       time.Unix(int64(c.issued), 0).UTC(),
		Expires:      time.Unix(int64(c.expires), 0).UTC(),
		ID:           c.id,
		Name:         c.name,
		Proxy:        c.flags&flagProxy != 0,
		Unchecked:    c.flags&flagUnchecked != 0,
		Bound:        c.bound,
		Holder:       c.holder,
	}
	if c.hasUntil {
		out.Until = time.Unix(int64(c.until), 0).UTC()
	}
	return out
}
