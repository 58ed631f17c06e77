package live

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"healthcode"
)

var zhang, li = healthcode.PersonID{1}, healthcode.PersonID{2}

// page opens a stream over HTTP and returns its lines.
func page(t *testing.T, h *Hub, person healthcode.PersonID, next time.Duration) <-chan string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := h.Open(person)
		if err != nil {
			http.Error(w, err.Error(), http.StatusTooManyRequests)
			return
		}
		defer s.Close()
		first := true
		if err := s.Serve(w, r, func() (time.Duration, bool) {
			ok := first && next > 0
			first = false
			return next, ok
		}); err != nil {
			t.Error(err)
		}
	}))
	server.Config.ReadTimeout = 300 * time.Millisecond // the stream outlives it
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(h.Close)
	answer, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(answer.Body); scanner.Scan(); {
			if text := scanner.Text(); text != "" && text[0] != ':' {
				lines <- text
			}
		}
	}()
	if first := <-lines; !strings.HasPrefix(first, "retry: ") {
		t.Fatalf("the stream begins with %q", first)
	}
	return lines
}

// wantEvent fails unless an event comes within a time, and says how long it took.
func wantEvent(t *testing.T, lines <-chan string, within time.Duration) {
	t.Helper()
	for _, want := range []string{"event: status", `data: {"changed":true}`} {
		select {
		case line := <-lines:
			if line != want {
				t.Fatalf("line %q, want %q", line, want)
			}
		case <-time.After(within):
			t.Fatal("no event came")
		}
	}
}

func wantNone(t *testing.T, lines <-chan string) {
	t.Helper()
	select {
	case line, ok := <-lines:
		t.Fatalf("line %q (open %v), want none", line, ok)
	case <-time.After(100 * time.Millisecond):
	}
}

func TestAPageLearnsOfItsOwnPersonAtOnce(t *testing.T) {
	h := New()
	lines := page(t, h, zhang, 0)
	h.Tell(healthcode.Event{People: []healthcode.PersonID{li}})
	h.Tell(healthcode.Event{Staff: true})
	wantNone(t, lines)
	time.Sleep(400 * time.Millisecond) // past the server's ReadTimeout
	h.Tell(healthcode.Event{People: []healthcode.PersonID{li, zhang}})
	wantEvent(t, lines, time.Second)
	h.Tell(healthcode.Event{Areas: true})
	wantEvent(t, lines, spread+time.Second)
}

func TestAPageWakesWhenItsStateChangesByItself(t *testing.T) {
	wantEvent(t, page(t, New(), zhang, 200*time.Millisecond), time.Second)
}

func TestStreamsEndWhenTheServerStops(t *testing.T) {
	h := New()
	lines := page(t, h, zhang, 0)
	h.Close()
	select {
	case _, open := <-lines:
		if open {
			t.Error("something came instead of the end")
		}
	case <-time.After(time.Second):
		t.Error("the stream goes on")
	}
	if _, err := h.Open(zhang); healthcode.CodeOf(err) != CodeBusy {
		t.Errorf("opened after the end: %v", err)
	}
	for deadline := time.Now().Add(time.Second); h.Streams() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("streams are left open")
		}
	}
}

func TestAPersonHasAFewStreams(t *testing.T) {
	h := New()
	var streams []*Stream
	for range perPerson {
		s, err := h.Open(zhang)
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, s)
	}
	if _, err := h.Open(zhang); healthcode.CodeOf(err) != CodeBusy {
		t.Errorf("one more: %v", err)
	}
	if _, err := h.Open(li); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	streams[0].Close()
	streams[0].Close()
	if _, err := h.Open(zhang); err != nil {
		t.Errorf("after one was closed: %v", err)
	}
	if n := h.Streams(); n != perPerson+1 {
		t.Errorf("%d streams", n)
	}
}

// broken is a store whose feed breaks once.
type broken struct {
	times int
	feed  healthcode.Feed
}

func (b *broken) Watch(ctx context.Context, changed func(healthcode.Event)) error {
	if b.times++; b.times == 1 {
		return context.DeadlineExceeded
	}
	defer b.feed.Follow(changed)()
	<-ctx.Done()
	return ctx.Err()
}

func TestWatchingBeginsAgain(t *testing.T) {
	h := New()
	lines := page(t, h, zhang, 0)
	ctx, stop := context.WithCancel(t.Context())
	ended, failures := make(chan struct{}), 0
	go func() { h.Watch(ctx, &broken{}, func(error) { failures++ }); close(ended) }()
	wantEvent(t, lines, spread+3*time.Second) // All, once it follows again
	stop()
	<-ended
	if failures != 1 {
		t.Errorf("%d failures were told", failures)
	}
}
