// Package checkpoint is what the staff of one venue do at its door: scan a code,
// take a temperature, and get the decision of the venue's own policy. A door
// learns a state and a masked name, and nothing else of the person.
package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/status"
	"healthcode/pass"
	"healthcode/policy"
)

// Store is what the service reads and writes.
type Store interface {
	healthcode.Doors
	healthcode.Access
}

// Service decides at doors.
type Service struct {
	store  Store
	status *status.Service
	clock  healthcode.Clock
}

// New returns a service.
func New(store Store, st *status.Service, clock healthcode.Clock) *Service {
	return &Service{store: store, status: st, clock: clock}
}

// Answer is what a door is told.
type Answer struct {
	policy.Decision
	State     string    // none where no genuine code was shown
	Name      string    // masked, to hold against a document
	Until     time.Time // when the state next changes; zero where not known
	Proxy     bool      // another person shows it
	Unchecked bool      // the identity hasn't been checked yet
	Failure   pass.Code // why a pass was not taken; "" where it was
	At        time.Time
	// Again, where a temperature has to be measured, is scanned in place of the code once it is: it
	// decides at this venue for two minutes, also when the code has expired. "" where no code was taken.
	Again string
}

// CodeVenue is the error of a member of staff who works at no venue.
const CodeVenue healthcode.Code = "no_venue"

// Venue returns the venue at which the actor works, and the policy of its jurisdiction.
func (s *Service) Venue(ctx context.Context, a healthcode.Actor) (healthcode.Venue, *policy.Policy, error) {
	if err := access.Require(a, healthcode.RoleCheckpoint); err != nil {
		return healthcode.Venue{}, nil, err
	}
	v, err := s.store.Venue(ctx, a.Venue)
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return v, nil, err
	}
	if err != nil || v.Jurisdiction != a.Jurisdiction {
		return v, nil, healthcode.Errorf(CodeVenue, "", "您的账号没有关联场所，请联系管理员。", "Your account works at no venue; ask the administrator.")
	}
	p, err := s.status.Policy(v.Jurisdiction)
	return v, p, err
}

// Scan decides on a shown code: the text of a pass or of a code on paper, the number that a holder reads
// out, or [Answer.Again]. Temperature is in °C, nil where not measured. A code that can't be
// taken is no refusal: it is decided like no code, and Failure says why. CodeTooOften: the
// account typed too many wrong numbers.
func (s *Service) Scan(ctx context.Context, a healthcode.Actor, shown string, temperature *float64) (Answer, error) {
	v, p, err := s.Venue(ctx, a)
	if err != nil {
		return Answer{}, err
	}
	holder, answer, err := s.holder(ctx, a, v, strings.TrimSpace(shown))
	if err != nil {
		return Answer{}, err
	}
	answer.At = s.clock.Now()
	if answer.Decision, err = p.Decide(v.Kind, answer.State, temperature); err != nil {
		return Answer{}, &healthcode.Error{Code: healthcode.CodeInvalid, Field: "temperature", Err: err,
			Text: healthcode.Text{ZH: "体温不对，请重新测量。", EN: "That is no body temperature; please measure again."}}
	}
	if answer.Decision.Decision == policy.NotUsed { // then the door learns nothing of the person either
		holder, answer = nil, Answer{Decision: answer.Decision, State: policy.StateNone, At: answer.At}
	}
	if answer.Decision.Decision == policy.Measure && holder != nil {
		if answer.Again, err = s.again(holder, answer, v); err != nil {
			return Answer{}, err
		}
	}
	return answer, s.record(ctx, a, v, p, holder, answer)
}

// NoCode decides on somebody who shows no code.
func (s *Service) NoCode(ctx context.Context, a healthcode.Actor, temperature *float64) (Answer, error) {
	return s.Scan(ctx, a, "", temperature)
}

// holder is the person behind a shown code.
type holder struct {
	person healthcode.PersonID
	visit  string    // the same for one pass, so that a second scan of it is the same visit
	shown  time.Time // when the code was issued
	again  string    // what was scanned in place of the code
}

// again returns what decides again. Each code has one, so that it can't be kept alive for ever.
func (s *Service) again(h *holder, answer Answer, v healthcode.Venue) (string, error) {
	if h.again != "" {
		return h.again, nil
	}
	return s.status.Wait(status.Waiting{Venue: v.ID, Person: h.person, Visit: h.visit, Shown: h.shown,
		Name: answer.Name, Proxy: answer.Proxy, Unchecked: answer.Unchecked})
}

// holder finds out whose code was shown and what it says now: a pass may be up to
// a minute old, and the door is online.
func (s *Service) holder(ctx context.Context, a healthcode.Actor, v healthcode.Venue, shown string) (*holder, Answer, error) {
	answer := Answer{State: policy.StateNone}
	if shown == "" {
		return nil, answer, nil
	}
	h := &holder{}
	if status.IsOffline(shown) {
		t, err := s.status.ResolveOffline(ctx, shown, a.Jurisdiction)
		if failure := (*pass.Failure)(nil); errors.As(err, &failure) {
			answer.Failure = failure.Code
			return nil, answer, nil
		}
		if err != nil {
			return nil, answer, err
		}
		// The paper stays the same for months: each minute in which it is scanned is one visit.
		h.person, h.shown = t.Person, s.clock.Now().Truncate(time.Minute)
		h.visit = shown + h.shown.Format(time.RFC3339)
		answer.Name, answer.Unchecked = t.Name, t.Unchecked
	} else if status.IsWaiting(shown) {
		w, ok := s.status.Waited(shown, v.ID)
		if !ok {
			answer.Failure = pass.Expired
			return nil, answer, nil
		}
		h.person, h.visit, h.shown, h.again = w.Person, w.Visit, w.Shown, shown
		answer.Name, answer.Proxy, answer.Unchecked = w.Name, w.Proxy, w.Unchecked
	} else if number, ok := status.ParseNumber(shown); ok {
		t, err := s.status.Resolve(ctx, a, number)
		if err != nil {
			if healthcode.CodeOf(err) != status.CodeNumber {
				return nil, answer, err
			}
			answer.Failure = pass.Expired
			return nil, answer, nil
		}
		h.person, h.visit, h.shown = t.Person, number+t.Issued.Format(time.RFC3339), t.Issued
		answer.Name, answer.Unchecked = t.Name, t.Unchecked
	} else {
		claims, err := s.status.Claims(shown, a.Jurisdiction)
		if err == nil {
			h.person, err = s.status.Holder(ctx, claims)
		}
		var failure *pass.Failure
		if errors.As(err, &failure) {
			answer.Failure = failure.Code
			return nil, answer, nil
		}
		if err != nil {
			return nil, answer, fmt.Errorf("opening a pass: %w", err)
		}
		h.visit, h.shown = string(claims.ID[:]), claims.Issued
		if claims.Bound { // the credential is shown for hours, and each of its presentations is a visit
			h.visit, h.shown = h.visit+claims.Shown.Format(time.RFC3339), claims.Shown
		}
		answer.Name, answer.Proxy, answer.Unchecked = claims.Name, claims.Proxy, claims.Unchecked
	}
	_, evaluation, err := s.status.Evaluation(ctx, h.person, a.Jurisdiction)
	if err != nil {
		return nil, answer, err
	}
	answer.State, _, answer.Until = evaluation.State(s.clock.Now())
	return h, answer, nil
}

// Recent lists the last decisions at the actor's venue, the newest first.
func (s *Service) Recent(ctx context.Context, a healthcode.Actor, limit int) ([]healthcode.Visit, error) {
	v, _, err := s.Venue(ctx, a)
	if err != nil {
		return nil, err
	}
	return s.store.VisitsAt(ctx, v.ID, s.clock.Now().Add(-12*time.Hour), limit)
}
