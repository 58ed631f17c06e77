package pdfimage

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"fmt"
	"io"

	"golang.org/x/image/tiff/lzw"
)

// maxDecoded bounds what one stream unpacks to: a page scanned at 600 dpi in colour.
const maxDecoded = 128 << 20

// filters gives a stream's filters and their parameters.
func (f *file) filters(s dict) (names []name, params []dict) {
	list := func(keys ...name) array {
		for _, key := range keys {
			switch v := f.resolve(s[key]).(type) {
			case nil:
			case array:
				return v
			default:
				return array{v}
			}
		}
		return nil
	}
	given := list("DecodeParms", "DP")
	for n, v := range list("Filter", "F") {
		filter, _ := f.resolve(v).(name)
		names = append(names, filter)
		var p dict
		if n < len(given) {
			p = f.dictOf(given[n])
		}
		params = append(params, p)
	}
	return names, params
}

// decode undoes all of a stream's filters.
func (f *file) decode(s stream) ([]byte, error) {
	data, rest, _, err := f.decodeUntilPicture(s)
	if err == nil && rest != "" {
		err = fmt.Errorf("the filter %s packs pictures only", rest)
	}
	return data, err
}

// decodeUntilPicture undoes a stream's filters up to one that packs a picture, and names that one.
func (f *file) decodeUntilPicture(s stream) (data []byte, picture name, params dict, err error) {
	data = s.raw
	names, all := f.filters(s.dict)
	for n, filter := range names {
		switch filter {
		case "FlateDecode", "Fl":
			data, err = f.unpredict(inflate(data), all[n])
		case "LZWDecode", "LZW":
			data, err = f.unpredict(unlzw(data), all[n])
		case "ASCIIHexDecode", "AHx":
			p := parser{data: append([]byte("<"), data...)}
			data = []byte(p.hex())
		case "ASCII85Decode", "A85":
			data = un85(data)
		case "RunLengthDecode", "RL":
			data = unrun(data)
		case "DCTDecode", "DCT", "CCITTFaxDecode", "CCF":
			return data, filter, all[n], nil
		default:
			return nil, "", nil, fmt.Errorf("the filter %q is not supported", filter)
		}
		if err != nil {
			return nil, "", nil, err
		}
	}
	return data, "", nil, nil
}

// inflate gives what can be unpacked: a stream that is cut may hold the code all the same.
func inflate(data []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(r, maxDecoded))
	return out
}

func unlzw(data []byte) []byte {
	out, _ := io.ReadAll(io.LimitReader(lzw.NewReader(bytes.NewReader(data), lzw.MSB, 8), maxDecoded))
	return out
}

func un85(data []byte) []byte {
	data = bytes.TrimSpace(data)
	data = bytes.TrimPrefix(data, []byte("<~"))
	if end := bytes.IndexByte(data, '~'); end >= 0 {
		data = data[:end]
	}
	out, _ := io.ReadAll(ascii85.NewDecoder(bytes.NewReader(data)))
	return out
}

func unrun(data []byte) []byte {
	var out []byte
	for n := 0; n < len(data) && data[n] != 128 && len(out) < maxDecoded; {
		length := int(data[n])
		n++
		if length < 128 {
			end := min(n+length+1, len(data))
			out = append(out, data[n:end]...)
			n = end
		} else if n < len(data) {
			out = append(out, bytes.Repeat(data[n:n+1], 257-length)...)
			n++
		}
	}
	return out
}

// unpredict undoes the PNG predictors; TIFF's is refused.
func (f *file) unpredict(data []byte, params dict) ([]byte, error) {
	predictor := whole(f.resolve(params["Predictor"]), 100)
	if predictor <= 1 {
		return data, nil
	}
	if predictor < 10 {
		return nil, fmt.Errorf("the predictor %d is not supported", predictor)
	}
	orDefault := func(key name, fallback int) int {
		if v := whole(f.resolve(params[key]), 1<<20); v > 0 {
			return v
		}
		return fallback
	}
	bits := orDefault("Colors", 1) * orDefault("BitsPerComponent", 8)
	pixel, row := max(1, bits/8), (bits*orDefault("Columns", 1)+7)/8
	if row <= 0 || row > maxDecoded {
		return nil, fmt.Errorf("a row of %d bytes is no row", row)
	}
	out := make([]byte, 0, len(data))
	above := make([]byte, row)
	for len(data) > 1 {
		kind := data[0]
		line := make([]byte, row)
		n := copy(line, data[1:])
		data = data[1+n:]
		unfilter(kind, line, above, pixel)
		out = append(out, line...)
		above = line
	}
	return out, nil
}

func unfilter(kind byte, line, above []byte, pixel int) {
	for n := range line {
		var left, corner int
		if n >= pixel {
			left, corner = int(line[n-pixel]), int(above[n-pixel])
		}
		up := int(above[n])
		switch kind {
		case 1:
			line[n] += byte(left)
		case 2:
			line[n] += byte(up)
		case 3:
			line[n] += byte((left + up) / 2)
		case 4:
			line[n] += byte(paeth(left, up, corner))
		}
	}
}

func paeth(left, up, corner int) int {
	abs := func(v int) int { return max(v, -v) }
	guess := left + up - corner
	toLeft, toUp, toCorner := abs(guess-left), abs(guess-up), abs(guess-corner)
	switch {
	case toLeft <= toUp && toLeft <= toCorner:
		return left
	case toUp <= toCorner:
		return up
	}
	return corner
}
