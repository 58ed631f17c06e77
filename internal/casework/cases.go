package casework

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/change"
	"healthcode/internal/status"
)

// CaseStore is what [Cases] reads and writes.
type CaseStore interface {
	healthcode.Cases
	healthcode.Changes
	healthcode.Ledger
	healthcode.People
	healthcode.Relations
	healthcode.Access
	healthcode.Messages
}

// Cases opens, routes, watches and decides cases. Officers are limited to their jurisdiction, and residents to themselves.
type Cases struct {
	store   CaseStore
	status  *status.Service
	changes *change.Service
	clock   healthcode.Clock
	log     *slog.Logger
}

// NewCases returns a service.
func NewCases(store CaseStore, status *status.Service, changes *change.Service, clock healthcode.Clock, log *slog.Logger) *Cases {
	return &Cases{store: store, status: status, changes: changes, clock: clock, log: log}
}

// Limits of what can be written into a case.
const (
	MaxText    = 2000 // characters of one entry
	maxEntries = 200  // of one case
)

// PageSize is how many cases the queue lists at once.
const PageSize = 50

func newID() string {
	b := make([]byte, 12)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Queue is one page of the cases of a jurisdiction.
type Queue struct {
	Cases  []healthcode.Case
	Counts map[healthcode.CaseState]int
	More   bool // there is another page after the last case
}

// Queue lists a page of cases. The filter's jurisdiction is the officer's, its limit is set here; without a state it lists
// what was received.
func (s *Cases) Queue(ctx context.Context, a healthcode.Actor, f healthcode.CaseFilter) (Queue, error) {
	var q Queue
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return q, err
	}
	f.Jurisdiction, f.Limit = a.Jurisdiction, PageSize+1
	if !slices.Contains(healthcode.CaseStates, f.State) {
		f.State = healthcode.CaseReceived
	}
	var err error
	if q.Cases, err = s.store.Cases(ctx, f); err != nil {
		return q, err
	}
	if q.More = len(q.Cases) > PageSize; q.More {
		q.Cases = q.Cases[:PageSize]
	}
	q.Counts, err = s.store.CaseCounts(ctx, a.Jurisdiction)
	return q, err
}

// File is a case with everything that an officer needs for deciding it.
type File struct {
	Case      healthcode.Case
	Entries   []healthcode.CaseEntry
	Person    healthcode.Person
	Facts     []healthcode.Fact // on which the case rests
	Others    []healthcode.Fact // what else is known, the newest first
	Status    healthcode.Status
	Changes   []healthcode.Change // that were proposed in it
	Colleague []string            // to whom it can be given
}

// maxOthers bounds what else is shown of a person.
const maxOthers = 50

// File returns one case, brought up to date. The look is recorded first. CodeNotFound, also for another jurisdiction.
func (s *Cases) File(ctx context.Context, a healthcode.Actor, id string) (File, error) {
	var f File
	c, err := s.ofJurisdiction(ctx, a, id)
	if err != nil {
		return f, err
	}
	if err := s.store.PutLook(ctx, healthcode.Look{Person: c.Person, At: s.clock.Now(), Role: a.Role, By: a.Staff,
		Jurisdiction: a.Jurisdiction, Purpose: "case", Saw: "record"}); err != nil {
		return f, fmt.Errorf("recording the look: %w", err)
	}
	if _, err := s.Refresh(ctx, c.Person, c.Jurisdiction); err != nil {
		return f, err
	}
	if f.Case, f.Entries, err = s.store.Case(ctx, id); err != nil {
		return f, err
	}
	if f.Person, err = s.store.Person(ctx, c.Person); err != nil {
		return f, err
	}
	_, evaluation, facts, err := s.status.Evaluate(ctx, c.Person, c.Jurisdiction)
	if err != nil && healthcode.CodeOf(err) != status.CodeNoPolicy {
		return f, err
	}
	if evaluation != nil {
		f.Status = evaluation.At(s.clock.Now())
	}
	for _, fact := range facts {
		if slices.Contains(f.Case.Facts, fact.Ref()) {
			f.Facts = append(f.Facts, fact)
		} else {
			f.Others = append(f.Others, fact)
		}
	}
	slices.Reverse(f.Others)
	f.Others = f.Others[:min(len(f.Others), maxOthers)]
	if f.Changes, err = s.changesOf(ctx, f.Case); err != nil {
		return f, err
	}
	f.Colleague, err = s.colleagues(ctx, a)
	return f, err
}

func (s *Cases) changesOf(ctx context.Context, c healthcode.Case) ([]healthcode.Change, error) {
	all, err := s.store.ChangesOf(ctx, c.Person)
	if err != nil {
		return nil, fmt.Errorf("reading the changes of a case: %w", err)
	}
	return slices.DeleteFunc(all, func(ch healthcode.Change) bool { return ch.CaseID != c.ID }), nil
}

// colleagues lists the caseworkers of the officer's jurisdiction.
func (s *Cases) colleagues(ctx context.Context, a healthcode.Actor) ([]string, error) {
	staff, err := s.store.StaffOf(ctx, a.Jurisdiction)
	var names []string
	for _, m := range staff {
		if m.Role == healthcode.RoleCaseworker && !m.Disabled {
			names = append(names, m.Name)
		}
	}
	return names, err
}

// ofJurisdiction returns a case of the officer's jurisdiction.
func (s *Cases) ofJurisdiction(ctx context.Context, a healthcode.Actor, id string) (healthcode.Case, error) {
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return healthcode.Case{}, err
	}
	c, _, err := s.store.Case(ctx, id)
	if err == nil && c.Jurisdiction != a.Jurisdiction || healthcode.CodeOf(err) == healthcode.CodeNotFound && err != nil {
		return healthcode.Case{}, noCase()
	}
	return c, err
}

func noCase() error {
	return healthcode.Errorf(healthcode.CodeNotFound, "", "没有这个案件。", "There is no such case.")
}

// changed is the error of whoever acts on a case as it no longer is.
func changed() error {
	return healthcode.Errorf(healthcode.CodeConflict, "", "有人刚刚更新了这个案件，您的操作没有生效。请看最新的情况，再决定是否还需要。",
		"Somebody has just changed this case, so what you did had no effect. Look at it as it is now, and do it again if it is still needed.")
}

// save stores a case with entries. Where the last of them is there already, the same was sent twice, and nothing happens.
func (s *Cases) save(ctx context.Context, c healthcode.Case, entries ...healthcode.CaseEntry) error {
	outcomes, err := s.store.PutCases(ctx, []healthcode.CaseWrite{{Case: c, Entries: entries}})
	if err != nil {
		return fmt.Errorf("storing a case: %w", err)
	}
	if outcomes[0] == healthcode.Stored {
		return nil
	}
	_, stored, err := s.store.Case(ctx, c.ID)
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return err
	}
	if len(entries) == 0 || !has(stored, entries[len(entries)-1].ID) {
		return changed()
	}
	return nil
}

func has(entries []healthcode.CaseEntry, id string) bool {
	return slices.ContainsFunc(entries, func(e healthcode.CaseEntry) bool { return e.ID == id })
}

// written checks a text that somebody typed.
func written(field, text string) (string, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", healthcode.Errorf(healthcode.CodeInvalid, field, "请填写内容。", "Please write something here.")
	case n > MaxText || !utf8.ValidString(text):
		return "", healthcode.Errorf(healthcode.CodeInvalid, field, fmt.Sprintf("最多 %d 字，现在 %d 字。", MaxText, n),
			"At most %d characters; there are %d.", MaxText, n)
	}
	return text, nil
}
