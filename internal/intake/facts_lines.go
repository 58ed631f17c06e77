package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxLine is the length in bytes above which a line is refused unread.
const maxLine = 1 << 20

// maxBatchBytes ends a batch of long lines early, so that memory stays bounded.
const maxBatchBytes = 4 << 20

var bom = []byte("\xef\xbb\xbf")

// lineReader cuts its input into batches of lines.
type lineReader struct {
	r    *bufio.Reader
	line int
}

func newLineReader(r io.Reader) *lineReader { return &lineReader{r: bufio.NewReaderSize(r, 64<<10)} }

// rawLine is one line that isn't empty.
type rawLine struct {
	number  int
	text    []byte
	tooLong bool
}

// batch reads up to n lines. It returns more = false with the last batch, whose
// end says why, if the reason isn't the end of the input.
func (l *lineReader) batch(n int) (b *factBatch, more bool) {
	b = &factBatch{}
	var text []byte // of all lines, one after the other
	for size := 0; size < n && len(text) < maxBatchBytes; size++ {
		begin, tooLong := len(text), false
		var err error
		text, tooLong, err = l.appendLine(text)
		if err != nil && err != io.EOF {
			b.end = fmt.Errorf("reading: %w", err)
			return b, false
		}
		if err == nil || len(text) > begin || tooLong {
			l.line++
			b.last = l.line
		}
		line := text[begin:]
		if l.line == 1 {
			line = bytes.TrimPrefix(line, bom)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 || tooLong {
			b.lines = append(b.lines, rawLine{l.line, line, tooLong})
		}
		if err == io.EOF {
			return b, false
		}
	}
	return b, true
}

// appendLine appends the next line. Of one that is too long it appends nothing and
// skips the rest.
func (l *lineReader) appendLine(text []byte) (_ []byte, tooLong bool, err error) {
	begin := len(text)
	for {
		part, err := l.r.ReadSlice('\n')
		if tooLong = tooLong || len(text)-begin+len(part) > maxLine; tooLong {
			text = text[:begin]
		} else {
			text = append(text, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, tooLong, err
		}
	}
}
