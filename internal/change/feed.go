package change

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/policy"
)

// How many people one account may send such facts about in 24 hours before a third person must agree.
const (
	// feedJudged bounds what is somebody's word about a person (a diagnosis, a contact, an order, something taken
	// back), and whatever turns a code red.
	feedJudged = 500
	// feedEvents bounds what raises a hold because somebody went somewhere: there are many of these.
	feedEvents = 20_000
	// feedReleased is by how much each release multiplies that.
	feedReleased = 10
	// feedAhead is how far ahead an effect is looked for.
	feedAhead = 45 * 24 * time.Hour
)

// Operator is the account under which what the server's own command brings is counted. No account can have this name.
const Operator = "_operator"

// Feed watches what one account sends in one call. It is used by one goroutine.
type Feed struct {
	service      *Service
	ctx          context.Context
	jurisdiction string
	account      string
	policy       *policy.Policy
	areas        *policy.Areas
	allowed      map[bool]int // by whether it is judged
	waits        bool         // an alarm waits for a third person
}

// Feed begins to watch a call by an account.
func (s *Service) Feed(ctx context.Context, a healthcode.Actor, jurisdiction string) (*Feed, error) {
	f := &Feed{service: s, ctx: ctx, jurisdiction: jurisdiction, account: a.Staff}
	var err error
	if f.policy, err = s.status.Policy(jurisdiction); err != nil {
		return nil, err
	}
	if f.areas, err = s.status.Areas(ctx); err != nil {
		return nil, err
	}
	alarms, err := s.store.Alarms(ctx, jurisdiction, s.clock.Now().Add(-window), 1000)
	if err != nil {
		return nil, fmt.Errorf("reading the alarms: %w", err)
	}
	times := 1
	for _, m := range alarms {
		if m.Kind == AlarmFeed && m.Key == f.account {
			if m.Released.IsZero() {
				f.waits = true
			} else {
				times *= feedReleased
			}
		}
	}
	f.allowed = map[bool]int{true: feedJudged * times, false: feedEvents * times}
	return f, nil
}

// Allow returns CodeStopped for a fact that would be one too many. A fact that by itself changes no code is never one.
func (f *Feed) Allow(fact *healthcode.Fact) error {
	raises, judged := f.effect(*fact)
	if !raises {
		return nil
	}
	person, err := json.Marshal(fact.Person)
	if err != nil {
		return err
	}
	s := f.service
	now := s.clock.Now()
	sum := sha256.Sum256(person)
	limit := f.allowed[judged]
	if f.waits {
		limit = 0 // who was sent about before the alarm may be sent about again
	}
	n, fresh, err := s.store.SeeFeed(f.ctx, feedName(f.account, f.jurisdiction, judged), sum[:8], now, now.Add(-window), limit)
	if err != nil {
		return err
	}
	if fresh && n > limit {
		f.waits = true
		return s.stop(f.ctx, f.jurisdiction, AlarmFeed, f.account, f.allowed[judged], f.account)
	}
	return nil
}

// feedName names what is counted together.
func feedName(account, jurisdiction string, judged bool) string {
	return fmt.Sprintf("%s:%s:%t", jurisdiction, account, judged)
}

// judgements are the kinds of fact that are somebody's word about a person.
var judgements = []healthcode.Kind{healthcode.KindDiagnosis, healthcode.KindContact, healthcode.KindQuarantine, healthcode.KindTest,
	healthcode.KindSymptoms, healthcode.KindClinic, healthcode.KindRetraction}

// effect says whether a fact by itself gives a code another state than the best, now or soon.
func (f *Feed) effect(fact healthcode.Fact) (raises, judged bool) {
	judged = slices.Contains(judgements, fact.Kind)
	if fact.Kind == healthcode.KindRetraction {
		return true, true
	}
	now := f.service.clock.Now()
	fact.Person = nil
	if fact.Recorded.IsZero() {
		fact.Recorded = now
	}
	best, worst := f.policy.BaseColour(), f.policy.Colours[0].Colour
	e := f.policy.Evaluate(f.areas, []healthcode.Fact{fact}, now)
	for at := now; ; {
		state, _, next := e.State(at)
		raises = raises || state != best
		judged = judged || state == worst
		if next.IsZero() || next.Sub(now) > feedAhead {
			return raises, judged
		}
		at = next
	}
}
