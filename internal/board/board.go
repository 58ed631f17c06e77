// Package board is what a jurisdiction tells the public: bulletins, test sites, and the rules in force.
package board

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/policy"
)

// Bounds of a bulletin, and of a list.
const (
	MaxTitle = 120  // characters
	MaxBody  = 4000 // characters
	Shown    = 100
)

// Store is what the service reads and writes.
type Store interface {
	healthcode.Board
}

// Policies gives the policy of a jurisdiction that is in force now.
type Policies interface {
	Policy(jurisdiction string) (*policy.Policy, error)
}

// Service shows the board to anybody, and lets an authority write on it.
type Service struct {
	store    Store
	policies Policies
	clock    healthcode.Clock
}

// New returns a service.
func New(store Store, policies Policies, clock healthcode.Clock) *Service {
	return &Service{store: store, policies: policies, clock: clock}
}

// Rule is a hold or a colour of the policy in force.
type Rule struct {
	Name  healthcode.Text
	Means healthcode.Text
}

// Board is everything that is shown.
type Board struct {
	Policy    *policy.Policy
	Bulletins []healthcode.Bulletin // begun, the newest first; past and withdrawn ones too
	Sites     []healthcode.TestSite
	Rules     []Rule // of the policy, since its From, until its Until
}

// Of returns the board of a jurisdiction. CodeNotFound; CodeNoPolicy of package status.
func (s *Service) Of(ctx context.Context, jurisdiction string) (Board, error) {
	p, err := s.policies.Policy(jurisdiction)
	if err != nil {
		return Board{}, err
	}
	b := Board{Policy: p}
	all, err := s.store.Bulletins(ctx, jurisdiction, Shown)
	if err != nil {
		return b, fmt.Errorf("reading bulletins: %w", err)
	}
	now := s.clock.Now()
	for _, n := range all {
		if !n.From.After(now) {
			b.Bulletins = append(b.Bulletins, n)
		}
	}
	if b.Sites, err = s.store.TestSites(ctx, jurisdiction); err != nil {
		return b, fmt.Errorf("reading test sites: %w", err)
	}
	for _, c := range p.Colours {
		b.Rules = append(b.Rules, Rule{c.Name, c.Means})
	}
	for _, h := range p.Holds {
		b.Rules = append(b.Rules, Rule{h.Name, h.Advice})
	}
	return b, nil
}

// State says how a bulletin stands: planned, current, past or withdrawn.
func State(b healthcode.Bulletin, now time.Time) string {
	switch {
	case !b.Withdrawn.IsZero():
		return "withdrawn"
	case b.From.After(now):
		return "planned"
	case !b.Until.IsZero() && !now.Before(b.Until):
		return "past"
	}
	return "current"
}

// All lists every bulletin of the authority's jurisdiction, those that are planned too.
func (s *Service) All(ctx context.Context, a healthcode.Actor) ([]healthcode.Bulletin, error) {
	if err := access.Require(a, healthcode.RoleAuthority); err != nil {
		return nil, err
	}
	return s.store.Bulletins(ctx, a.Jurisdiction, Shown)
}

// Draft is a bulletin to publish. From zero is now, Until zero until it is withdrawn.
type Draft struct {
	Title, Body healthcode.Text
	From, Until time.Time
}

// Publish puts a bulletin on the board of the authority's jurisdiction. CodeInvalid names the field.
func (s *Service) Publish(ctx context.Context, a healthcode.Actor, n Draft) (healthcode.Bulletin, error) {
	if err := access.Require(a, healthcode.RoleAuthority); err != nil {
		return healthcode.Bulletin{}, err
	}
	now := s.clock.Now()
	if n.From.IsZero() {
		n.From = now
	}
	for field, text := range map[string]*string{"title_zh": &n.Title.ZH, "title_en": &n.Title.EN} {
		if err := written(field, text, MaxTitle); err != nil {
			return healthcode.Bulletin{}, err
		}
	}
	for field, text := range map[string]*string{"body_zh": &n.Body.ZH, "body_en": &n.Body.EN} {
		if err := written(field, text, MaxBody); err != nil {
			return healthcode.Bulletin{}, err
		}
	}
	if !n.Until.IsZero() && (!n.Until.After(n.From) || !n.Until.After(now)) {
		return healthcode.Bulletin{}, healthcode.Errorf(healthcode.CodeInvalid, "until", "结束时间应晚于开始时间和现在。", "The end lies after the beginning, and after now.")
	}
	id := make([]byte, 12)
	rand.Read(id)
	b := healthcode.Bulletin{ID: base64.RawURLEncoding.EncodeToString(id), Jurisdiction: a.Jurisdiction, Title: n.Title, Body: n.Body,
		From: n.From, Until: n.Until, By: a.Staff, At: now}
	return b, s.store.PutBulletin(ctx, b)
}

// Withdraw marks a bulletin as withdrawn; it stays visible as such. Doing it twice does no harm. CodeNotFound, also for another jurisdiction's.
func (s *Service) Withdraw(ctx context.Context, a healthcode.Actor, id string, why healthcode.Text) error {
	if err := access.Require(a, healthcode.RoleAuthority); err != nil {
		return err
	}
	b, err := s.store.Bulletin(ctx, id)
	if err == nil && b.Jurisdiction != a.Jurisdiction {
		err = healthcode.Errorf(healthcode.CodeNotFound, "id", "没有这条通知。", "There is no such notice.")
	}
	if err != nil || !b.Withdrawn.IsZero() {
		return err
	}
	for field, text := range map[string]*string{"why_zh": &why.ZH, "why_en": &why.EN} {
		if err := written(field, text, MaxTitle); err != nil {
			return err
		}
	}
	b.Withdrawn, b.WithdrawnBy, b.Why = s.clock.Now(), a.Staff, why
	return s.store.PutBulletin(ctx, b)
}

// written refuses a text that is missing or too long.
func written(field string, text *string, most int) error {
	*text = strings.TrimSpace(*text)
	switch {
	case *text == "":
		return healthcode.Errorf(healthcode.CodeInvalid, field, "请填写这一项；中文和英文都要有。", "Write this; both languages are needed.")
	case utf8.RuneCountInString(*text) > most:
		return healthcode.Errorf(healthcode.CodeInvalid, field, fmt.Sprintf("最多 %d 个字。", most), "At most %d characters.", most)
	}
	return nil
}

// ReplaceSites replaces the test sites of the authority's jurisdiction by a CSV file. Where a line is wrong, nothing is replaced, and
// every wrong line is told.
func (s *Service) ReplaceSites(ctx context.Context, a healthcode.Actor, data []byte) (int, []LineError, error) {
	if err := access.Require(a, healthcode.RoleAuthority); err != nil {
		return 0, nil, err
	}
	p, err := s.policies.Policy(a.Jurisdiction)
	if err != nil {
		return 0, nil, err
	}
	sites, errs := ParseSites(data, func(code string) bool {
		return slices.ContainsFunc(p.Areas, func(prefix string) bool { return strings.HasPrefix(code, prefix) })
	})
	if len(errs) > 0 {
		return 0, errs, nil
	}
	return len(sites), nil, s.store.ReplaceTestSites(ctx, a.Jurisdiction, sites)
}
