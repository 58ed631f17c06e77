package pdfimage

import (
	"bytes"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// file is a PDF file's objects by number.
type file struct {
	objects     map[reference]any
	generations map[reference]int
	watch       map[string]bool // as of [parser]
	unread      bool            // an object stream couldn't be unpacked
}

var objectStart = regexp.MustCompile(`(\d+)[ \t\r\n]+(\d+)[ \t\r\n]+obj\b`)

const maxObjects = 100_000

// openFile finds the objects by looking for them, not through the cross-reference table, which is often
// broken in files that went through a mail program.
func openFile(data []byte) (*file, error) { return openWatching(data, nil) }

// openWatching is openFile that looks for names, in objects of which a later one takes the place, too.
func openWatching(data []byte, watch map[string]bool) (*file, error) {
	f := &file{objects: map[reference]any{}, generations: map[reference]int{}, watch: watch}
	starts := objectStart.FindAllSubmatchIndex(data, maxObjects)
	if len(starts) == 0 {
		return nil, errors.New("it holds no objects")
	}
	for n, at := range starts {
		id, err := strconv.Atoi(string(data[at[2]:at[3]]))
		if err != nil {
			continue
		}
		end := len(data)
		if n+1 < len(starts) {
			end = starts[n+1][0]
		}
		p := parser{data: data[:end], at: at[1], watch: watch}
		v, ok := p.next(0)
		if !ok {
			continue
		}
		if d, isDict := v.(dict); isDict {
			if raw, isStream := streamData(data, &p, d); isStream {
				v = stream{d, raw}
			}
		}
		f.objects[reference(id)] = v
		f.generations[reference(id)], _ = strconv.Atoi(string(data[at[4]:at[5]]))
	}
	if err := f.decrypt(data); err != nil {
		return nil, err
	}
	f.openObjectStreams()
	return f, nil
}

// decrypt opens an encrypted file. Where it is encrypted, a trailer or a cross-reference stream says so.
func (f *file) decrypt(data []byte) error {
	var trailers []dict
	for rest := data; ; {
		at := bytes.Index(rest, []byte("trailer"))
		if at < 0 {
			break
		}
		rest = rest[at+len("trailer"):]
		p := parser{data: rest}
		if v, _ := p.next(0); v != nil {
			if d, ok := v.(dict); ok {
				trailers = append(trailers, d)
			}
		}
	}
	for _, v := range f.objects {
		if s, ok := v.(stream); ok && s.dict["Type"] == name("XRef") {
			trailers = append(trailers, s.dict)
		}
	}
	for _, trailer := range trailers {
		encryption := f.dictOf(trailer["Encrypt"])
		if encryption == nil {
			continue
		}
		ids, _ := f.resolve(trailer["ID"]).(array)
		id := ""
		if len(ids) > 0 {
			id, _ = f.resolve(ids[0]).(string)
		}
		c, err := f.newDecrypter(encryption, id)
		if err != nil {
			return err
		}
		own, _ := trailer["Encrypt"].(reference)
		for number, v := range f.objects {
			if number != own {
				f.objects[number] = c.openValue(v, int(number), f.generations[number])
			}
		}
		return nil
	}
	return nil
}

// streamData gives the bytes after a dictionary where it is a stream's. data may hold what looks like another
// object inside a stream, so the search for its end goes on to the end of the file.
func streamData(data []byte, p *parser, d dict) ([]byte, bool) {
	p.skipSpace()
	if !bytes.HasPrefix(p.data[p.at:], []byte("stream")) {
		return nil, false
	}
	body := data[p.at+len("stream"):]
	body = bytes.TrimPrefix(bytes.TrimPrefix(body, []byte("\r")), []byte("\n"))
	if n := whole(d["Length"], len(body)); n > 0 {
		rest := bytes.TrimLeft(body[n:], "\r\n \t")
		if bytes.HasPrefix(rest, []byte("endstream")) {
			return body[:n], true
		}
	}
	if end := bytes.Index(body, []byte("endstream")); end >= 0 {
		body = body[:end]
	}
	return bytes.TrimRight(body, "\r\n"), true
}

// openObjectStreams unpacks objects that are kept compressed.
func (f *file) openObjectStreams() {
	// Of two versions of an object the later counts, and it is in the stream with the higher number.
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(f.objects))) {
		s, ok := f.objects[id].(stream)
		if !ok || s.dict["Type"] != name("ObjStm") {
			continue
		}
		content, err := f.decode(s)
		f.unread = f.unread || err != nil || len(content) >= maxDecoded
		if err != nil {
			continue
		}
		f.watchAll(content)
		first := whole(f.resolve(s.dict["First"]), len(content))
		head := parser{data: content[:first]}
		for range whole(f.resolve(s.dict["N"]), maxObjects) {
			id, ok1 := head.next(0)
			at, ok2 := head.next(0)
			if !ok1 || !ok2 {
				break
			}
			body := parser{data: content, at: first + whole(at, len(content)-first)}
			if object, ok := body.next(0); ok {
				if key := reference(number(id)); f.objects[key] == nil {
					f.objects[key] = object
				}
			}
		}
	}
}

// watchAll looks for names in all that an object stream holds, wherever its head says that objects begin.
func (f *file) watchAll(content []byte) {
	if f.watch == nil {
		return
	}
	for p, ok := (parser{data: content, watch: f.watch}), true; ok; {
		_, ok = p.next(0)
	}
}

// resolve follows references.
func (f *file) resolve(v any) any {
	for range maxNesting {
		r, ok := v.(reference)
		if !ok {
			return v
		}
		v = f.objects[r]
	}
	return nil
}

// dictOf gives v as a dictionary, a stream's included; nil where it is none.
func (f *file) dictOf(v any) dict {
	switch v := f.resolve(v).(type) {
	case dict:
		return v
	case stream:
		return v.dict
	}
	return nil
}
