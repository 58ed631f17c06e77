package status

import (
	"context"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/policy"
)

// A plan's bounds: how far ahead, how far back its stays may begin, and how many there may be.
const (
	PlanAhead = 60 * 24 * time.Hour
	PlanBack  = 90 * 24 * time.Hour
	PlanStays = 20
)

// Plan is a journey that somebody thinks of. Nothing of it is stored.
type Plan struct {
	Arriving time.Time
	Stays    []PlanStay
	// Tested is when a sample will have been taken whose nucleic-acid result is negative and known
	// by the arrival; zero for none.
	Tested time.Time
	// Declared says that the trip will have been declared with all phones verified.
	Declared bool
}

// PlanStay is a stay in a county or, abroad, a country. To is zero for "until I leave for the destination".
type PlanStay struct {
	Area     string
	From, To time.Time
}

// Destination is what one jurisdiction's policy would say at the arrival.
type Destination struct {
	Policy *policy.Policy
	Status healthcode.Status
	Good   time.Time // when the best colour comes if nothing new arrives; zero where not known
}

// Ahead says what every policy that is in force on the day would say of a person of whom nothing but the plan
// is known. It evaluates the area history as it is now. Errors name the field, such as stays[0].area.
func (s *Service) Ahead(ctx context.Context, plan Plan) ([]Destination, error) {
	if err := s.checkPlan(plan); err != nil {
		return nil, err
	}
	areas, err := s.Areas(ctx)
	if err != nil {
		return nil, err
	}
	facts := plan.facts()
	var all []Destination
	for _, jurisdiction := range s.policies.Jurisdictions() {
		p, err := s.policies.Find(jurisdiction, plan.Arriving)
		if err != nil {
			continue // no policy in force on the day: nothing is asked of anybody
		}
		d := Destination{Policy: p, Status: p.Evaluate(areas, facts, plan.Arriving).At(plan.Arriving)}
		for _, segment := range s.policies.Timeline(jurisdiction, areas, facts, plan.Arriving, plan.Arriving, plan.Arriving.Add(Future)) {
			if segment.State == p.BaseColour() {
				d.Good = segment.From
				break
			}
		}
		all = append(all, d)
	}
	return all, nil
}

func (s *Service) checkPlan(plan Plan) error {
	now := s.clock.Now()
	invalid := func(field, zh, en string) error {
		return healthcode.Errorf(healthcode.CodeInvalid, field, zh, "%s", en)
	}
	switch {
	case plan.Arriving.Before(now.Add(-24*time.Hour)) || plan.Arriving.After(now.Add(PlanAhead)):
		return invalid("arriving", "请填写到达日期：今天起 60 天以内。", "Enter the day of arrival: today or one of the next 60 days.")
	case len(plan.Stays) > PlanStays:
		return invalid("stays", "最多填写 20 个地方。", "At most 20 places.")
	case !plan.Tested.IsZero() && plan.Tested.After(plan.Arriving):
		return invalid("tested", "采样时间应早于到达。", "The sample has to be taken before you arrive.")
	}
	for i, stay := range plan.Stays {
		field := fmt.Sprintf("stays[%d].", i)
		switch {
		case !healthcode.ValidAreaCode(stay.Area):
			return invalid(field+"area", "请从列表中选择县（市、区、旗）或国家。", "Choose a county or a country from the list.")
		case stay.From.IsZero() || stay.From.After(plan.Arriving) || plan.Arriving.Sub(stay.From) > PlanBack:
			return invalid(field+"from", "请填写到那里的日期，在到达目的地之前 90 天以内。", "Enter the day on which you came there, within the 90 days before you arrive.")
		case !stay.To.IsZero() && (stay.To.Before(stay.From) || stay.To.After(plan.Arriving)):
			return invalid(field+"to", "离开日期应在到那里之后、到达目的地之前。", "The day of leaving lies after coming there and before arriving at the destination.")
		}
	}
	return nil
}

// facts are those that there would be on the day.
func (plan Plan) facts() []healthcode.Fact {
	const source = "plan"
	facts := []healthcode.Fact{}
	add := func(f healthcode.Fact) {
		f.Source, f.ID = source, fmt.Sprint(len(facts))
		facts = append(facts, f)
	}
	arrival := healthcode.Fact{Kind: healthcode.KindArrival, Time: plan.Arriving}
	declaration := healthcode.Fact{Kind: healthcode.KindDeclaration, Time: plan.Arriving}
	for _, stay := range plan.Stays {
		if stay.To.IsZero() {
			stay.To = plan.Arriving
		}
		add(healthcode.Fact{Kind: healthcode.KindStay, Area: stay.Area, Evidence: "declared", From: stay.From, To: stay.To})
		arrival.Origin = stay.Area
		if !slices.Contains(declaration.Visited, stay.Area) {
			declaration.Visited = append(declaration.Visited, stay.Area)
		}
	}
	add(arrival)
	if !plan.Tested.IsZero() {
		add(healthcode.Fact{Kind: healthcode.KindTest, Time: plan.Tested, Analyte: "nucleic-acid", Result: "negative"})
	}
	if plan.Declared {
		add(declaration)
	}
	return facts
}
