package resident

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/access"
)

// SourcePerson is the source of what people say of themselves.
const SourcePerson = "person"

// Report is a self-report: what a person says of their own health and travel.
// Each part is optional.
type Report struct {
	Answered   bool     // the question about symptoms was answered
	Symptoms   []string // none = none
	Stays      []Stay
	Contacts   []Contact
	Quarantine *Quarantine
	// Trip makes the report a trip declaration too: Stays are everywhere the
	// person was in the last 14 days. It ends the questions about weak evidence. Where a policy wants trips
	// verified, every phone must have answered before ([Service.Trip]).
	Trip bool
	// Arriving is when the person plans to arrive, where the trip is declared before the journey: the declaration is
	// then made by itself as soon as the arrival is known.
	Arriving time.Time

	phones  int      // that were verified for the trip
	visited []string // beside the stays
}

// Stay is a stay in a county or, abroad, a country; To is zero while it goes on.
type Stay struct {
	Area     string
	From, To time.Time
}

// Contact is a contact of a class that a person can know of.
type Contact struct {
	Class string // close, symptomatic-contact, same-building
	Time  time.Time
}

// Quarantine is one that the person is in or has done. It counts as verified only when an authority says so.
type Quarantine struct {
	Place     string
	From, To  time.Time
	Completed bool
}

// draft is a checked report on its way through the review page. It travels
// sealed, with the ids and times that its facts will have, so that sending it
// twice stores it once.
type draft struct {
	Person   healthcode.PersonID
	Facts    []healthcode.Fact
	Until    time.Time
	Arriving time.Time
}

const draftContext = "self-report"

// Review checks a self-report and returns it sealed for [Service.Send], with the
// facts that it will give. Errors name the field, such as stays[0].area.
func (s *Service) Review(ctx context.Context, a healthcode.Actor, jurisdiction string, r Report) (sealed string, facts []healthcode.Fact, err error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return "", nil, err
	}
	if !r.Arriving.IsZero() {
		if err := s.planned(r.Arriving); err != nil {
			return "", nil, err
		}
	}
	if r.Trip {
		if err := s.declarable(ctx, a, jurisdiction, &r); err != nil {
			return "", nil, err
		}
	}
	if facts, err = s.reported(r); err != nil {
		return "", nil, err
	}
	plain, err := json.Marshal(draft{a.Person, facts, s.clock.Now().Add(time.Hour), r.Arriving})
	if err != nil {
		return "", nil, err
	}
	data, err := s.sealer.Seal(plain, []byte(draftContext))
	return encode(data), facts, err
}

// Send stores a reviewed report as facts. Sending it again changes nothing.
// CodeForm: it is too old, or another person's.
func (s *Service) Send(ctx context.Context, a healthcode.Actor, sealed string) error {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return err
	}
	gone := healthcode.Errorf(CodeForm, "", "申报已超时，请重新填写。", "This report has expired; please fill it in again.")
	data, err := decode(sealed)
	if err != nil {
		return gone
	}
	plain, err := s.sealer.Open(data, []byte(draftContext))
	if err != nil {
		return gone
	}
	var d draft
	if err := json.Unmarshal(plain, &d); err != nil || d.Person != a.Person || s.clock.Now().After(d.Until) {
		return gone
	}
	return s.keep(ctx, d)
}

// keep stores the facts of a draft. A declaration before the journey waits for the arrival; any other ends the
// trip verification, so that the next one starts anew.
func (s *Service) keep(ctx context.Context, d draft) error {
	rows := make([]healthcode.PersonFact, 0, len(d.Facts))
	var declaration *healthcode.Fact
	for _, f := range d.Facts {
		if f.Kind == healthcode.KindDeclaration {
			declaration = &f
			if !d.Arriving.IsZero() {
				continue
			}
		}
		rows = append(rows, healthcode.PersonFact{Person: d.Person, Fact: f})
	}
	if _, err := s.store.Append(ctx, rows); err != nil {
		return fmt.Errorf("storing a self-report: %w", err)
	}
	switch {
	case declaration == nil:
		return nil
	case !d.Arriving.IsZero():
		return s.keepReady(ctx, d.Person, *declaration, d.Arriving)
	}
	return s.store.DeleteTrip(ctx, d.Person)
}

// Reports lists what a resident has said of themselves, the newest first.
func (s *Service) Reports(ctx context.Context, a healthcode.Actor) ([]healthcode.Fact, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	facts, err := s.store.Facts(ctx, a.Person)
	if err != nil {
		return nil, fmt.Errorf("reading the facts: %w", err)
	}
	facts = slices.DeleteFunc(facts, func(f healthcode.Fact) bool { return f.Source != SourcePerson })
	slices.SortStableFunc(facts, func(f, g healthcode.Fact) int { return g.Recorded.Compare(f.Recorded) })
	return facts, nil
}

// reported turns a report into facts.
func (s *Service) reported(r Report) ([]healthcode.Fact, error) {
	now := s.clock.Now()
	invalid := func(field, zh, en string) error {
		return healthcode.Errorf(healthcode.CodeInvalid, field, zh, "%s", en)
	}
	var facts []healthcode.Fact
	token := newID()
	add := func(f healthcode.Fact) {
		f.ID, f.Source, f.Recorded = fmt.Sprintf("%s-%d", token, len(facts)), SourcePerson, now
		facts = append(facts, f)
	}
	for i, stay := range r.Stays {
		field := fmt.Sprintf("stays[%d].", i)
		switch {
		case !healthcode.ValidAreaCode(stay.Area):
			return nil, invalid(field+"area", "请从列表中选择县（市、区、旗）或国家。", "Choose a county or a country from the list.")
		case stay.From.IsZero() || stay.From.After(now):
			return nil, invalid(field+"from", "请填写到达日期，不能晚于今天。", "Enter the day of arrival, today at the latest.")
		case !stay.To.IsZero() && stay.To.Before(stay.From):
			return nil, invalid(field+"to", "离开日期不能早于到达日期。", "The day of leaving can't be before the day of arrival.")
		}
		add(healthcode.Fact{Kind: healthcode.KindStay, Area: stay.Area, Evidence: "declared", From: stay.From, To: stay.To})
	}
	for i, c := range r.Contacts {
		field := fmt.Sprintf("contacts[%d].", i)
		switch {
		case c.Class != "close" && c.Class != "symptomatic-contact" && c.Class != "same-building":
			return nil, invalid(field+"class", "请选择接触类型。", "Choose the kind of contact.")
		case c.Time.IsZero() || c.Time.After(now):
			return nil, invalid(field+"time", "请填写最后一次接触的日期，不能晚于今天。", "Enter the day of the last contact, today at the latest.")
		}
		add(healthcode.Fact{Kind: healthcode.KindContact, Class: c.Class, Time: c.Time})
	}
	if q := r.Quarantine; q != nil {
		switch {
		case q.Place != "designated" && q.Place != "home":
			return nil, invalid("quarantine.place", "请选择集中观察或居家观察。", "Choose a designated place or home.")
		case q.From.IsZero() || q.From.After(now):
			return nil, invalid("quarantine.from", "请填写开始日期，不能晚于今天。", "Enter the first day, today at the latest.")
		case q.Completed && (q.To.IsZero() || q.To.After(now)), !q.To.IsZero() && q.To.Before(q.From):
			return nil, invalid("quarantine.to", "请填写结束日期，在开始之后，不能晚于今天。", "Enter the last day, after the first and today at the latest.")
		}
		add(healthcode.Fact{Kind: healthcode.KindQuarantine, Place: q.Place, From: q.From, To: q.To, Completed: q.Completed})
	}
	if r.Answered {
		add(healthcode.Fact{Kind: healthcode.KindSymptoms, Symptoms: r.Symptoms, Time: now})
	}
	if r.Trip {
		trip := healthcode.Fact{Kind: healthcode.KindDeclaration, Time: now, Phones: r.phones}
		for _, stay := range r.Stays {
			trip.Visited = append(trip.Visited, stay.Area)
		}
		trip.Visited = distinct(append(trip.Visited, r.visited...))
		add(trip)
	}
	if len(facts) == 0 {
		return nil, invalid("", "这份申报是空的，请至少填写一项。", "The report is empty; please fill in at least one part.")
	}
	return facts, nil
}
