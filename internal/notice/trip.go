package notice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/resident"
)

const (
	// TripLead is how long before the arrival people are reminded of what will be asked.
	TripLead = 24 * time.Hour
	// tripsEvery is how often declared journeys are looked at.
	tripsEvery = 5 * time.Minute
)

// Trips reminds everybody who has declared a journey, and arrives within a day, of what will be asked there. It returns how many
// reminders are new.
func (s *Service) Trips(ctx context.Context) (int, error) {
	var after healthcode.PersonID
	total := 0
	for {
		trips, err := s.store.TripsReady(ctx, after, batch)
		if err != nil {
			return total, fmt.Errorf("reading trips: %w", err)
		}
		for _, t := range trips {
			n, err := s.remind(ctx, t)
			if err != nil {
				return total, err
			}
			total += n
			after = t.Person
		}
		if len(trips) < batch {
			return total, nil
		}
	}
}

// remind tells what each jurisdiction of the traveller would say at the arrival, if nothing new arrives until then.
func (s *Service) remind(ctx context.Context, t healthcode.Trip) (int, error) {
	now, arriving := s.clock.Now(), t.Expires.Add(-resident.TripWait)
	if !now.Before(arriving) || now.Before(arriving.Add(-TripLead)) {
		return 0, nil
	}
	registrations, err := s.store.Registrations(ctx, t.Person)
	if err != nil {
		return 0, fmt.Errorf("reading registrations: %w", err)
	}
	total := 0
	var seen []string
	for _, r := range registrations {
		if slices.Contains(seen, r.Jurisdiction) {
			continue
		}
		seen = append(seen, r.Jurisdiction)
		kept, err := s.remindIn(ctx, t, r.Jurisdiction, arriving)
		if err != nil {
			return total, err
		}
		if kept {
			total++
		}
	}
	return total, nil
}

func (s *Service) remindIn(ctx context.Context, t healthcode.Trip, jurisdiction string, arriving time.Time) (bool, error) {
	id := noticeID(t.Person, jurisdiction, healthcode.NoticeTrip, arriving.UTC().Format(time.RFC3339))
	if _, err := s.store.Notice(ctx, t.Person, id); healthcode.CodeOf(err) != healthcode.CodeNotFound || err == nil {
		return false, err
	}
	v, ok, err := s.look(ctx, t.Person, jurisdiction)
	if err != nil || !ok {
		return false, err
	}
	// What there will be on the day: the arrival, and the declaration that waits for it.
	facts := append(slices.Clone(v.facts),
		healthcode.Fact{Source: "plan", ID: "arrival", Kind: healthcode.KindArrival, Time: arriving, Recorded: v.now},
		healthcode.Fact{Source: "plan", ID: "declaration", Kind: healthcode.KindDeclaration, Time: arriving, Recorded: v.now, Visited: t.Visited, Phones: t.Phones})
	then, err := s.status.Policies().At(jurisdiction, v.areas, facts, arriving, arriving)
	if err != nil {
		return false, nil // no policy is in force on the day
	}
	n := healthcode.Notice{ID: id, Kind: healthcode.NoticeTrip, Effective: arriving, State: then.State}
	for _, h := range then.Holds {
		n.Holds = append(n.Holds, h.Hold)
	}
	n.Title = both(func(l healthcode.Language) string {
		if l == healthcode.ZH {
			return "出行提醒：您计划于" + moment(v.policy, l, arriving) + "到达"
		}
		return "Your journey: you plan to arrive on " + moment(v.policy, l, arriving)
	})
	n.Body = both(func(l healthcode.Language) string { return v.tripWords(l, then, all) })
	message := both(func(l healthcode.Language) string {
		if l == healthcode.ZH {
			return "【" + v.policy.Name.ZH + "】" + n.Title.ZH + "。" + v.tripWords(l, then, most)
		}
		return "[" + v.policy.Name.EN + "] " + n.Title.EN + ". " + v.tripWords(l, then, most)
	})
	// A journey has no watch of its own: at night its message waits for the look after seven.
	if v.daytime().After(v.now) && v.daytime().Before(arriving) {
		return false, nil
	}
	return true, v.put(ctx, s, n, message, true, false)
}

// tripWords say what will be asked at the arrival.
func (v *sight) tripWords(l healthcode.Language, then healthcode.Status, limit int) string {
	name := stateName(v.policy, then.State).In(l)
	reasons, ways := why(then)
	reasons, ways = reasons[:min(limit, len(reasons))], ways[:min(limit, len(ways))]
	var parts []string
	if l == healthcode.ZH {
		parts = append(parts, "按目前掌握的信息，到达时您的健康码将是："+name+"。")
		if len(reasons) > 0 {
			parts = append(parts, "原因："+joinSentences(l, reasons))
		}
		if len(ways) > 0 {
			parts = append(parts, "可以提前准备："+joinSentences(l, ways))
		}
		return strings.Join(append(parts, "行程已经提前申报，到达后不用再申报；如有变化，请尽早更新。"), "")
	}
	parts = append(parts, "From what is known now, your code will be at the arrival: "+name+".")
	if len(reasons) > 0 {
		parts = append(parts, "Why: "+joinSentences(l, reasons))
	}
	if len(ways) > 0 {
		parts = append(parts, "You can prepare: "+joinSentences(l, ways))
	}
	return strings.Join(append(parts, "Your journey is declared; you need not declare it again when you are here. If something changes, say so early."), " ")
}
