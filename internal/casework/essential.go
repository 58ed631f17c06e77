package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/policy"
)

// TripReasons are why a trip can be essential.
var TripReasons = []string{"medical", "family", "official", "work", "return-home"}

// maxTripDays bounds how long a trip may be, and how far ahead it may begin.
const maxTripDays = 60

// EssentialTrip is what a person applies for, or an officer grants: local days, both included.
type EssentialTrip struct {
	From, Until string // 2006-01-02
	Reason      string // one of [TripReasons]
	Evidence    string // what shows it, in the person's words
}

// days checks the days of a trip.
func (t *EssentialTrip) days(p *policy.Policy, now time.Time) error {
	from, err := time.ParseInLocation(time.DateOnly, t.From, p.Location)
	if err != nil {
		return healthcode.Errorf(healthcode.CodeInvalid, "from", "请填写开始日期，如 2022-05-01。", "Give the first day, such as 2022-05-01.")
	}
	until, err := time.ParseInLocation(time.DateOnly, t.Until, p.Location)
	if err != nil {
		return healthcode.Errorf(healthcode.CodeInvalid, "until", "请填写结束日期，如 2022-05-03。", "Give the last day, such as 2022-05-03.")
	}
	today, _ := time.ParseInLocation(time.DateOnly, now.In(p.Location).Format(time.DateOnly), p.Location)
	switch last := today.AddDate(0, 0, maxTripDays); {
	case from.Before(today):
		return healthcode.Errorf(healthcode.CodeInvalid, "from", "开始日期已经过去。", "The first day is over.")
	case until.Before(from):
		return healthcode.Errorf(healthcode.CodeInvalid, "until", "结束日期早于开始日期。", "The last day is before the first.")
	case until.After(last):
		return healthcode.Errorf(healthcode.CodeInvalid, "until", fmt.Sprintf("最多到 %d 天以后。", maxTripDays), "At most %d days ahead.", maxTripDays)
	}
	return nil
}

// ApplyTrip asks for an essential trip while a hold is open that the policy lets one apply under. It becomes a case of the office that the routing table
// names; once is the id of the form. The hold stays as it is, and no door learns of it. CodeConflict: no such hold is open, or an application waits.
func (s *Cases) ApplyTrip(ctx context.Context, a healthcode.Actor, jurisdiction, once string, t EssentialTrip) (healthcode.Case, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return healthcode.Case{}, err
	}
	p, err := s.status.Policy(jurisdiction)
	if err != nil {
		return healthcode.Case{}, err
	}
	if !slices.Contains(TripReasons, t.Reason) {
		return healthcode.Case{}, healthcode.Errorf(healthcode.CodeInvalid, "reason", "请选择理由。", "Choose a reason.")
	}
	if err := t.days(p, s.clock.Now()); err != nil {
		return healthcode.Case{}, err
	}
	if t.Evidence, err = written("evidence", t.Evidence); err != nil {
		return healthcode.Case{}, err
	}
	if _, err := s.Refresh(ctx, a.Person, jurisdiction); err != nil {
		return healthcode.Case{}, err
	}
	v, ok, err := s.look(ctx, a.Person, jurisdiction)
	if err != nil {
		return healthcode.Case{}, err
	}
	if !ok || !v.stands(healthcode.Case{Origin: healthcode.OriginEssential}) {
		return healthcode.Case{}, healthcode.Errorf(healthcode.CodeConflict, "", "您现在没有需要申请必要出行的事项。", "Nothing is open for which an essential trip has to be applied for.")
	}
	if v.cases, err = s.casesOf(ctx, a.Person, jurisdiction); err != nil {
		return healthcode.Case{}, err
	}
	entry := healthcode.CaseEntry{ID: "trip-" + once, At: v.now, Role: healthcode.RoleResident, Kind: "application",
		Text: strings.Join([]string{t.Reason, t.From, t.Until, t.Evidence}, "\n")}
	last, n := v.of(healthcode.OriginEssential)
	if n > 0 {
		_, entries, err := s.store.Case(ctx, last.ID)
		if err != nil || has(entries, entry.ID) {
			return last, err // sent twice
		}
		if last.State != healthcode.CaseDecided {
			return last, healthcode.Errorf(healthcode.CodeConflict, "", "您已经有一份申请在办理，请在那里补充。", "An application of yours waits already; add to it there.")
		}
	}
	c := v.newCase(jurisdiction, healthcode.OriginEssential, healthcode.OriginEssential, n+1, nil)
	return c, s.save(ctx, c, healthcode.CaseEntry{ID: "opened", At: v.now, Kind: "opened", Text: healthcode.OriginEssential}, entry)
}

// GrantTrip decides an application in writing: the days on which the trip may be made, and why. Refusing is [Cases.Uphold].
func (s *Cases) GrantTrip(ctx context.Context, a healthcode.Actor, seen Seen, t EssentialTrip, why string) error {
	why, err := written("why", why)
	if err != nil {
		return err
	}
	var granted healthcode.Case
	err = s.act(ctx, a, seen, act{kind: "decided", change: func(c *healthcode.Case, p *policy.Policy, now time.Time) (string, error) {
		if c.Origin != healthcode.OriginEssential {
			return "", healthcode.Errorf(healthcode.CodeInvalid, "", "这不是必要出行申请。", "This is no application for an essential trip.")
		}
		if err := t.days(p, now); err != nil {
			return "", err
		}
		decide(c, healthcode.OutcomeGranted, now)
		granted = *c
		return strings.Join([]string{healthcode.OutcomeGranted, t.From, t.Until, why}, "\n"), nil
	}})
	if err != nil || granted.ID == "" {
		return err
	}
	return s.tell(ctx, granted, healthcode.Text{
		ZH: fmt.Sprintf("您的必要出行申请已同意，%s 至 %s 有效。书面答复见健康码页面。", t.From, t.Until),
		EN: fmt.Sprintf("Your essential trip may be made from %s to %s. The written answer is on your code's page.", t.From, t.Until)})
}
