package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"healthcode"
)

func TestGroupsAreBounded(t *testing.T) {
	for _, c := range []struct{ rows, want int }{{1, maxGroupWrites}, {100, maxGroupRows / 100}, {maxGroupRows, 1}} {
		w := &writer{queue: make(chan *write, 2*maxGroupWrites)}
		for range 2 * maxGroupWrites {
			w.queue <- &write{rows: c.rows}
		}
		if got := len(w.collect(<-w.queue)); got != c.want {
			t.Errorf("a group of %d writes of %d rows, want %d", got, c.rows, c.want)
		}
	}
	w := &writer{queue: make(chan *write, 1)}
	if got := len(w.collect(&write{})); got != 1 {
		t.Errorf("a group of %d where nothing waits, want 1", got)
	}
}

// block holds up the writer, in the middle of a transaction, until release is called.
func block(t *testing.T, s *Store) (release func()) {
	t.Helper()
	entered, leave, done := make(chan bool), make(chan bool), make(chan error)
	go func() {
		done <- s.write(ctx, "blocking", func(t *tx) error {
			_, err := t.exec("INSERT INTO venue VALUES ('blocked', '', '', '', '', '')")
			close(entered)
			<-leave
			return err
		})
	}()
	<-entered
	return func() {
		t.Helper()
		close(leave)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestReadersDontWaitForTheWriter(t *testing.T) {
	s := newStore(t)
	sampleData(t, s)
	release := block(t, s)
	defer release()
	read := make(chan bool)
	go func() {
		defer close(read)
		checkSample(t, s)
		if _, err := s.Venue(ctx, "blocked"); healthcode.CodeOf(err) != healthcode.CodeNotFound {
			t.Errorf("a write that isn't committed is seen (%v)", err)
		}
	}()
	select {
	case <-read:
	case <-time.After(5 * time.Second):
		t.Error("a reader waits for the writer")
	}
}

func TestACancelledWriteThatWaitedIsNotRun(t *testing.T) {
	s := newStore(t)
	release := block(t, s)
	cancelled, cancel := context.WithCancel(ctx)
	ran, answer := false, make(chan error)
	go func() {
		answer <- s.write(cancelled, "waiting", func(*tx) error { ran = true; return nil })
	}()
	for len(s.writer.queue) == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	release()
	if err := <-answer; !errors.Is(err, context.Canceled) || ran {
		t.Errorf("ran: %t, error %v", ran, err)
	}
}

func TestAPanicFailsOneWrite(t *testing.T) {
	s := newStore(t)
	release := block(t, s) // so that the next three are one group
	answers := make(chan error, 3)
	for i := range 3 {
		go func() {
			answers <- s.write(ctx, "writing", func(t *tx) error {
				if _, err := t.exec("INSERT INTO venue VALUES (?, '', '', '', '', '')", fmt.Sprint(i)); err != nil {
					return err
				}
				if i == 1 {
					panic("a bug")
				}
				return nil
			})
		}()
	}
	for len(s.writer.queue) < 3 {
		time.Sleep(time.Millisecond)
	}
	release()
	failed := 0
	for range 3 {
		if err := <-answers; err != nil {
			failed++
			if !strings.Contains(err.Error(), "a bug") {
				t.Error(err)
			}
		}
	}
	venues, err := s.Venues(ctx, "")
	if err != nil || failed != 1 || len(venues) != 3 || venues[0].ID != "0" || venues[1].ID != "2" {
		t.Errorf("%d failed; venues %+v (%v)", failed, venues, err)
	}
}

// TestAFailedWriteLeavesNoSource: a source that only a refused write named must not be remembered.
func TestAFailedWriteLeavesNoSource(t *testing.T) {
	s := newStore(t)
	ids, err := s.EnsurePersons(ctx, []healthcode.Document{sampleFeed})
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	for i := range 3 {
		f := sampleFacts()[0]
		f.Source = fmt.Sprintf("new:%d", i)
		row, err := s.encodeOne(&healthcode.PersonFact{Person: ids[0], Fact: f})
		if err != nil {
			t.Fatal(err)
		}
		err = s.write(ctx, "failing", func(t *tx) error {
			if err := t.appendFacts([]*factRow{&row}); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
	}
	f := sampleFacts()[0]
	f.Source = "new:2"
	if _, err := s.Append(ctx, []healthcode.PersonFact{{Person: ids[0], Fact: f}}); err != nil {
		t.Fatal(err)
	}
	facts, err := s.Facts(ctx, ids[0])
	if err != nil || len(facts) != 1 || facts[0].Source != "new:2" {
		t.Errorf("facts %+v (%v)", facts, err)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}

func TestClose(t *testing.T) {
	s := newStore(t)
	release := block(t, s)
	answers := make(chan error, 20)
	for i := range cap(answers) {
		go func() { answers <- s.PutVenue(ctx, healthcode.Venue{ID: fmt.Sprint(i)}) }()
	}
	for len(s.writer.queue) < cap(answers) {
		time.Sleep(time.Millisecond)
	}
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	release()
	for range cap(answers) {
		if err := <-answers; err != nil {
			t.Errorf("a write that waited when the store was closed: %v", err)
		}
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := s.PutVenue(ctx, healthcode.Venue{ID: "late"}); !errors.Is(err, ErrClosed) {
		t.Errorf("a late write: %v", err)
	}
	if _, err := s.Venue(ctx, "1"); !errors.Is(err, ErrClosed) {
		t.Errorf("a late read: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

// TestTwoProcesses opens one file twice, as a server and an import beside it do.
func TestTwoProcesses(t *testing.T) {
	path, keys := t.TempDir()+"/health.db", newVault(t)
	a, b := openAt(t, path, keys), openAt(t, path, keys)
	ids, err := a.EnsurePersons(ctx, []healthcode.Document{sampleFeed, samplePassport})
	if err != nil {
		t.Fatal(err)
	}
	const n = 100
	answers := make(chan error, 2)
	for i, s := range []*Store{a, b} {
		go func() {
			for j := range n {
				f := sampleFacts()[0]
				f.Source, f.ID = fmt.Sprintf("s:%d", j%10), fmt.Sprintf("%d-%d", i, j)
				if _, err := s.Append(ctx, []healthcode.PersonFact{{Person: ids[i], Fact: f}}); err != nil {
					answers <- err
					return
				}
			}
			answers <- nil
		}()
	}
	for range 2 {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	for _, s := range []*Store{a, b} {
		if _, facts, err := s.Counts(ctx); err != nil || facts != 2*n {
			t.Errorf("%d facts (%v), want %d", facts, err, 2*n)
		}
		if err := s.Check(ctx); err != nil {
			t.Error(err)
		}
	}
}
