// Package live tells open pages that what they show may have changed: one watcher of the store, and a stream of
// server-sent events for each page. An event says that something changed, and nothing of the person.
package live

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"healthcode"
)

// Limits of streams.
const (
	perPerson = 5
	inAll     = 20_000
	heartbeat = 20 * time.Second
	// life is how long one stream lasts: the page opens another, and is asked anew who it is.
	life = 15 * time.Minute
	// spread is over how long pages are told what concerns all of them, so that they don't all come back at once.
	spread = 3 * time.Second
)

// CodeBusy is the error of one stream too many.
const CodeBusy healthcode.Code = "too_many"

// Hub hands the events of one store to the pages that are open. The zero value isn't ready: see [New].
type Hub struct {
	mu      sync.Mutex
	people  map[healthcode.PersonID]map[*Stream]struct{}
	number  int
	closed  bool
	closing chan struct{}
}

// New returns a hub.
func New() *Hub {
	return &Hub{people: map[healthcode.PersonID]map[*Stream]struct{}{}, closing: make(chan struct{})}
}

// Stream is one open page.
type Stream struct {
	hub     *Hub
	person  healthcode.PersonID
	changed chan bool // true: it concerns this person; false: everybody
}

// Watcher is what a hub needs of a store.
type Watcher interface {
	Watch(ctx context.Context, changed func(healthcode.Event)) error
}

// Watch follows a store until ctx ends. If watching fails it begins again after a second.
func (h *Hub) Watch(ctx context.Context, store Watcher, failed func(error)) {
	for ctx.Err() == nil {
		if err := store.Watch(ctx, h.Tell); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// Tell hands one event on. It never waits.
func (h *Hub) Tell(e healthcode.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.All || e.Areas {
		for _, streams := range h.people {
			for s := range streams {
				s.tell(false)
			}
		}
		return
	}
	for _, person := range e.People {
		for s := range h.people[person] {
			s.tell(true)
		}
	}
}

func (s *Stream) tell(own bool) {
	select {
	case s.changed <- own:
	default: // it has been told, and hasn't looked yet
		if !own {
			return
		}
		select { // what concerns the person comes at once
		case <-s.changed:
		default:
		}
		select {
		case s.changed <- true:
		default:
		}
	}
}

// Open opens a stream of a person. CodeBusy: they have too many, or there are too many in all.
func (h *Hub) Open(person healthcode.PersonID) (*Stream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.number >= inAll || len(h.people[person]) >= perPerson {
		return nil, healthcode.Errorf(CodeBusy, "", "打开的页面太多，请关闭一些；页面仍会定时更新。", "Too many pages are open; close some. They go on renewing themselves by the minute.")
	}
	s := &Stream{hub: h, person: person, changed: make(chan bool, 1)}
	if h.people[person] == nil {
		h.people[person] = map[*Stream]struct{}{}
	}
	h.people[person][s] = struct{}{}
	h.number++
	return s, nil
}

// Close ends a stream.
func (s *Stream) Close() {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.people[s.person][s]; !ok {
		return
	}
	delete(h.people[s.person], s)
	if len(h.people[s.person]) == 0 {
		delete(h.people, s.person)
	}
	h.number--
}

// Close ends every stream, as the server does when it stops.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.closing)
	}
}

// Streams returns how many streams are open.
func (h *Hub) Streams() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.number
}

// Event is what a page gets, by the name of "status".
const Event = "event: status\ndata: {\"changed\":true}\n\n"

// Serve writes events until the page goes away, the hub closes, or the stream has had its time. next says after how long the page's state
// changes by itself; not ok where it doesn't. It is asked at the beginning and after each event.
func (s *Stream) Serve(w http.ResponseWriter, r *http.Request, next func() (time.Duration, bool)) error {
	control := http.NewResponseController(w)
	// The server's own limit is for requests that end. Not every connection can be freed of it; the page comes back then.
	if err := control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // of proxies that would keep events back
	w.WriteHeader(http.StatusOK)
	send := func(text string) error {
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		return control.Flush()
	}
	if err := send("retry: 3000\n\n"); err != nil {
		return nil // it went away
	}
	beat, end := time.NewTicker(heartbeat), time.NewTimer(life)
	defer beat.Stop()
	defer end.Stop()
	wait := func() <-chan time.Time {
		if d, ok := next(); ok {
			return time.After(min(d, life))
		}
		return nil
	}
	due := wait()
	var later <-chan time.Time
	for {
		text := Event
		select {
		case <-r.Context().Done():
			return nil
		case <-s.hub.closing:
			return nil
		case <-end.C:
			return nil
		case <-beat.C:
			text = ":\n\n"
		case own := <-s.changed:
			if !own {
				if later == nil {
					later = time.After(jitter(s.person))
				}
				continue
			}
			due = wait()
		case <-later:
			later, due = nil, wait()
		case <-due:
			due = wait()
		}
		if err := send(text); err != nil {
			return nil
		}
	}
}

// jitter is another part of spread for each person.
func jitter(person healthcode.PersonID) time.Duration {
	return spread * time.Duration(int(person[0])^int(person[len(person)-1])) / 256
}

// Late is how long after an instant a page is woken, so that what it asks for is behind it.
const Late = 200 * time.Millisecond
