package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"healthcode"
)

// Set is a collection of policies: the versions of any number of jurisdictions.
type Set struct {
	policies []*Policy // by jurisdiction and start
}

// sort orders the policies and notes versions that overlap or are there twice.
func (s *Set) sort() Findings {
	slices.SortFunc(s.policies, func(a, b *Policy) int {
		if c := strings.Compare(a.Jurisdiction, b.Jurisdiction); c != 0 {
			return c
		}
		return a.From.Compare(b.From)
	})
	var findings Findings
	for i := 1; i < len(s.policies); i++ {
		a, b := s.policies[i-1], s.policies[i]
		switch {
		case a.Jurisdiction != b.Jurisdiction:
		case a.Version == b.Version:
			findings = append(findings, Finding{b.File, b.line, fmt.Sprintf("version %s is in %s too; each version stands in one file", b.Ref(), a.File)})
		case b.From.Before(a.Until):
			findings = append(findings, Finding{b.File, b.line, fmt.Sprintf("in force from %s, but version %s (%s) is in force until %s; versions must not overlap",
				b.InForce.From, a.Version, a.File, a.InForce.Until)})
		}
	}
	return findings
}

// Policies lists every policy, by jurisdiction and start.
func (s *Set) Policies() []*Policy { return slices.Clone(s.policies) }

// Jurisdictions lists the jurisdictions, in order of their ids.
func (s *Set) Jurisdictions() []string {
	var out []string
	for _, p := range s.policies {
		if len(out) == 0 || out[len(out)-1] != p.Jurisdiction {
			out = append(out, p.Jurisdiction)
		}
	}
	return out
}

// Versions lists a jurisdiction's versions, the oldest first.
func (s *Set) Versions(jurisdiction string) []*Policy {
	var out []*Policy
	for _, p := range s.policies {
		if p.Jurisdiction == jurisdiction {
			out = append(out, p)
		}
	}
	return out
}

// InForce returns a jurisdiction's version in force at an instant, nil where there is none.
func (s *Set) InForce(jurisdiction string, at time.Time) *Policy {
	for _, p := range s.policies {
		if p.Jurisdiction == jurisdiction && p.InForceAt(at) {
			return p
		}
	}
	return nil
}

// Find returns the policy that ref names: jurisdiction@version, or a
// jurisdiction alone for the version in force at an instant.
func (s *Set) Find(ref string, at time.Time) (*Policy, error) {
	jurisdiction, version, named := strings.Cut(ref, "@")
	versions := s.Versions(jurisdiction)
	if len(versions) == 0 {
		return nil, fmt.Errorf("policy %q: no such jurisdiction; there are %s", ref, strings.Join(s.Jurisdictions(), ", "))
	}
	for _, p := range versions {
		if named && p.Version == version || !named && p.InForceAt(at) {
			return p, nil
		}
	}
	var refs []string
	for _, p := range versions {
		refs = append(refs, fmt.Sprintf("%s (%s to %s)", p.Ref(), p.InForce.From, p.InForce.Until))
	}
	if named {
		return nil, fmt.Errorf("policy %q: no such version; there are %s", ref, strings.Join(refs, ", "))
	}
	return nil, fmt.Errorf("policy %q: none is in force at %s; there are %s", ref, at.Format(time.RFC3339), strings.Join(refs, ", "))
}

// At returns the status that the version in force gives at an instant, its next
// change also where another version takes over.
func (s *Set) At(jurisdiction string, areas *Areas, facts []healthcode.Fact, knownAt, at time.Time) (healthcode.Status, error) {
	p, err := s.Find(jurisdiction, at)
	if err != nil {
		return healthcode.Status{}, err
	}
	status := p.Evaluate(areas, facts, knownAt).At(at)
	if next := status.NextChange; next == nil || !next.Before(p.Until) {
		status.NextChange = nil
		if segments := s.join(jurisdiction, areas, facts, knownAt, at); len(segments) > 1 {
			status.NextChange = segments[0].Until
		}
	}
	return status, nil
}

// Timeline joins what each version in force says over [from, until): a
// jurisdiction's code as its holder has it. The last segment's end is where it
// really ends, nil where no end is known.
func (s *Set) Timeline(jurisdiction string, areas *Areas, facts []healthcode.Fact, knownAt, from, until time.Time) []healthcode.Segment {
	segments := s.join(jurisdiction, areas, facts, knownAt, from)
	return slices.DeleteFunc(segments, func(s healthcode.Segment) bool { return !s.From.Before(until) })
}

// join returns the timeline from an instant on, through every version.
func (s *Set) join(jurisdiction string, areas *Areas, facts []healthcode.Fact, knownAt, from time.Time) []healthcode.Segment {
	var out []healthcode.Segment
	versions := s.Versions(jurisdiction)
	for i, p := range versions {
		if !from.Before(p.Until) {
			continue
		}
		start := from
		if p.From.After(start) {
			start = p.From
		}
		segments := p.Evaluate(areas, facts, knownAt).Timeline(start, p.Until)
		// A successor takes over; after the last there is none to say otherwise.
		if last := &segments[len(segments)-1]; i+1 < len(versions) && (last.Until == nil || last.Until.After(p.Until)) {
			last.Until = p.time(p.Until)
		}
		for _, seg := range segments {
			if n := len(out); n > 0 && same(out[n-1], seg) {
				out[n-1].Until = seg.Until
				continue
			}
			out = append(out, seg)
		}
	}
	return out
}

// same reports whether one segment goes on in the next.
func same(a, b healthcode.Segment) bool {
	return a.Until != nil && a.Until.Equal(b.From) && a.State == b.State && a.Colour == b.Colour && slices.Equal(a.Holds, b.Holds)
}
