package web

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/status"
	"healthcode/policy"
)

// reasonCard is why a code is as it is: one colour rule's match, or one hold with its matches.
type reasonCard struct {
	id      string // of the card, to lead to it
	subject string // what a case about it is about: a hold, or the rule of a colour
	file    *healthcode.Case
	title   string // a hold's name; "" for a colour
	state   policy.State
	since   time.Time
	until   *time.Time
	ends    string // what an end waits for that is not known yet
	kind    policy.HoldKind
	// observed is the quarantine that an end by verification waits for.
	observed []healthcode.Fact
	own      bool // the person's own, who can do something about it
	advice   string
	matches  []reasonMatch
	exits    []string
	contact  policy.Contact
	phone    bool // there is a contact
}

type reasonMatch struct {
	text    string
	facts   []factLine
	dispute string // where to say that it isn't right
}

// factLine is a fact in words: what, when, and who says so.
type factLine struct {
	what, when, source, known string
}

// reasonCards lists the reasons of a code: holds after colours that outrank them.
func reasonCards(v view, c *status.Code) []reasonCard {
	var cards []reasonCard
	for _, r := range c.Status.Reasons {
		card := reasonCard{subject: r.Rule, state: v.state(r.Colour), since: r.From, until: r.Until, ends: r.Ends, exits: v.texts(r.Exit),
			matches: []reasonMatch{{v.say(r.Text), factLines(v, c, r.Facts), disputeLink(v, r.Rule, r.Facts)}}}
		if len(c.Policy.Contacts) > 0 {
			card.contact, card.phone = c.Policy.Contacts[0], true
		}
		cards = append(cards, card)
	}
	for _, h := range c.Status.Holds {
		card := reasonCard{subject: h.Hold, title: v.hold(h.Hold), state: v.policy.Held, since: h.From, until: h.Until, ends: h.Ends, exits: v.texts(h.Exit)}
		if kind, ok := v.policy.HoldOf(h.Hold); ok {
			card.kind = kind
			card.advice = v.say(kind.AdviceAt(v.policy.Whereabouts(slices.SortedFunc(maps.Values(c.Facts), func(a, b healthcode.Fact) int { return a.Compare(&b) }), c.Status.At)))
		}
		card.contact, card.phone = v.policy.ContactOf(h.Owner)
		for _, r := range h.Reasons {
			card.matches = append(card.matches, reasonMatch{v.say(r.Text), factLines(v, c, r.Facts), disputeLink(v, r.Rule, r.Facts)})
		}
		cards = append(cards, card)
	}
	for i := range cards {
		cards[i].observed = observations(c.Facts)
		cards[i].id = fmt.Sprintf("reason-%d", i+1)
	}
	return cards
}

// line is the card in one line.
func (c reasonCard) line(v view) string {
	what := c.title
	if what == "" {
		what = c.matches[0].text
	}
	if c.until == nil {
		return what
	}
	return v.say(textReasonLine, what, v.moment(*c.until))
}

func factLines(v view, c *status.Code, refs []healthcode.FactRef) []factLine {
	var lines []factLine
	for _, ref := range refs {
		f, ok := c.Facts[ref]
		if !ok {
			continue
		}
		lines = append(lines, factLine{factWords(v, f), factWhen(v, f), v.source(f.Source), v.moment(f.Known())})
	}
	return lines
}

func disputeLink(v view, rule string, refs []healthcode.FactRef) string {
	q := url.Values{"rule": {rule}}
	for _, ref := range refs {
		q.Add("source", ref.Source)
		q.Add("id", ref.ID)
	}
	return v.in("dispute?" + q.Encode())
}

func (v view) texts(all []healthcode.Text) []string {
	var out []string
	for _, t := range all {
		out = append(out, v.say(t))
	}
	return out
}

// waits says what an end without a date depends on.
func (v view) waits(ends string) string {
	if t, ok := waiting[ends]; ok {
		return v.say(t)
	}
	return v.say(textWaitsOther)
}
