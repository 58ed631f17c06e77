// Package reply answers short messages: who sends a keyword from a phone that is theirs alone gets their state in words. It is for
// phones without a browser.
package reply

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/width"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/internal/status"
	"healthcode/policy"
)

// Keywords are those of every jurisdiction that has none of its own.
var Keywords = []string{"JKM", "健康码", "CODE"}

// Expires is how long an answer is worth sending.
const Expires = 15 * time.Minute

// Store is what the service reads and writes.
type Store interface {
	healthcode.People
	healthcode.Access
	healthcode.Phones
	healthcode.Messages
	healthcode.Notices
}

// Service answers keywords.
type Service struct {
	store    Store
	status   *status.Service
	sealer   healthcode.Sealer
	clock    healthcode.Clock
	limiter  *access.Limiter
	log      *slog.Logger
	keywords map[string][]string
}

// New returns a service. Keywords are those of jurisdictions, in any case and width; where there are none, [Keywords] hold.
func New(store Store, status *status.Service, sealer healthcode.Sealer, clock healthcode.Clock, log *slog.Logger, keywords map[string][]string) *Service {
	s := &Service{store: store, status: status, sealer: sealer, clock: clock, limiter: access.NewLimiter(store, clock), log: log, keywords: map[string][]string{}}
	for _, j := range status.Policies().Jurisdictions() {
		words := keywords[j]
		if len(words) == 0 {
			words = Keywords
		}
		for _, w := range words {
			s.keywords[j] = append(s.keywords[j], plain(w))
		}
	}
	return s
}

// plain is a text as it is compared: without spaces and signs around it, in capitals of plain width.
func plain(text string) string {
	return strings.ToUpper(strings.Trim(width.Narrow.String(text), " \t\r\n.。!！?？“”\"'"))
}

// Incoming answers a text from a phone, at most once a minute. Anything but a keyword is left alone, and so is a number that isn't
// one. A number that is nobody's, or more than one person's, gets the same answer: it says nothing of anybody.
func (s *Service) Incoming(ctx context.Context, from, text string) error {
	word := plain(text)
	var asked []string
	for _, j := range s.status.Policies().Jurisdictions() {
		if slices.Contains(s.keywords[j], word) {
			asked = append(asked, j)
		}
	}
	number, err := identity.NormalisePhone(from)
	if len(asked) == 0 || err != nil {
		return nil
	}
	hash, err := s.sealer.Lookup("limit.phone", string(number))
	if err != nil {
		return err
	}
	key := base64.RawURLEncoding.EncodeToString(hash)
	if err := s.limiter.Allow(ctx, identity.ActionKeyword, map[identity.Per]string{identity.PerPhone: key}); err != nil {
		if healthcode.CodeOf(err) == identity.CodeTooOften {
			s.log.InfoContext(ctx, "a keyword isn't answered", "why", "limit")
			return nil
		}
		return err
	}
	body, err := s.body(ctx, string(number), asked)
	if err != nil || body == "" {
		return err
	}
	now := s.clock.Now()
	// The same text once more, since its gateway saw no answer, is the same message.
	sum := sha256.Sum256(fmt.Append(nil, key, " ", now.Truncate(time.Minute).Unix()))
	return s.store.PutMessage(ctx, healthcode.Message{ID: "reply:" + base64.RawURLEncoding.EncodeToString(sum[:12]), Phone: string(number), Body: body,
		At: now, Expires: now.Add(Expires)})
}

// body is the answer: a line for each jurisdiction that the keyword names and where the person has a code.
func (s *Service) body(ctx context.Context, number string, asked []string) (string, error) {
	person, ok, err := s.holder(ctx, number)
	if err != nil {
		return "", err
	}
	var lines []string
	if ok {
		registrations, err := s.store.Registrations(ctx, person.ID)
		if err != nil {
			return "", err
		}
		for _, j := range asked {
			if !slices.ContainsFunc(registrations, func(r healthcode.Registration) bool { return r.Jurisdiction == j }) {
				continue
			}
			p, evaluation, _, err := s.status.Evaluate(ctx, person.ID, j)
			if healthcode.CodeOf(err) == status.CodeNoPolicy && err != nil {
				continue
			}
			if err != nil {
				return "", err
			}
			lines = append(lines, words(p, evaluation.At(s.clock.Now()), person.Language))
		}
	}
	if len(lines) == 0 {
		return s.neutral(asked), nil
	}
	return strings.Join(lines, "\n"), nil
}

// holder returns the one person whose own phone it is now; false where there is none, or more than one.
func (s *Service) holder(ctx context.Context, number string) (healthcode.Person, bool, error) {
	ids, err := s.store.PhoneHolders(ctx, number)
	if err != nil {
		return healthcode.Person{}, false, err
	}
	var found []healthcode.Person
	for _, id := range ids {
		person, err := s.store.Person(ctx, id)
		if err != nil {
			return person, false, err
		}
		phones, err := s.store.PhonesOf(ctx, id)
		if err != nil {
			return person, false, err
		}
		i := slices.IndexFunc(phones, func(p healthcode.Phone) bool { return p.Number == number })
		bound := i < 0 && person.Phone == number || i >= 0 && phones[i].Unbound.IsZero() && !phones[i].Others() &&
			phones[i].Loss.State == ""
		if bound && !person.Registered.IsZero() {
			found = append(found, person)
		}
	}
	if len(found) != 1 {
		return healthcode.Person{}, false, nil
	}
	return found[0], true, nil
}

// words are the state, until when, what to do next, and whom to call. They name nobody.
func words(p *policy.Policy, st healthcode.Status, l healthcode.Language) string {
	state, _ := p.StateOf(st.State)
	local := st.At.In(p.Location)
	contact := policy.Contact{}
	if len(p.Contacts) > 0 {
		contact = p.Contacts[0]
	}
	next := state.Advice
	if len(st.Holds) > 0 && st.State == healthcode.StateHeld {
		if c, ok := p.ContactOf(st.Holds[0].Owner); ok {
			contact = c
		}
		if len(st.Holds[0].Exit) > 0 {
			next = st.Holds[0].Exit[0]
		}
	}
	if l == healthcode.EN {
		text := fmt.Sprintf("[%s] %s: %s.", p.Name.EN, local.Format("2 January 15:04"), state.Name.EN)
		if st.NextChange != nil {
			text += " Until " + st.NextChange.In(p.Location).Format("2 January 15:04") + "."
		}
		return text + " " + next.EN + " Help: " + contact.Phone + ". This message is no code to show; doors read a code on paper or by phone."
	}
	text := fmt.Sprintf("【%s】%d月%d日 %s：%s。", p.Name.ZH, local.Month(), local.Day(), local.Format("15:04"), state.Name.ZH)
	if st.NextChange != nil {
		until := st.NextChange.In(p.Location)
		text += fmt.Sprintf("到%d月%d日 %s为止。", until.Month(), until.Day(), until.Format("15:04"))
	}
	return text + next.ZH + "咨询电话 " + contact.Phone + "。本短信不能代替健康码，进门请用离线码或手机出示。"
}

// neutral is what any other number gets, in both languages: it says nothing of anybody.
func (s *Service) neutral(asked []string) string {
	p, err := s.status.Policy(asked[0])
	if err != nil || len(p.Contacts) == 0 {
		return ""
	}
	return fmt.Sprintf("用这个号码查不到健康码。号码须由您本人绑定，且只属于一个人。请拨打 %s。 No code can be given for this number: it must be bound by one person alone. Call %s.",
		p.Contacts[0].Phone, p.Contacts[0].Phone)
}
