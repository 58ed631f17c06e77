// Package notice tells people of each change of their status: before it comes where its time is known, and at
// once where it isn't; on their page, by short message and by the jurisdiction's webhook.
//
// Nothing is told twice and nothing is lost: what was told stands in a [healthcode.Watch], with the instant at
// which the status changes next, so that nobody is evaluated before there is something new. A notice has the same
// id whenever it is made again, and everything is put before the watch moves on.
package notice

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/status"
	"healthcode/policy"
)

// When people are told.
const (
	// LeadBetter is how long before a change for the better it is announced.
	LeadBetter = 12 * time.Hour
	// Short messages come within the day, from QuietEnd to QuietStart, unless things get worse now.
	QuietStart = 22
	QuietEnd   = 7
	// Kept is for how long notices stay in a person's account.
	Kept = 180 * 24 * time.Hour
	// slip is by how much the clock may have been put back without anything being told of it.
	slip = time.Hour
	// fresh is how old a registration may be whose person is told what has changed since.
	fresh = 24 * time.Hour
)

// LeadsWorse are how long before a change for the worse it is announced: a day, and once more when it is near.
var LeadsWorse = []time.Duration{24 * time.Hour, 6 * time.Hour}

// Store is what the service reads and writes.
type Store interface {
	healthcode.Ledger
	healthcode.AreaStore
	healthcode.People
	healthcode.Relations
	healthcode.Phones
	healthcode.Messages
	healthcode.Cases
	healthcode.Notices
	healthcode.Watcher
}

// Service makes notices, and shows persons theirs.
type Service struct {
	store  Store
	status *status.Service
	sealer healthcode.Sealer
	clock  healthcode.Clock
	log    *slog.Logger
	hooks  map[string]*Hook // by jurisdiction

	mu    sync.Mutex
	dirty map[healthcode.PersonID]struct{}
	// seen are new visits of people of whom nothing else has changed: mostly the policy makes nothing of them.
	seen  map[healthcode.PersonID][]healthcode.FactRef
	all   bool // everybody may have changed
	woken chan struct{}
}

// New returns a service. Hooks are the webhooks of jurisdictions; there may be none.
func New(store Store, status *status.Service, sealer healthcode.Sealer, clock healthcode.Clock, log *slog.Logger, hooks map[string]*Hook) *Service {
	return &Service{store: store, status: status, sealer: sealer, clock: clock, log: log, hooks: hooks,
		dirty: map[healthcode.PersonID]struct{}{}, seen: map[healthcode.PersonID][]healthcode.FactRef{}, woken: make(chan struct{}, 1)}
}

// maxTries bounds how often a visit begins anew because another process visited at the same time.
const maxTries = 5

// Visit tells a person what there is to tell in a jurisdiction, and notes when to look again.
func (s *Service) Visit(ctx context.Context, person healthcode.PersonID, jurisdiction string) error {
	for try := 1; ; try++ {
		err := s.visit(ctx, person, jurisdiction)
		if err == nil || try == maxTries || healthcode.CodeOf(err) != healthcode.CodeConflict {
			return err
		}
	}
}

func (s *Service) visit(ctx context.Context, person healthcode.PersonID, jurisdiction string) error {
	before, err := s.store.WatchOf(ctx, person, jurisdiction)
	known := err == nil
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return fmt.Errorf("reading a watch: %w", err)
	}
	v, ok, err := s.look(ctx, person, jurisdiction)
	if err != nil {
		return err
	}
	if !ok { // no policy in force: the next one begins a sweep
		if known && !before.Wake.IsZero() {
			before.Wake = time.Time{}
			return s.store.PutWatch(ctx, before)
		}
		return nil
	}
	v.watch = before
	if !known {
		if ok, err := v.begin(ctx, s); err != nil || !ok {
			return err
		}
	}
	if err := v.tell(ctx, s); err != nil {
		return err
	}
	v.watch.Wake = v.wake()
	if known && sameWatch(v.watch, before) {
		return nil
	}
	return s.store.PutWatch(ctx, v.watch)
}

// sight is what is seen of a person at an instant.
type sight struct {
	now    time.Time
	person healthcode.PersonID
	policy *policy.Policy
	areas  *policy.Areas
	facts  []healthcode.Fact
	status healthcode.Status
	here   healthcode.Segment  // as it is
	next   *healthcode.Segment // as it will be; nil where no change is known
	watch  healthcode.Watch
}

// look evaluates a person; false where no policy is in force.
func (s *Service) look(ctx context.Context, person healthcode.PersonID, jurisdiction string) (sight, bool, error) {
	v := sight{now: s.clock.Now(), person: person}
	p, err := s.status.Policy(jurisdiction)
	if err != nil {
		if code := healthcode.CodeOf(err); code == status.CodeNoPolicy || code == healthcode.CodeNotFound {
			err = nil
		}
		return v, false, err
	}
	v.policy = p
	if v.areas, err = s.status.Areas(ctx); err != nil {
		return v, false, err
	}
	if v.facts, err = s.store.Facts(ctx, person); err != nil {
		return v, false, fmt.Errorf("reading the facts: %w", err)
	}
	set := s.status.Policies()
	v.status, err = set.At(jurisdiction, v.areas, v.facts, v.now, v.now)
	if err != nil {
		return v, false, err
	}
	segments := set.Timeline(jurisdiction, v.areas, v.facts, v.now, v.now, v.now.Add(400*24*time.Hour))
	v.here = segments[0]
	if v.here.Until != nil && len(segments) > 1 {
		v.next = &segments[1]
	}
	return v, true, nil
}

// begin makes the first watch of a person; false where they aren't registered here. Whoever has registered lately is told what
// has changed since; of anybody else it isn't known what they were told.
func (v *sight) begin(ctx context.Context, s *Service) (bool, error) {
	registrations, err := s.store.Registrations(ctx, v.person)
	if err != nil {
		return false, fmt.Errorf("reading registrations: %w", err)
	}
	i := slices.IndexFunc(registrations, func(r healthcode.Registration) bool { return r.Jurisdiction == v.policy.Jurisdiction })
	if i < 0 {
		return false, nil
	}
	v.watch = healthcode.Watch{Person: v.person, Jurisdiction: v.policy.Jurisdiction, State: v.here.State, Holds: v.here.Holds, Since: v.now}
	at := registrations[i].At
	if v.now.Sub(at) > fresh || at.After(v.now) {
		return true, nil
	}
	then, err := s.status.Policies().At(v.policy.Jurisdiction, v.areas, v.facts, at, at)
	if err != nil {
		return true, nil // there was no policy in force
	}
	v.watch.State, v.watch.Since, v.watch.Holds = then.State, at, nil
	for _, h := range then.Holds {
		v.watch.Holds = append(v.watch.Holds, h.Hold)
	}
	return true, nil
}

// tell makes the notices that are due.
func (v *sight) tell(ctx context.Context, s *Service) error {
	w := &v.watch
	if back := w.Since.Sub(v.now); back > 0 && back <= slip {
		return nil // the clock was put back a little: what was told will be true again
	}
	if !w.Keyed {
		person, err := s.store.Person(ctx, v.person)
		if err != nil {
			return err
		}
		if err := s.store.KeyPhone(ctx, v.person, person.Phone); err != nil {
			return err
		}
		w.Keyed = true
	}
	if key(w.State, w.Holds) != key(v.here.State, v.here.Holds) {
		if err := v.changed(ctx, s); err != nil {
			return err
		}
	}
	if err := v.ahead(ctx, s); err != nil {
		return err
	}
	return v.morning(ctx, s)
}

// changed tells that the status has changed.
func (v *sight) changed(ctx context.Context, s *Service) error {
	w := &v.watch
	now := key(v.here.State, v.here.Holds)
	worse := v.worse(w.State, w.Holds, v.here)
	expected := !w.Ahead.IsZero() && !w.Ahead.After(v.now) && w.Next == now
	n := healthcode.Notice{Kind: healthcode.NoticeChanged, Effective: v.now, Worse: worse}
	if expected {
		n.Effective = w.Ahead
	}
	n.ID = v.id(n.Kind, fmt.Sprint(w.Version), now)
	n.State, n.Holds = v.here.State, v.here.Holds
	if v.here.Until != nil {
		n.Until = *v.here.Until
	}
	n.Title, n.Body = v.changedWords()
	if err := v.put(ctx, s, n, v.changedMessage(), worse, expected); err != nil {
		return err
	}
	w.State, w.Holds, w.Since, w.Until = v.here.State, v.here.Holds, v.now, n.Until
	w.Ahead, w.Next, w.AheadAt = time.Time{}, "", time.Time{}
	if v.next != nil { // it was said until when this lasts, and what follows
		w.Ahead, w.Next, w.AheadAt = n.Until, key(v.next.State, v.next.Holds), v.now
	}
	return nil
}

// ahead tells of the next change where it is near enough.
func (v *sight) ahead(ctx context.Context, s *Service) error {
	if v.next == nil {
		return nil
	}
	w, at := &v.watch, *v.here.Until
	next := key(v.next.State, v.next.Holds)
	worse := v.worse(v.here.State, v.here.Holds, *v.next)
	var lead time.Duration
	for _, l := range leads(worse) {
		if !v.now.Before(at.Add(-l)) {
			lead = l
		}
	}
	if lead == 0 || w.Ahead.Equal(at) && w.Next == next && !w.AheadAt.Before(at.Add(-lead)) {
		return nil
	}
	n := healthcode.Notice{Kind: healthcode.NoticeAhead, Effective: at, Worse: worse, State: v.next.State, Holds: v.next.Holds}
	n.ID = v.id(n.Kind, at.UTC().Format(time.RFC3339Nano), lead.String(), next)
	if v.next.Until != nil {
		n.Until = *v.next.Until
	}
	then, err := s.status.Policies().At(v.policy.Jurisdiction, v.areas, v.facts, v.now, at)
	if err != nil {
		return nil // no policy is in force then
	}
	title, body, message := v.aheadWords(then, worse)
	n.Title, n.Body = title, body
	if err := v.put(ctx, s, n, message, false, false); err != nil {
		return err
	}
	w.Ahead, w.Next, w.AheadAt = at, next, v.now
	return nil
}

// leads are the times before a change at which it is announced, the longest first.
func leads(worse bool) []time.Duration {
	if worse {
		return LeadsWorse
	}
	return []time.Duration{LeadBetter}
}

// put keeps a notice, and sends it as the person wishes. The message goes out at once where now is set, and not at all where
// silent is. The message comes before the notice, and the notice before the watch: after a crash both are put
// again, and are there already.
func (v *sight) put(ctx context.Context, s *Service, n healthcode.Notice, message healthcode.Text, now, silent bool) error {
	n.Person, n.Jurisdiction, n.At = v.person, v.policy.Jurisdiction, v.now
	setting, err := s.store.NoticeSettingOf(ctx, v.person, n.Jurisdiction)
	if err != nil {
		return err
	}
	if setting.Push && s.hooks[n.Jurisdiction] != nil {
		n.Push = v.now
	}
	v.watch.Waiting, v.watch.MessageAt = "", time.Time{}
	if !silent && (setting.Messages == healthcode.MessagesAll || setting.Messages == healthcode.MessagesWorse && n.Worse) {
		switch at := v.daytime(); {
		case now || !at.After(v.now) || n.Kind != healthcode.NoticeChanged && !at.Before(n.Effective):
			if err := s.send(ctx, v.person, v.policy, n.ID, message, v.now); err != nil {
				return err
			}
		default:
			v.watch.Waiting, v.watch.MessageAt = n.ID, at
		}
	}
	_, err = s.store.PutNotice(ctx, n)
	return err
}

// morning sends the message that waited for the end of the night, if it is still true.
func (v *sight) morning(ctx context.Context, s *Service) error {
	w := &v.watch
	if w.Waiting == "" || v.now.Before(w.MessageAt) {
		return nil
	}
	n, err := s.store.Notice(ctx, v.person, w.Waiting)
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return err
	}
	if err == nil {
		message := v.changedMessage()
		if n.Kind == healthcode.NoticeAhead && v.next != nil && v.here.Until.Equal(n.Effective) {
			then, err := s.status.Policies().At(v.policy.Jurisdiction, v.areas, v.facts, v.now, n.Effective)
			if err != nil {
				return nil
			}
			_, _, message = v.aheadWords(then, n.Worse)
		}
		if err := s.send(ctx, v.person, v.policy, n.ID, message, v.now); err != nil {
			return err
		}
	}
	w.Waiting, w.MessageAt = "", time.Time{}
	return nil
}

// daytime is now, or the end of the night.
func (v *sight) daytime() time.Time {
	local := v.now.In(v.policy.Location)
	morning := time.Date(local.Year(), local.Month(), local.Day(), QuietEnd, 0, 0, 0, v.policy.Location)
	switch hour := local.Hour(); {
	case hour >= QuietStart:
		return morning.AddDate(0, 0, 1)
	case hour < QuietEnd:
		return morning
	}
	return v.now
}

// wake is when there is something to do next, if nothing new arrives.
func (v *sight) wake() time.Time {
	var first time.Time
	add := func(t time.Time) {
		if t.After(v.now) && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	add(v.watch.MessageAt)
	add(v.watch.Since) // the clock was put back
	if v.here.Until != nil {
		add(*v.here.Until)
	}
	if v.next != nil {
		for _, l := range leads(v.worse(v.here.State, v.here.Holds, *v.next)) {
			add(v.here.Until.Add(-l))
		}
	}
	return first
}

// worse reports whether a segment is worse than a state with its holds: a worse state, or a hold more.
func (v *sight) worse(state string, holds []string, than healthcode.Segment) bool {
	if c := cmp.Compare(rank(v.policy, than.State), rank(v.policy, state)); c != 0 {
		return c < 0
	}
	return slices.ContainsFunc(than.Holds, func(h string) bool { return !slices.Contains(holds, h) })
}

// rank orders states, the worst first: the colours as the policy lists them, a hold before the last of them.
func rank(p *policy.Policy, state string) int {
	last := len(p.Colours) - 1
	i := slices.IndexFunc(p.Colours, func(c policy.Colour) bool { return c.Colour == state })
	switch {
	case i == last || i < 0 && state != healthcode.StateHeld:
		return 2 * last
	case i < 0:
		return 2*last - 1
	}
	return 2 * i
}

// key names what a person is told of.
func key(state string, holds []string) string {
	sorted := slices.Sorted(slices.Values(holds))
	return state + "|" + strings.Join(sorted, ",")
}

// id is the same for the same announcement.
func (v *sight) id(kind healthcode.NoticeKind, of ...string) string {
	return noticeID(v.person, v.policy.Jurisdiction, kind, of...)
}

func noticeID(person healthcode.PersonID, jurisdiction string, kind healthcode.NoticeKind, of ...string) string {
	sum := sha256.Sum256([]byte(person.String() + "\x00" + jurisdiction + "\x00" + string(kind) + "\x00" + strings.Join(of, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:15])
}

// sameWatch reports whether there is nothing to store.
func sameWatch(a, b healthcode.Watch) bool {
	times := func(w healthcode.Watch) []time.Time {
		return []time.Time{w.Wake, w.Since, w.Until, w.Ahead, w.AheadAt, w.MessageAt}
	}
	return key(a.State, a.Holds) == key(b.State, b.Holds) && a.Next == b.Next && a.Waiting == b.Waiting && a.Keyed == b.Keyed &&
		slices.EqualFunc(times(a), times(b), time.Time.Equal)
}

// Of lists a resident's notices in a jurisdiction, the newest first.
func (s *Service) Of(ctx context.Context, a healthcode.Actor, jurisdiction string, limit int) ([]healthcode.Notice, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	return s.store.NoticesOf(ctx, a.Person, jurisdiction, limit)
}

// Read marks a resident's notices up to an instant as read, and returns how many weren't.
func (s *Service) Read(ctx context.Context, a healthcode.Actor, jurisdiction string, until time.Time) (int, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return 0, err
	}
	if now := s.clock.Now(); until.IsZero() || until.After(now) {
		until = now
	}
	return s.store.ReadNotices(ctx, a.Person, jurisdiction, until)
}

// Setting returns how a resident is told, and the name by which the jurisdiction's webhook knows them; "" where it has none.
func (s *Service) Setting(ctx context.Context, a healthcode.Actor, jurisdiction string) (healthcode.NoticeSetting, string, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return healthcode.NoticeSetting{}, "", err
	}
	setting, err := s.store.NoticeSettingOf(ctx, a.Person, jurisdiction)
	if err != nil || s.hooks[jurisdiction] == nil {
		return setting, "", err
	}
	subject, err := s.subject(a.Person, jurisdiction)
	return setting, subject, err
}

// Set says how a resident wants to be told. CodeInvalid names the field.
func (s *Service) Set(ctx context.Context, a healthcode.Actor, setting healthcode.NoticeSetting) error {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return err
	}
	if _, err := s.status.Policy(setting.Jurisdiction); err != nil {
		return err
	}
	switch setting.Messages {
	case healthcode.MessagesAll, healthcode.MessagesWorse, healthcode.MessagesNone:
	default:
		return healthcode.Errorf(healthcode.CodeInvalid, "messages", "请选择接收哪些短信。", "Choose which short messages you want: all, worse or none.")
	}
	setting.Person = a.Person
	return s.store.PutNoticeSetting(ctx, setting)
}
