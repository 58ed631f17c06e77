package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// quick answers the plain form of a request to a busy route by hand: what phones and doors send all day. It returns false,
// having done nothing, for any other form, which the route's handler then reads as the document says. Both take the same calls
// to the same services; a test compares their answers.
type quick func(c *call) (answer []byte, ok bool, err error)

// byHand adds the quick form of a route.
func byHand(q quick) option { return func(r *Route) { r.quick = q } }

// maxQuick is the longest body that is read by hand.
const maxQuick = 2 << 10

// The bounds of what is read, as the document has them.
const (
	maxJurisdiction = 16
	maxCode         = 1000
)

// tryQuick reports whether the request is answered.
func (c *call) tryQuick(w http.ResponseWriter) bool {
	if accept := c.r.Header["Accept"]; c.r.URL.RawQuery != "" || len(accept) > 1 || len(accept) == 1 && accept[0] != "*/*" && accept[0] != "application/json" {
		return false
	}
	answer, ok, err := c.route.quick(c)
	switch {
	case !ok:
		return false
	case err != nil:
		c.problem(err).write(w)
	default:
		c.header["Content-Type"] = contentJSON
		w.Write(answer) // who went away doesn't miss it
	}
	return true
}

var contentJSON = []string{"application/json"}

// peek returns a short body that is JSON, and leaves it to be read again.
func (c *call) peek() ([]byte, bool) {
	if n := c.r.ContentLength; n <= 0 || n > maxQuick {
		return nil, false
	}
	if t := c.r.Header["Content-Type"]; len(t) != 1 || t[0] != "application/json" {
		return nil, false
	}
	data := make([]byte, c.r.ContentLength)
	n, err := io.ReadFull(c.r.Body, data)
	rest := io.MultiReader(bytes.NewReader(data[:n]), c.r.Body)
	if err != nil {
		rest = io.MultiReader(bytes.NewReader(data[:n]), failed{err})
	}
	c.r.Body = io.NopCloser(rest)
	return data, err == nil
}

// failed is the rest of a body that broke off.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }

// appendText appends a JSON string; false where it has characters that need more than quotes.
func appendText(b []byte, s string) ([]byte, bool) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return b, false
		}
	}
	if !utf8.ValidString(s) || strings.ContainsAny(s, "\u2028\u2029\x7f") {
		return b, false
	}
	return append(append(append(b, '"'), s...), '"'), true
}

// appendInstant appends a time as [time.Time] marshals itself.
func appendInstant(b []byte, t time.Time) []byte {
	return append(t.AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// quickPass is the answer of renewPass.
func (s *Server) quickPass(c *call) ([]byte, bool, error) {
	jurisdiction := c.r.PathValue("jurisdiction")
	if len(jurisdiction) > maxJurisdiction || !utf8.ValidString(jurisdiction) {
		return nil, false, nil
	}
	p, err := s.renewPass(c, &inJurisdiction{jurisdiction})
	if err != nil {
		return nil, true, err
	}
	b := append(make([]byte, 0, 512), `{"text":"`...) // of the characters of base 45, of which none needs more
	b = append(b, p.Text...)
	b = appendInstant(append(b, `","issued":`...), p.Issued)
	b = appendInstant(append(b, `,"expires":`...), p.Expires)
	b = append(b, `,"state":"`...) // a word of the policy
	b = append(b, p.State...)
	return append(b, "\"}\n"...), true, nil
}

// quickScan reads {"code":"…","temperature":36.5} and answers as scan does.
func (s *Server) quickScan(c *call) ([]byte, bool, error) {
	data, ok := c.peek()
	if !ok {
		return nil, false, nil
	}
	in, ok := readScan(data)
	if !ok {
		return nil, false, nil
	}
	d, err := s.scan(c, &in)
	if err != nil {
		return nil, true, err
	}
	if b, ok := appendDecision(make([]byte, 0, 768), &d); ok {
		return b, true, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err = enc.Encode(d)
	return b.Bytes(), true, err
}

// readScan reads the two members in either order, without spaces between them.
func readScan(data []byte) (in scanInput, ok bool) {
	rest, found := bytes.CutPrefix(data, []byte("{"))
	for first := true; found; first = false {
		if first && len(rest) == 0 {
			return in, false
		}
		switch {
		case bytes.HasPrefix(rest, []byte(`"code":"`)) && in.Body.Code == "":
			text, after, closed := bytes.Cut(rest[len(`"code":"`):], []byte(`"`))
			if !closed || len(text) == 0 || len(text) > maxCode {
				return in, false
			}
			for _, b := range text {
				if b < ' ' || b == '\\' || b >= utf8.RuneSelf {
					return in, false
				}
			}
			in.Body.Code, rest = string(text), after
		case bytes.HasPrefix(rest, []byte(`"temperature":`)) && in.Body.Temperature == nil:
			rest = rest[len(`"temperature":`):]
			n := 0
			for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
				n++
			}
			// Two digits and perhaps a fraction: anything else isn't a temperature that a door sends.
			if n < 2 || rest[0] == '0' || rest[0] == '.' || rest[1] == '.' || rest[n-1] == '.' || n > 8 {
				return in, false
			}
			value, err := strconv.ParseFloat(string(rest[:n]), 64)
			if err != nil {
				return in, false
			}
			in.Body.Temperature, rest = &value, rest[n:]
		default:
			return in, false
		}
		if len(rest) == 1 && rest[0] == '}' {
			return in, in.Body.Code != ""
		}
		rest, found = bytes.CutPrefix(rest, []byte(","))
	}
	return in, false
}

// appendDecision is false where a text needs more than quotes.
func appendDecision(b []byte, d *Decision) ([]byte, bool) {
	good := true
	text := func(member, s string) {
		var ok bool
		b, ok = appendText(append(b, member...), s)
		good = good && ok
	}
	flag := func(member string, v bool) { b = strconv.AppendBool(append(b, member...), v) }
	text(`{"decision":`, string(d.Decision.Decision))
	b = append(b, `,"grounds":`...)
	if d.Grounds == nil {
		b = append(b, "null"...)
	} else {
		b = append(b, '[')
		for i, g := range d.Grounds {
			if i > 0 {
				b = append(b, ',')
			}
			text("", g)
		}
		b = append(b, ']')
	}
	b = append(b, `,"text":`...)
	text(`{"zh":`, d.Text.ZH)
	text(`,"en":`, d.Text.EN)
	text(`},"state":`, d.State)
	if d.Name != "" {
		text(`,"name":`, d.Name)
	}
	if d.Until != nil {
		b = appendInstant(append(b, `,"until":`...), *d.Until)
	}
	flag(`,"proxy":`, d.Proxy)
	flag(`,"identity_unchecked":`, d.Unchecked)
	if d.Failure != "" {
		text(`,"failure":`, string(d.Failure))
	}
	b = appendInstant(append(b, `,"at":`...), d.At)
	if d.Again != "" {
		text(`,"again":`, d.Again)
	}
	return append(b, "}\n"...), good
}
