package certificate

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"
	"sync"

	"healthcode/internal/base45"
)

// Prefix opens every HCERT text: the context HC, version 1.
const Prefix = "HC1:"

const (
	maxText     = 16 << 10 // four times what the largest QR code holds
	maxInflated = 64 << 10 // a real message is under 2 kB; the cap stops zip bombs
)

// unwrap returns the COSE message inside an HC1 text. White space around the text is allowed; as a space is
// also a base45 character, closing spaces go only where the text does not decode with them.
func unwrap(text string) ([]byte, *Failure) {
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.TrimLeft(text, " \t\r\n")
	text = strings.TrimRight(text, "\t\r\n\u00a0")
	body, ok := strings.CutPrefix(text, Prefix)
	if !ok {
		return nil, fail(NotHC1, "the text does not begin with %s; it is not a health certificate of this kind", Prefix)
	}
	if len(body) > maxText {
		return nil, fail(Base45, "the text is %d characters long; a certificate has at most %d", len(body), maxText)
	}
	packed, err := base45.Decode(body)
	if trimmed := strings.TrimRight(body, " \t\r\n"); err != nil && trimmed != body {
		packed, err = base45.Decode(trimmed)
	}
	if err != nil {
		return nil, failWith(Base45, err)
	}
	message, err := inflate(packed)
	if err != nil {
		return nil, asFailure(Zlib, err)
	}
	return message, nil
}

// wrap is the reverse of unwrap.
func wrap(message []byte) (string, error) {
	var packed bytes.Buffer
	w, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(message); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return Prefix + base45.Encode(packed.Bytes()), nil
}

// An inflater keeps the 40 kB of tables that a zlib reader needs, which cost more than inflating a message.
type inflater struct {
	source  bytes.Reader
	stream  io.ReadCloser
	scratch bytes.Buffer
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

func inflate(packed []byte) ([]byte, error) {
	in := inflaters.Get().(*inflater)
	defer inflaters.Put(in)
	in.source.Reset(packed)
	var err error
	if in.stream == nil {
		in.stream, err = zlib.NewReader(&in.source)
	} else {
		err = in.stream.(zlib.Resetter).Reset(&in.source, nil)
	}
	if err != nil {
		in.stream = nil
		return nil, fail(Zlib, "the content is not a zlib stream: %v", err)
	}
	in.scratch.Reset()
	n, err := io.Copy(&in.scratch, io.LimitReader(in.stream, maxInflated+1))
	if err != nil {
		return nil, fail(Zlib, "the zlib stream is broken: %v", err)
	}
	if n > maxInflated {
		return nil, fail(Zlib, "the content inflates to more than %d bytes; no certificate is that large", maxInflated)
	}
	return bytes.Clone(in.scratch.Bytes()), nil
}
