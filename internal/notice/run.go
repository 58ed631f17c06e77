package notice

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"healthcode"
)

const (
	batch = 100
	// lease is how long a claimed watch or sweep is kept from others.
	lease = 2 * time.Minute
	// atOnce is how many persons are visited side by side: their writes share commits.
	atOnce = 8
)

// Changed takes an event of the store: it only notes whom to look at.
func (s *Service) Changed(e healthcode.Event) {
	s.mu.Lock()
	visits := visitsIn(e)
	for _, p := range e.People {
		if refs := visits[p]; refs != nil {
			s.seen[p] = append(s.seen[p], refs...)
		} else {
			s.dirty[p] = struct{}{}
		}
	}
	s.all = s.all || e.All
	s.mu.Unlock()
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// Work does what there is to do: those who have changed, those whose time has come, then everybody where the areas or the
// policy have changed. It returns how many persons it looked at.
func (s *Service) Work(ctx context.Context) (int, error) {
	total, errs := 0, []error{}
	for ctx.Err() == nil {
		n, err := s.urgent(ctx)
		total, errs = total+n, appendError(errs, err)
		if err != nil {
			break
		}
		more, err := s.sweep(ctx)
		total, errs = total+more, appendError(errs, err)
		if err != nil || n+more == 0 {
			break
		}
	}
	return total, errors.Join(errs...)
}

func appendError(errs []error, err error) []error {
	if err != nil {
		errs = append(errs, err)
	}
	return errs
}

// urgent looks at those who have changed, and those whose time has come.
func (s *Service) urgent(ctx context.Context) (int, error) {
	s.mu.Lock()
	dirty := s.dirty
	s.dirty = map[healthcode.PersonID]struct{}{}
	seen := s.seen
	s.seen = map[healthcode.PersonID][]healthcode.FactRef{}
	s.mu.Unlock()
	for p, visits := range seen {
		if _, too := dirty[p]; !too && !s.nothing(ctx, p, visits) {
			dirty[p] = struct{}{}
		}
	}
	var tasks []func() error
	for p := range dirty {
		tasks = append(tasks, func() error {
			err := s.visitAll(ctx, p)
			if err != nil {
				s.Changed(healthcode.Event{People: []healthcode.PersonID{p}}) // tried again
			}
			return err
		})
	}
	if err := together(tasks); err != nil {
		return len(tasks), err
	}
	now := s.clock.Now()
	due, err := s.store.ClaimWatches(ctx, now, now.Add(lease), batch)
	if err != nil {
		return len(tasks), fmt.Errorf("claiming watches: %w", err)
	}
	n := len(tasks) + len(due)
	tasks = nil
	for _, w := range due {
		tasks = append(tasks, func() error { return s.Visit(ctx, w.Person, w.Jurisdiction) })
	}
	return n, together(tasks)
}

// visitAll visits a person in every jurisdiction where they are registered.
func (s *Service) visitAll(ctx context.Context, person healthcode.PersonID) error {
	registrations, err := s.store.Registrations(ctx, person)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, r := range registrations {
		if seen[r.Jurisdiction] {
			continue
		}
		seen[r.Jurisdiction] = true
		if err := s.Visit(ctx, person, r.Jurisdiction); err != nil {
			return err
		}
	}
	return nil
}

// sweep looks at one page of everybody in each jurisdiction where something has changed that concerns everybody: the areas, the
// policy in force, the day (so that nothing stays unseen), or that events may have been missed. It goes on where it, or another
// process before it, stopped.
func (s *Service) sweep(ctx context.Context) (int, error) {
	version, err := s.store.AreasVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the areas' version: %w", err)
	}
	s.mu.Lock()
	missed := s.all
	s.all = false
	s.mu.Unlock()
	total := 0
	for _, j := range s.status.Policies().Jurisdictions() {
		n, err := s.page(ctx, j, version, missed)
		total += n
		if err != nil {
			if missed {
				s.Changed(healthcode.Event{All: true})
			}
			return total, fmt.Errorf("telling everybody in %s: %w", j, err)
		}
	}
	return total, nil
}

func (s *Service) page(ctx context.Context, jurisdiction string, version int64, missed bool) (int, error) {
	p, err := s.status.Policy(jurisdiction)
	if err != nil {
		return 0, nil // none in force
	}
	now := s.clock.Now()
	mark := fmt.Sprintf("%d %s %s", version, p.SHA256[:16], now.In(p.Location).Format(time.DateOnly))
	at, err := s.store.NoticeSweepOf(ctx, jurisdiction)
	if err != nil {
		return 0, err
	}
	if at.Mark != mark || missed {
		at = healthcode.NoticeSweep{Jurisdiction: jurisdiction, Mark: mark}
		if err := s.store.PutNoticeSweep(ctx, at); err != nil {
			return 0, err
		}
	}
	if at.Done {
		return 0, nil
	}
	people, err := s.store.RegisteredPersons(ctx, jurisdiction, at.After, batch)
	if err != nil {
		return 0, err
	}
	var tasks []func() error
	for _, person := range people {
		tasks = append(tasks, func() error { return s.Visit(ctx, person, jurisdiction) })
	}
	if err := together(tasks); err != nil {
		return len(people), err
	}
	if at.Done = len(people) < batch; len(people) > 0 {
		at.After = people[len(people)-1]
	}
	return len(people), s.store.PutNoticeSweep(ctx, at)
}

// together runs tasks side by side, and returns what went wrong.
func together(tasks []func() error) error {
	var group sync.WaitGroup
	errs := make([]error, len(tasks))
	places := make(chan struct{}, atOnce)
	for i, task := range tasks {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			errs[i] = task()
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// Run works until ctx ends: as soon as the store tells that something has changed, and every so often for what is due.
func (s *Service) Run(ctx context.Context, every time.Duration) {
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() {
		for ctx.Err() == nil {
			if err := s.store.Watch(ctx, s.Changed); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "notices: following changes; tried again", "error", err)
				wait(ctx, every)
			}
		}
	})
	group.Go(func() { s.push(ctx, every) })
	trips := time.Time{}
	for {
		if _, err := s.Work(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "notices: tried again", "error", err)
			wait(ctx, every)
		}
		if now := s.clock.Now(); now.Sub(trips).Abs() >= tripsEvery {
			trips = now
			if _, err := s.Trips(ctx); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "notices: reminding of trips; tried again", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-s.woken:
		case <-time.After(every):
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
