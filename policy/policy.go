// Package policy turns a policy, the facts known of a person, the area history
// and an instant into a status. It is pure: no I/O, no clock, no randomness;
// the same inputs give the same bytes for ever.
//
// A rule doesn't answer "does it hold now?" but "when does it hold?". Each match of a
// rule is a span [from, until). An [Evaluation] holds every span of a person, so one evaluation
// gives the present, its reasons, the past and the future.
//
// A policy is a YAML file ([Document], taught in docs/policy.md). Nothing in this
// package names a city or a disease.
package policy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"healthcode"
)

// Policy is one compiled version. It is immutable and safe for concurrent use.
type Policy struct {
	Document
	SHA256      string
	File        string
	Location    *time.Location
	From, Until time.Time // in force in [From, Until)

	rules  []rule
	byKind map[healthcode.Kind][]*rule
	line   int // of in_force
	firsts int // number of ends and conditions that look for other facts
}

type rule struct {
	*Rule
	index  int
	colour int // place in Colours; -1 for a hold
	hold   int // place in Holds; -1 for a colour
	where  *condition
	given  []seek
	unless []seek
	area   *areaCondition
	from   moment
	ends   []end
	line   int
}

type areaCondition struct {
	ofOrigin   bool
	ofCity     bool
	levels     [3]bool
	cases      int
	within     int
	landPort   bool
	hardestHit bool
	reach      int
}

// anchor is a time of a fact.
type anchor int

const (
	anchorStart anchor = iota
	anchorTime
	anchorFrom
	anchorTo
	anchorRecorded // the later of the moment (to for a kind with spans) and when it became known
)

type unit int

const (
	unitNone unit = iota
	unitDays
	unitHours
)

type moment struct {
	anchor anchor
	unit   unit
	n      int
}

// seek finds other facts of the same person.
type seek struct {
	slot    int // place in the evaluation's cache
	kind    healthcode.Kind
	where   *condition
	at      moment        // when a found fact counts
	before  time.Duration // how long before the fact's start it may lie
	any     bool          // no matter when
	atLeast int           // how many it takes
	apart   time.Duration // … each so long after the one before
}

type endKind int

const (
	endMoment endKind = iota
	endFirst
	endAreaEnds
	endAreaLevel
	endLift
)

type end struct {
	*End
	kind   endKind
	moment moment
	where  *condition
	seek   seek
	level  healthcode.Level
	line   int
}

// colourIndex returns the place of a colour, or -1.
func (d *Document) colourIndex(id string) int {
	return slices.IndexFunc(d.Colours, func(c Colour) bool { return c.Colour == id })
}

func (d *Document) holdIndex(id string) int {
	return slices.IndexFunc(d.Holds, func(h HoldKind) bool { return h.Hold == id })
}

// BaseColour is the colour of a person of whom nothing is known.
func (d *Document) BaseColour() string { return d.Colours[len(d.Colours)-1].Colour }

// StateOf returns how a state is shown; ok is false for one the policy doesn't have.
func (d *Document) StateOf(state string) (s State, ok bool) {
	if state == healthcode.StateHeld {
		return d.Held, len(d.Holds) > 0
	}
	if i := d.colourIndex(state); i >= 0 {
		return d.Colours[i].State, true
	}
	return State{}, false
}

// HoldOf returns a hold by its id.
func (d *Document) HoldOf(id string) (HoldKind, bool) {
	if i := d.holdIndex(id); i >= 0 {
		return d.Holds[i], true
	}
	return HoldKind{}, false
}

// ContactOf returns a contact by its id.
func (d *Document) ContactOf(id string) (Contact, bool) {
	i := slices.IndexFunc(d.Contacts, func(c Contact) bool { return c.Contact == id })
	if i < 0 {
		return Contact{}, false
	}
	return d.Contacts[i], true
}

// Ref names the version as jurisdiction@version.
func (p *Policy) Ref() string { return p.Jurisdiction + "@" + p.Version }

// InForceAt reports whether the version is in force at an instant.
func (p *Policy) InForceAt(at time.Time) bool {
	return !at.Before(p.From) && at.Before(p.Until)
}

// Compile reads and checks one policy file. The policy is nil where there are findings.
func Compile(file string, data []byte) (*Policy, Findings) {
	src := &source{file: file, data: data}
	var doc Document
	if src.read(&doc, "the policy is empty; write jurisdiction, version, colours and rules (docs/policy.md)"); len(src.findings) > 0 {
		return nil, src.findings
	}
	sum := sha256.Sum256(data)
	p := &Policy{Document: doc, SHA256: hex.EncodeToString(sum[:]), File: file,
		byKind: make(map[healthcode.Kind][]*rule)}
	c := compiler{source: src, policy: p}
	p.line = src.line("in_force")
	c.header()
	if p.Location != nil && len(p.Colours) > 0 {
		c.rules()
		c.doors()
		c.casework()
	}
	if len(src.findings) == 0 {
		c.fairness()
	}
	if len(src.findings) > 0 {
		slices.SortStableFunc(src.findings, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
		return nil, src.findings
	}
	return p, nil
}
