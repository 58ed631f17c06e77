package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"healthcode"
)

// activities are what a hold can forbid and an exit can need in every policy,
// each with what it takes itself: whoever may not enter the city can't be in
// it, and whoever can't be in it can't go to an office there.
var activities = map[string][]string{
	"leave-home":    nil,
	"travel":        {"leave-home"},
	"use-transport": {"leave-home"},
	"enter-city":    {"travel"},
	"be-in-city":    {"enter-city"},
	"visit-office":  {"be-in-city", "leave-home"},
	"take-test":     nil, // at home or where the person is; an end that needs a test site says visit-test-site
	"visit-clinic":  {"leave-home"},
	"online":        nil,
	"be-checked":    nil, // somebody else's verification, without the person
	"show-code":     nil,
	"leave-site":    {"leave-home"},

	"visit-test-site": {"leave-home", "take-test"},
}

// needed are the activities without which a person can't come by a fact.
var needed = map[healthcode.Kind][]string{
	healthcode.KindTest:        {"take-test"},
	healthcode.KindVaccination: {"visit-clinic"},
	healthcode.KindClinic:      {"visit-clinic"},
	healthcode.KindEntry:       {"travel"},
	healthcode.KindArrival:     {"enter-city"},
	healthcode.KindStay:        {"travel"},
	healthcode.KindPurchase:    {"leave-home"},
}

// fairness notes holds that a person could never end: those without a way out, and those
// each of whose ways out needs something that the hold itself forbids.
func (c *compiler) fairness() {
	graph := c.activities()
	for i, h := range c.policy.Holds {
		for j, a := range h.Forbids {
			if _, ok := graph[a]; !ok {
				c.at([]any{"holds", i, "forbids", j}, "hold %s forbids %q, which is no activity; use one of %s, or list it under activities", h.Hold, a, activityNames(graph))
			}
		}
		c.raised(h, i)
	}
	for i := range c.policy.rules {
		c.fairRule(graph, i)
	}
}

// activities joins the built-in activities with the policy's own.
func (c *compiler) activities() map[string][]string {
	graph := maps.Clone(activities)
	seen := map[string]bool{}
	for i, a := range c.policy.Activities {
		c.id(seen, a.Activity, "activity", "activities", i, "activity")
		if _, ok := activities[a.Activity]; ok {
			c.at([]any{"activities", i, "activity"}, "activity %s is one that every policy knows; give yours a name of its own", a.Activity)
		}
		graph[a.Activity] = a.Needs
	}
	for i, a := range c.policy.Activities {
		for j, need := range a.Needs {
			if _, ok := graph[need]; !ok {
				c.at([]any{"activities", i, "needs", j}, "activity %s needs %q, which is no activity; use one of %s", a.Activity, need, activityNames(graph))
			}
		}
	}
	return graph
}

func activityNames(graph map[string][]string) string {
	return strings.Join(slices.Sorted(maps.Keys(graph)), ", ")
}

// raised notes a hold that no rule raises.
func (c *compiler) raised(h HoldKind, i int) {
	for j := range c.policy.rules {
		if c.policy.rules[j].hold == i {
			return
		}
	}
	c.at([]any{"holds", i}, "hold %s is raised by no rule; take it out or write one", h.Hold)
}

// fairRule notes a rule each of whose ends needs what its hold forbids.
func (c *compiler) fairRule(graph map[string][]string, i int) {
	r := &c.policy.rules[i]
	var why []string
	open := 0
	for j := range r.ends {
		e := &r.ends[j]
		needs, forbids := e.needs(), []string(nil)
		if r.hold >= 0 {
			forbids = c.policy.Holds[r.hold].Forbids
		}
		for k, need := range e.Needs {
			if _, ok := graph[need]; !ok {
				c.at([]any{"rules", i, "until", j, "needs", k}, "%q is no activity; use one of %s, or list it under activities", need, activityNames(graph))
			}
		}
		if need, forbidden := blocked(graph, needs, forbids); forbidden != "" {
			text := fmt.Sprintf("%s needs %s", e.Ends, need)
			if need != forbidden {
				text += ", which takes " + forbidden
			}
			why = append(why, text)
			continue
		}
		open++
	}
	if open == 0 && r.hold >= 0 {
		c.at([]any{"rules", i, "until"}, "rule %s can never be ended: hold %s forbids %s, and each exit needs what it forbids (%s); add an exit that can be reached from within the hold",
			r.Rule.Rule, r.Hold, strings.Join(c.policy.Holds[r.hold].Forbids, ", "), strings.Join(why, "; "))
	}
}

// needs returns what an end needs: what the policy says, or what its kind of fact takes.
func (e *end) needs() []string {
	if e.Needs != nil || e.kind != endFirst {
		return e.Needs
	}
	return needed[e.seek.kind]
}

// blocked returns the first need that can't be met, and the forbidden activity that it takes.
func blocked(graph map[string][]string, needs, forbids []string) (need, forbidden string) {
	for _, n := range needs {
		seen := map[string]bool{}
		queue := []string{n}
		for len(queue) > 0 {
			a := queue[0]
			queue = queue[1:]
			if slices.Contains(forbids, a) {
				return n, a
			}
			if !seen[a] {
				seen[a] = true
				queue = append(queue, graph[a]...)
			}
		}
	}
	return "", ""
}
