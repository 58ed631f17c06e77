package certificate

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
)

// CBOR tags that may stand around a message: COSE_Sign1, CWT, and "this is CBOR".
const (
	tagSign1        = 18
	tagCWT          = 61
	tagSelfDescribe = 55799
)

// COSE header labels.
const (
	headerAlgorithm = int64(1)
	headerKeyID     = int64(4)
)

// Message is a COSE_Sign1 message (RFC 9052), or what an ICAO seal has in its place, taken apart.
type Message struct {
	Algorithm Algorithm
	KeyID     []byte // empty when the message names no key
	Payload   []byte
	Signature []byte

	protected []byte // as signed
	bare      bool   // the signature covers the payload alone
}

// readMessage takes a COSE_Sign1 message apart: bare, or in any of the tags that issuers put around it.
// Header values count wherever they stand; the protected ones win.
func readMessage(data []byte) (*Message, error) {
	r := cborReader{data: data}
	for r.at < len(data) && data[r.at]>>5 == 6 {
		_, _, tag, err := r.head()
		if err != nil {
			return nil, err
		}
		if tag != tagSign1 && tag != tagCWT && tag != tagSelfDescribe {
			return nil, fmt.Errorf("reading the COSE message: tag %d is not COSE_Sign1", tag)
		}
		if r.at > maxDepth {
			return nil, errDepth
		}
	}
	item, err := readCBOR(data[r.at:])
	if err != nil {
		return nil, err
	}
	parts, ok := item.([]any)
	if !ok || len(parts) != 4 {
		return nil, errors.New("reading the COSE message: it is not an array of four")
	}
	m := &Message{}
	var okProtected, okPayload, okSignature bool
	m.protected, okProtected = parts[0].([]byte)
	m.Payload, okPayload = parts[2].([]byte)
	m.Signature, okSignature = parts[3].([]byte)
	if !okProtected || !okPayload || !okSignature {
		return nil, errors.New("reading the COSE message: the protected header, the payload and the signature must be byte strings")
	}
	var protected any
	if len(m.protected) > 0 {
		if protected, err = readCBOR(m.protected); err != nil {
			return nil, fmt.Errorf("reading the protected header: %w", err)
		}
	}
	if err := m.readHeaders(protected, parts[1]); err != nil {
		return nil, err
	}
	return m, nil
}

// readHeaders takes the algorithm and the key id from the first header that has them.
func (m *Message) readHeaders(headers ...any) error {
	for _, h := range headers {
		header, ok := h.(map[any]any)
		if !ok {
			continue
		}
		if a, ok := header[headerAlgorithm].(int64); ok && m.Algorithm == 0 {
			m.Algorithm = Algorithm(a)
		}
		if len(m.KeyID) == 0 {
			m.KeyID = keyID(header[headerKeyID])
		}
	}
	if m.Algorithm == 0 {
		return errors.New("reading the COSE message: no header names the signature's algorithm")
	}
	return nil
}

// keyID accepts a key id written as its base64 text too.
func keyID(v any) []byte {
	switch id := v.(type) {
	case []byte:
		return id
	case string:
		if raw, err := base64.StdEncoding.DecodeString(id); err == nil && len(raw) == KeyIDLength {
			return raw
		}
		return []byte(id)
	}
	return nil
}

// signed gives the bytes under the signature: the Sig_structure ["Signature1", protected, h”, payload].
func (m *Message) signed() []byte {
	if m.bare {
		return m.Payload
	}
	var b bytes.Buffer
	b.Grow(len(m.protected) + len(m.Payload) + 24)
	b.WriteByte(0x84)
	b.WriteByte(0x60 | byte(len("Signature1")))
	b.WriteString("Signature1")
	writeByteString(&b, m.protected)
	writeByteString(&b, nil)
	writeByteString(&b, m.Payload)
	return b.Bytes()
}

// writeByteString writes a CBOR byte string. Its length is below maxInflated, so three bytes can hold it.
func writeByteString(b *bytes.Buffer, s []byte) {
	switch n := len(s); {
	case n < 24:
		b.WriteByte(0x40 | byte(n))
	case n < 1<<8:
		b.Write([]byte{0x58, byte(n)})
	case n < 1<<16:
		b.Write([]byte{0x59, byte(n >> 8), byte(n)})
	default:
		b.Write([]byte{0x5a, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	}
	b.Write(s)
}

// encode gives the tagged message.
func (m *Message) encode() []byte {
	var b bytes.Buffer
	b.Write([]byte{0xc0 | tagSign1, 0x84})
	writeByteString(&b, m.protected)
	b.WriteByte(0xa0)
	writeByteString(&b, m.Payload)
	writeByteString(&b, m.Signature)
	return b.Bytes()
}
