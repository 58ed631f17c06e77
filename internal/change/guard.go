package change

import (
	"context"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/access"
)

// Limits are how many persons' codes may be changed in 24 hours before a third person must agree.
type Limits struct {
	Officer int // proposed, or agreed to, by one officer
	Ground  int // on one ground
	Venue   int // from one place
}

// DefaultLimits leave room for a busy office, and none for a mass change.
var DefaultLimits = Limits{Officer: 50, Ground: 200, Venue: 50}

// The kinds of alarm.
const (
	AlarmOfficer = "officer"
	AlarmGround  = "ground"
	AlarmVenue   = "venue"
	AlarmFeed    = "feed"
)

// guard refuses a change that would be one too many. CodeStopped.
func (s *Service) guard(ctx context.Context, c healthcode.Change, agreeing string) error {
	since := s.clock.Now().Add(-window)
	done, err := s.store.ChangesIn(ctx, c.Jurisdiction, healthcode.ChangeApplied, since, 100_000)
	if err != nil {
		return fmt.Errorf("counting changes: %w", err)
	}
	for _, w := range []struct {
		kind, key string
		limit     int
		counts    func(o healthcode.Change) bool
	}{
		{AlarmOfficer, c.By, s.limits.Officer, func(o healthcode.Change) bool { return o.By == c.By || o.Agreed == c.By }},
		{AlarmOfficer, agreeing, s.limits.Officer, func(o healthcode.Change) bool { return o.By == agreeing || o.Agreed == agreeing }},
		{AlarmGround, c.Ground, s.limits.Ground, func(o healthcode.Change) bool {
			return o.Ground == c.Ground && o.By != healthcode.SystemOfficer
		}},
		{AlarmVenue, c.Venue, s.limits.Venue, func(o healthcode.Change) bool { return c.Venue != "" && o.Venue == c.Venue }},
	} {
		persons := map[healthcode.PersonID]bool{c.Person: true}
		for _, o := range done {
			if w.counts(o) {
				persons[o.Person] = true
			}
		}
		allowed, err := s.allowed(ctx, c.Jurisdiction, w.kind, w.key, w.limit)
		if err != nil {
			return err
		}
		if len(persons) > allowed {
			return s.stop(ctx, c.Jurisdiction, w.kind, w.key, allowed, c.By, agreeing)
		}
	}
	return nil
}

// allowed is a limit, and as much again for each alarm about the same that a third person has released.
func (s *Service) allowed(ctx context.Context, jurisdiction, kind, key string, limit int) (int, error) {
	alarms, err := s.store.Alarms(ctx, jurisdiction, s.clock.Now().Add(-window), 1000)
	if err != nil {
		return 0, fmt.Errorf("reading the alarms: %w", err)
	}
	allowed := limit
	for _, a := range alarms {
		if a.Kind == kind && a.Key == key && !a.Released.IsZero() {
			allowed += limit
		}
	}
	return allowed, nil
}

// stop raises the alarm, once for each limit that is reached, and returns the error that stops the change.
func (s *Service) stop(ctx context.Context, jurisdiction, kind, key string, limit int, by ...string) error {
	now := s.clock.Now()
	alarms, err := s.store.Alarms(ctx, jurisdiction, now.Add(-window), 1000)
	if err != nil {
		return fmt.Errorf("reading the alarms: %w", err)
	}
	i := slices.IndexFunc(alarms, func(a healthcode.Alarm) bool { return a.Kind == kind && a.Key == key && a.Released.IsZero() })
	alarm := healthcode.Alarm{ID: newID(), Jurisdiction: jurisdiction, Kind: kind, Key: key, Limit: limit, At: now}
	if i >= 0 {
		alarm = alarms[i]
	}
	before := len(alarm.By)
	for _, name := range by {
		if !slices.Contains(alarm.By, name) {
			alarm.By = append(alarm.By, name)
		}
	}
	if i < 0 || len(alarm.By) > before {
		if err := s.store.PutAlarm(ctx, alarm); err != nil {
			return fmt.Errorf("raising an alarm: %w", err)
		}
	}
	if i < 0 {
		s.log.WarnContext(ctx, "many codes changed in a short time", "alarm", alarm.ID, "jurisdiction", jurisdiction, "kind", kind, "key", key, "limit", limit)
		if s.Raised != nil {
			s.Raised(kind)
		}
	}
	return healthcode.Errorf(CodeStopped, "", "24 小时内变更的人数已达上限，已发出警报。须由第三人核实并同意后才能继续。",
		"The codes of %d people were changed within 24 hours: an alarm was raised, and a third person must agree before it goes on.", limit)
}

// Overseers are those who see alarms. An administrator learns of them and releases none.
var Overseers = []healthcode.Role{healthcode.RoleCaseworker, healthcode.RoleAuthority, healthcode.RoleAuditor, healthcode.RoleAdministrator}

// Releasers are those who may be the third person.
var Releasers = []healthcode.Role{healthcode.RoleCaseworker, healthcode.RoleAuthority, healthcode.RoleAuditor}

// alarmsShown is how far back alarms are shown.
const alarmsShown = 90 * 24 * time.Hour

// Alarms lists the alarms of the jurisdiction, the newest first.
func (s *Service) Alarms(ctx context.Context, a healthcode.Actor) ([]healthcode.Alarm, error) {
	if err := access.Require(a, Overseers...); err != nil {
		return nil, err
	}
	return s.store.Alarms(ctx, a.Jurisdiction, s.clock.Now().Add(-alarmsShown), proposalsAsked)
}

// Release lets as many changes again pass as the limit is. CodeThirdHand for who has taken part in them.
func (s *Service) Release(ctx context.Context, a healthcode.Actor, id string) (healthcode.Alarm, error) {
	if err := access.Require(a, Releasers...); err != nil {
		return healthcode.Alarm{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	alarms, err := s.store.Alarms(ctx, a.Jurisdiction, s.clock.Now().Add(-alarmsShown), 1000)
	if err != nil {
		return healthcode.Alarm{}, err
	}
	i := slices.IndexFunc(alarms, func(m healthcode.Alarm) bool { return m.ID == id })
	if i < 0 {
		return healthcode.Alarm{}, healthcode.Errorf(healthcode.CodeNotFound, "", "没有这个警报。", "There is no such alarm.")
	}
	alarm := alarms[i]
	switch {
	case slices.Contains(alarm.By, a.Staff):
		return alarm, healthcode.Errorf(CodeThirdHand, "", "参与这些变更的人不能解除警报，请由第三人核实。", "Who took part in these changes can't release the alarm; a third person must.")
	case !alarm.Released.IsZero():
		return alarm, healthcode.Errorf(healthcode.CodeConflict, "", "这个警报已经解除。", "The alarm has been released already.")
	}
	alarm.Released, alarm.ReleasedBy = s.clock.Now(), a.Staff
	if err := s.store.PutAlarm(ctx, alarm); err != nil {
		return alarm, fmt.Errorf("releasing an alarm: %w", err)
	}
	s.log.WarnContext(ctx, "alarm released", "alarm", alarm.ID, "kind", alarm.Kind, "key", alarm.Key, "by", a.Staff)
	return alarm, nil
}
