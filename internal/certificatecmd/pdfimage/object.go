package pdfimage

// The values of a PDF file, beside float64, bool, nil and string (the bytes of a text).
type (
	name      string
	dict      map[name]any
	array     []any
	reference int // the number of an object; generations do not matter here
	operator  string
)

// stream is a dictionary with data, still encoded.
type stream struct {
	dict
	raw []byte
}

const maxNesting = 50

// parser reads values from data.
type parser struct {
	data  []byte
	at    int
	watch map[string]bool // names to look for, and whether they were met; may be nil
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func (p *parser) skipSpace() {
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case isSpace(c):
			p.at++
		case c == '%':
			for p.at < len(p.data) && p.data[p.at] != '\n' && p.data[p.at] != '\r' {
				p.at++
			}
		default:
			return
		}
	}
}

// next reads one value, or an operator; ok is false at the end.
func (p *parser) next(depth int) (v any, ok bool) {
	p.skipSpace()
	if p.at >= len(p.data) || depth > maxNesting {
		return nil, false
	}
	switch c := p.data[p.at]; c {
	case '/':
		p.at++
		return name(p.nameText()), true
	case '(':
		return p.text(), true
	case '<':
		if p.at+1 < len(p.data) && p.data[p.at+1] == '<' {
			p.at += 2
			return p.dict(depth + 1), true
		}
		return p.hex(), true
	case '[':
		p.at++
		return p.array(depth + 1), true
	case ']', '>', ')', '{', '}':
		p.at++
		return operator(c), true
	}
	return p.word(), true
}

func (p *parser) word() any {
	start := p.at
	for p.at < len(p.data) && !isSpace(p.data[p.at]) && !isDelimiter(p.data[p.at]) {
		p.at++
	}
	word := string(p.data[start:p.at])
	if f, ok := parseNumber(word); ok {
		return f
	}
	switch word {
	case "true", "false":
		return word == "true"
	case "null":
		return nil
	}
	return operator(word)
}

func (p *parser) nameText() string {
	var out []byte
	for p.at < len(p.data) && !isSpace(p.data[p.at]) && !isDelimiter(p.data[p.at]) {
		c := p.data[p.at]
		if c == '#' && p.at+2 < len(p.data) {
			if high, low := hexValue(p.data[p.at+1]), hexValue(p.data[p.at+2]); high >= 0 && low >= 0 {
				c = byte(high<<4 | low)
				p.at += 2
			}
		}
		out = append(out, c)
		p.at++
	}
	if _, watched := p.watch[string(out)]; watched {
		p.watch[string(out)] = true
	}
	return string(out)
}

// text reads (…). Escapes other than of parentheses do not matter here, but must not end it.
func (p *parser) text() string {
	p.at++
	start, open := p.at, 1
	for ; p.at < len(p.data); p.at++ {
		switch p.data[p.at] {
		case '\\':
			p.at++
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				p.at++
				return unescape(p.data[start : p.at-1])
			}
		}
	}
	p.at = len(p.data)
	return ""
}

func unescape(raw []byte) string {
	var out []byte
	for n := 0; n < len(raw); n++ {
		c := raw[n]
		if c != '\\' || n+1 == len(raw) {
			out = append(out, c)
			continue
		}
		n++
		switch c = raw[n]; {
		case c == 'n':
			out = append(out, '\n')
		case c == 'r':
			out = append(out, '\r')
		case c == 't':
			out = append(out, '\t')
		case c >= '0' && c <= '7':
			v := 0
			for k := 0; k < 3 && n < len(raw) && raw[n] >= '0' && raw[n] <= '7'; k++ {
				v = v*8 + int(raw[n]-'0')
				n++
			}
			n--
			out = append(out, byte(v))
		case c == '\n':
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (p *parser) hex() string {
	p.at++
	var out []byte
	high := -1
	for p.at < len(p.data) && p.data[p.at] != '>' {
		if v := hexValue(p.data[p.at]); v >= 0 {
			if high < 0 {
				high = v
			} else {
				out = append(out, byte(high<<4|v))
				high = -1
			}
		}
		p.at++
	}
	p.at = min(p.at+1, len(p.data))
	if high >= 0 {
		out = append(out, byte(high<<4))
	}
	return string(out)
}

func (p *parser) array(depth int) array {
	var list array
	for {
		v, ok := p.next(depth)
		if !ok || v == operator(']') {
			return list
		}
		if v == operator("R") && len(list) >= 2 {
			if number, ok := list[len(list)-2].(float64); ok {
				list = append(list[:len(list)-2], reference(number))
			}
			continue
		}
		list = append(list, v)
	}
}

// dict reads up to >>.
func (p *parser) dict(depth int) dict {
	d := dict{}
	var values []any
	for {
		v, ok := p.next(depth)
		if !ok || v == operator('>') {
			p.at = min(p.at+1, len(p.data)) // the second >
			break
		}
		if v == operator("R") && len(values) >= 2 {
			if number, ok := values[len(values)-2].(float64); ok {
				values = append(values[:len(values)-2], reference(number))
			}
			continue
		}
		values = append(values, v)
	}
	for n := 0; n+1 < len(values); n += 2 {
		if key, ok := values[n].(name); ok {
			d[key] = values[n+1]
		}
	}
	return d
}
