// Package shed decides who is served when more ask than can be answered: doors first, then people's own codes, then
// the rest. Health checks, and streams that wait for news, are never counted.
//
// A request that finds no place waits for a short time, behind those of a higher class. One that finds none then is
// refused at once and cheaply, and is told when to come back: each at another moment, so that a crowd doesn't come
// back as one.
package shed

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Class says how much a request matters when there are too many.
type Class int

// The classes, the one that is refused first last.
const (
	Always Class = iota // health checks, streams: not counted
	Door                // somebody stands at a door
	Own                 // somebody opens their own code
	Rest
)

var names = [...]string{"always", "door", "own", "rest"}

func (c Class) String() string { return names[c] }

// Classes lists those that are counted.
var Classes = []Class{Door, Own, Rest}

// patience is for how long a request of a class waits for a place.
var patience = [...]time.Duration{Door: 5 * time.Second, Own: 2 * time.Second, Rest: 500 * time.Millisecond}

// share is up to which percentage of all places requests of a class get one.
var share = [...]int{Door: 100, Own: 85, Rest: 60}

// ClassOf says of which class a request is, by its path alone.
func ClassOf(r *http.Request) Class {
	path := r.URL.Path
	switch {
	case path == "/healthz" || path == "/readyz" || path == "/metrics":
		return Always
	case path == "/door" || strings.HasPrefix(path, "/door/") || path == "/v1/checkpoint" || strings.HasPrefix(path, "/v1/checkpoint/"),
		path == "/v1/passes/verify", strings.HasPrefix(path, "/v1/keys/"), strings.HasPrefix(path, "/.well-known/healthcode/"):
		return Door
	case strings.HasPrefix(path, "/v1/me/codes/"), strings.HasPrefix(path, "/static/"), path == "/code-worker.js":
		return Own
	case strings.HasPrefix(path, "/v1/me/relations/") && strings.HasSuffix(path, "/code"):
		return Own
	}
	if rest, ok := strings.CutPrefix(path, "/in/"); ok {
		_, page, _ := strings.Cut(rest, "/")
		switch {
		case page == "live":
			return Always
		case page == "code", page == "show", strings.HasPrefix(page, "code/"),
			strings.HasPrefix(page, "others/") && strings.HasSuffix(page, "/code"):
			return Own
		}
	}
	return Rest
}

// Limiter gives places to requests. It is safe for concurrent use.
type Limiter struct {
	places int
	refuse func(w http.ResponseWriter, r *http.Request, after time.Duration)
	shed   func(Class)

	mu      sync.Mutex
	running int
	by      [len(names)]int // of running
	waiting [len(names)][]*waiter
}

type waiter struct{ place chan struct{} }

// New returns a limiter with so many places. Refuse answers who gets none; the status and Retry-After are its work, too. Shed
// is told of each.
func New(places int, refuse func(w http.ResponseWriter, r *http.Request, after time.Duration), shed func(Class)) *Limiter {
	return &Limiter{places: max(places, 4), refuse: refuse, shed: shed}
}

// Wrap serves what finds a place.
func (l *Limiter) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		class := ClassOf(r)
		if class == Always {
			next.ServeHTTP(w, r)
			return
		}
		if !l.enter(r.Context(), class) {
			l.shed(class)
			l.refuse(w, r, Again())
			return
		}
		defer l.leave(class)
		next.ServeHTTP(w, r)
	})
}

// Again is when somebody who was refused should come back: in 5 to 30 seconds, each at another moment.
func Again() time.Duration { return 5*time.Second + rand.N(25*time.Second) }

// RetryAfter is a duration as the header of that name has it, rounded up.
func RetryAfter(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// Count says how many requests of a class are being answered, and how many wait.
func (l *Limiter) Count(c Class) (running, waiting int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.by[c], len(l.waiting[c])
}

// limit is how many places may be taken when a request of a class takes one more. The least class has a place, too.
func (l *Limiter) limit(c Class) int { return max(1, l.places*share[c]/100) }

func (l *Limiter) enter(ctx context.Context, c Class) bool {
	l.mu.Lock()
	if l.running < l.limit(c) && !l.before(c) {
		l.take(c)
		l.mu.Unlock()
		return true
	}
	if len(l.waiting[c]) >= l.places {
		l.mu.Unlock()
		return false
	}
	me := &waiter{make(chan struct{})}
	l.waiting[c] = append(l.waiting[c], me)
	l.mu.Unlock()
	late := time.NewTimer(patience[c])
	defer late.Stop()
	select {
	case <-me.place:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, w := range l.waiting[c] {
		if w == me {
			l.waiting[c] = append(l.waiting[c][:i:i], l.waiting[c][i+1:]...)
			return false
		}
	}
	return true // it was given a place in this very moment
}

// before reports whether somebody of this class or a higher one waits.
func (l *Limiter) before(c Class) bool {
	for _, other := range Classes {
		if other <= c && len(l.waiting[other]) > 0 {
			return true
		}
	}
	return false
}

func (l *Limiter) take(c Class) {
	l.running++
	l.by[c]++
}

// leave gives the place to whoever matters most of those who wait.
func (l *Limiter) leave(c Class) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	l.by[c]--
	for _, next := range Classes {
		for len(l.waiting[next]) > 0 && l.running < l.limit(next) {
			first := l.waiting[next][0]
			l.waiting[next] = l.waiting[next][1:]
			l.take(next)
			close(first.place)
		}
	}
}
