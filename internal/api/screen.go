package api

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"healthcode"
	"healthcode/internal/access"
)

// A screen reads NDJSON and lets through only the facts that the sender may
// send. Every other line becomes an empty one, so that the numbers of the lines stay.
type screen struct {
	lines  *bufio.Reader
	sender healthcode.Actor
	now    time.Time
	allow  func(*healthcode.Fact) error // asked last
	line   int
	out    []byte // of the current line, what wasn't read yet
	end    error  // of the input

	refused int
	errors  []LineError // the first maxLineErrors of them
}

// maxLine bounds a line; a fact takes a few hundred bytes.
const maxLine = 1 << 20

func newScreen(r io.Reader, sender healthcode.Actor, now time.Time, allow func(*healthcode.Fact) error) *screen {
	return &screen{lines: bufio.NewReaderSize(r, maxLine), sender: sender, now: now, allow: allow}
}

func (s *screen) Read(p []byte) (int, error) {
	for len(s.out) == 0 {
		if s.end != nil {
			return 0, s.end
		}
		s.next()
	}
	n := copy(p, s.out)
	s.out = s.out[n:]
	return n, nil
}

// next reads one line into out.
func (s *screen) next() {
	line, err := s.lines.ReadSlice('\n')
	long := errors.Is(err, bufio.ErrBufferFull)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = s.lines.ReadSlice('\n')
	}
	s.end = err
	if err != nil && err != io.EOF || len(line) == 0 {
		return // half a line of an interrupted stream is no line
	}
	s.line++
	if s.line == 1 {
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	line = bytes.TrimSpace(line)
	switch {
	case long:
		s.refuse(fmt.Errorf("the line is longer than %d bytes; a fact needs a few hundred", maxLine))
		line = nil
	case len(line) > 0:
		if err := s.check(line); err != nil {
			s.refuse(err)
			line = nil
		}
	}
	s.out = append(append(make([]byte, 0, len(line)+1), line...), '\n')
}

func (s *screen) refuse(err error) {
	s.refused++
	if len(s.errors) < maxLineErrors {
		s.errors = append(s.errors, lineError(s.line, err))
	}
}

func (s *screen) check(line []byte) error {
	var f healthcode.Fact
	if err := f.UnmarshalJSON(line); err != nil {
		return err
	}
	if err := maySend(s.sender, &f, s.now); err != nil {
		return err
	}
	return s.allow(&f)
}

// maySend says whether a sender may send a fact: in whose name, about what, and taking back whose.
func maySend(a healthcode.Actor, f *healthcode.Fact, now time.Time) error {
	denied := func(zh, en string, args ...any) error {
		return healthcode.Errorf(healthcode.CodeDenied, "", zh, en, args...)
	}
	lab := a.Role == healthcode.RoleLab
	switch {
	case f.Kind == healthcode.KindLift:
		return denied("kind：解除弹窗须由两名工作人员办理，请提出变更。", "kind: a hold is lifted by two officers; propose a change instead")
	case lab && f.Source != a.Source:
		return denied("source：您只能以 "+a.Source+" 的名义发送。", "source: you may only send as %s", a.Source)
	case access.ReservedSource(f.Source):
		return denied("source：这个来源由系统自己写入。", "source: the service alone writes facts of this source")
	case lab && f.Kind == healthcode.KindDeclaration:
		return denied("kind：检测机构不能发送这类信息。", "kind: a lab may not send a %s", f.Kind)
	case lab && f.Retracts != nil && f.Retracts.Source != a.Source:
		return denied("retracts：您只能撤回自己发送的信息。", "retracts: you may only take back facts of %s", a.Source)
	case f.Retracts != nil && access.ReservedSource(f.Retracts.Source):
		return denied("retracts：这个来源的信息由系统自己撤回。", "retracts: the service alone takes back facts of this source")
	case f.Recorded.After(now):
		return healthcode.Errorf(healthcode.CodeInvalid, "", "recorded：不能晚于现在；可以不填。", "recorded: lies in the future; leave it out and it is set here")
	}
	return nil
}
