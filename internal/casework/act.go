package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/change"
	"healthcode/internal/status"
	"healthcode/policy"
)

// Seen is the case that an officer acts on, as they saw it. Acting on another version is CodeConflict; sending
// the same twice does it once.
type Seen struct {
	ID      string
	Version int
}

// act is an officer's action on a case.
type act struct {
	kind   string // of the entry
	free   bool   // the case need not be the officer's own
	late   bool   // it may be decided
	change func(c *healthcode.Case, p *policy.Policy, now time.Time) (text string, err error)
}

// act lets an officer change a case.
func (s *Cases) act(ctx context.Context, a healthcode.Actor, seen Seen, do act) error {
	c, err := s.ofJurisdiction(ctx, a, seen.ID)
	if err != nil {
		return err
	}
	entry := healthcode.CaseEntry{ID: fmt.Sprintf("%s-%d-%s", do.kind, seen.Version, a.Staff), At: s.clock.Now(),
		Role: a.Role, By: a.Staff, Kind: do.kind}
	if _, err := s.Refresh(ctx, c.Person, c.Jurisdiction); err != nil {
		return err
	}
	c, entries, err := s.store.Case(ctx, seen.ID)
	if err != nil || has(entries, entry.ID) {
		return err
	}
	switch {
	case c.Version != seen.Version:
		return changed()
	case c.State == healthcode.CaseDecided && !do.late:
		return healthcode.Errorf(healthcode.CodeConflict, "", "案件已经办结。", "The case has been decided.")
	case !do.free && c.Officer != a.Staff:
		return healthcode.Errorf(healthcode.CodeConflict, "", "这个案件不在您名下，请先接手。", "This case isn't yours; take it first.")
	case len(entries) >= maxEntries:
		return healthcode.Errorf(healthcode.CodeTooMany, "", "这个案件的记录已满，请作出决定。", "The case holds as many entries as it can; please decide it.")
	}
	p, err := s.policyOf(c.Jurisdiction)
	if err != nil {
		return err
	}
	if entry.Text, err = do.change(&c, p, entry.At); err != nil {
		return err
	}
	wind(&c, entry.At)
	if err := s.save(ctx, c, entry); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "case changed", "case", c.ID, "jurisdiction", c.Jurisdiction, "how", do.kind, "by", a.Staff, "state", c.State)
	return nil
}

// policyOf returns the policy in force, or the last one: what it opened has to be ended.
func (s *Cases) policyOf(jurisdiction string) (*policy.Policy, error) {
	p, err := s.status.Policy(jurisdiction)
	if err == nil || healthcode.CodeOf(err) != status.CodeNoPolicy {
		return p, err
	}
	versions := s.status.Policies().Versions(jurisdiction)
	return versions[len(versions)-1], nil
}

// Assign gives a case to a caseworker of the jurisdiction: to the officer who asks, or a colleague. The first time its clock begins anew.
func (s *Cases) Assign(ctx context.Context, a healthcode.Actor, seen Seen, to string) error {
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return err
	}
	names, err := s.colleagues(ctx, a)
	if err != nil {
		return err
	}
	if to != a.Staff && !slices.Contains(names, to) {
		return healthcode.Errorf(healthcode.CodeInvalid, "officer", "请从列表中选择办理人员。", "Choose a caseworker of the list.")
	}
	return s.act(ctx, a, seen, act{kind: "assigned", free: true, change: func(c *healthcode.Case, p *policy.Policy, now time.Time) (string, error) {
		if c.Officer == to {
			return "", changed()
		}
		if c.Officer = to; c.State == healthcode.CaseReceived {
			enter(c, healthcode.CaseAssigned, p, now)
		}
		return to, nil
	}})
}

// Ask puts a question to the person, who sees it on their page and gets a short message that one is there.
func (s *Cases) Ask(ctx context.Context, a healthcode.Actor, seen Seen, question string) error {
	question, err := written("question", question)
	if err != nil {
		return err
	}
	var asked healthcode.Case
	err = s.act(ctx, a, seen, act{kind: "question", change: func(c *healthcode.Case, _ *policy.Policy, _ time.Time) (string, error) {
		c.Asked = true
		asked = *c
		return question, nil
	}})
	if err != nil || asked.ID == "" {
		return err
	}
	return s.tell(ctx, asked, healthcode.Text{
		ZH: "工作人员就您的案件有一个问题。请打开健康码页面回答，不用到现场。",
		EN: "Staff have a question about your case. Please answer it on your code's page; you need not come in."})
}

// tell sends the person a short message, once for each version of the case.
func (s *Cases) tell(ctx context.Context, c healthcode.Case, text healthcode.Text) error {
	person, err := s.store.Person(ctx, c.Person)
	if err != nil || person.Phone == "" {
		return err
	}
	p, err := s.policyOf(c.Jurisdiction)
	if err != nil {
		return err
	}
	body := healthcode.Text{ZH: "【" + p.Name.ZH + "】" + text.ZH, EN: "[" + p.Name.EN + "] " + text.EN}
	err = s.store.PutMessage(ctx, healthcode.Message{ID: fmt.Sprintf("case-%s-%d", c.ID, c.Version), Phone: person.Phone,
		Body: body.In(person.Language), At: s.clock.Now()})
	if err != nil {
		return fmt.Errorf("sending a message about a case: %w", err)
	}
	return nil
}

// Verify records what the officer found.
func (s *Cases) Verify(ctx context.Context, a healthcode.Actor, seen Seen, finding string) error {
	finding, err := written("finding", finding)
	if err != nil {
		return err
	}
	return s.act(ctx, a, seen, act{kind: "verified", change: func(c *healthcode.Case, p *policy.Policy, now time.Time) (string, error) {
		enter(c, healthcode.CaseVerified, p, now)
		return finding, nil
	}})
}

// Uphold decides that what is known stays, and says why in writing. A person who disagrees opens the case again with what they add.
func (s *Cases) Uphold(ctx context.Context, a healthcode.Actor, seen Seen, why string) error {
	return s.end(ctx, a, seen, healthcode.OutcomeUpheld, why)
}

// CloseOrder ends a work order that was carried out.
func (s *Cases) CloseOrder(ctx context.Context, a healthcode.Actor, seen Seen, result string) error {
	return s.end(ctx, a, seen, healthcode.OutcomeClosed, result)
}

func (s *Cases) end(ctx context.Context, a healthcode.Actor, seen Seen, outcome, why string) error {
	why, err := written("why", why)
	if err != nil {
		return err
	}
	var ended healthcode.Case
	err = s.act(ctx, a, seen, act{kind: "decided", change: func(c *healthcode.Case, _ *policy.Policy, now time.Time) (string, error) {
		switch {
		case outcome == healthcode.OutcomeClosed && c.Origin != healthcode.OriginWorkOrder:
			return "", healthcode.Errorf(healthcode.CodeInvalid, "", "这不是工单。", "This is no work order.")
		case len(c.Changes) > 0:
			return "", healthcode.Errorf(healthcode.CodeConflict, "", "有变更在等第二人同意，请先等答复或撤回。", "A change waits for a second officer; wait for the answer, or take it back first.")
		}
		decide(c, outcome, now)
		ended = *c
		return outcome + "\n" + why, nil
	}})
	if err != nil || ended.ID == "" {
		return err
	}
	if err := s.endDisputes(ctx, ended); err != nil {
		return err
	}
	return s.tell(ctx, ended, healthcode.Text{ZH: "您的案件已有书面决定，请打开健康码页面查看。不同意的，可以在那里补充说明，案件会重新办理。",
		EN: "There is a written decision in your case; see your code's page. If you disagree, add to the case there, and it is opened again."})
}

func (s *Cases) endDisputes(ctx context.Context, c healthcode.Case) error {
	return s.answerDisputes(ctx, c.Person, c.Jurisdiction, []healthcode.CaseWrite{{Case: c}}, []healthcode.Outcome{healthcode.Stored})
}

// Extend moves the last deadline by so many hours, at most the policy's extension, and says why in writing.
func (s *Cases) Extend(ctx context.Context, a healthcode.Actor, seen Seen, more int, why string) error {
	why, err := written("why", why)
	if err != nil {
		return err
	}
	return s.act(ctx, a, seen, act{kind: "extended", change: func(c *healthcode.Case, p *policy.Policy, _ time.Time) (string, error) {
		if more < 1 || more > p.Casework.Extension {
			return "", healthcode.Errorf(healthcode.CodeInvalid, "hours", fmt.Sprintf("请填 1 至 %d 小时。", p.Casework.Extension), "Enter 1 to %d hours.", p.Casework.Extension)
		}
		c.Last = c.Last.Add(hours(more))
		return fmt.Sprintf("%d\n%s", more, why), nil
	}})
}

// Lift proposes to end the case's hold on a health ground. A second officer has to agree.
func (s *Cases) Lift(ctx context.Context, a healthcode.Actor, seen Seen, ground change.Ground, evidence string) error {
	return s.propose(ctx, a, seen, ground, evidence, func(c healthcode.Case, p *policy.Policy, now time.Time) ([]healthcode.Fact, error) {
		if _, ok := p.HoldOf(c.Subject); !ok {
			return nil, healthcode.Errorf(healthcode.CodeInvalid, "", "解除从不改变颜色；记录有误的，请接受异议。", "A lift never changes a colour; where the record is wrong, accept the dispute.")
		}
		return []healthcode.Fact{{Kind: healthcode.KindLift, Hold: c.Subject, Covers: later(now, c.Covers)}}, nil
	})
}

// Accept proposes to retract facts of the case: what the person says is right. A second officer has to agree to each.
func (s *Cases) Accept(ctx context.Context, a healthcode.Actor, seen Seen, ground change.Ground, evidence string, facts []healthcode.FactRef) error {
	return s.propose(ctx, a, seen, ground, evidence, func(c healthcode.Case, _ *policy.Policy, _ time.Time) (list []healthcode.Fact, err error) {
		for _, ref := range facts {
			if !slices.Contains(c.Facts, ref) {
				return nil, healthcode.Errorf(healthcode.CodeInvalid, "facts", "这条记录不属于本案。", "This record doesn't belong to the case.")
			}
			list = append(list, healthcode.Fact{Kind: healthcode.KindRetraction, Retracts: &ref})
		}
		if len(list) == 0 {
			return nil, healthcode.Errorf(healthcode.CodeInvalid, "facts", "请选择有误的记录。", "Choose the records that are wrong.")
		}
		return list, nil
	})
}

// propose records the finding and proposes what follows from it. What is proposed already isn't proposed again.
func (s *Cases) propose(ctx context.Context, a healthcode.Actor, seen Seen, ground change.Ground, evidence string,
	facts func(healthcode.Case, *policy.Policy, time.Time) ([]healthcode.Fact, error)) error {
	evidence, err := written("evidence", evidence)
	if err != nil {
		return err
	}
	return s.act(ctx, a, seen, act{kind: "proposed", change: func(c *healthcode.Case, p *policy.Policy, now time.Time) (string, error) {
		list, err := facts(*c, p, now)
		if err != nil {
			return "", err
		}
		for _, f := range list {
			ch, err := s.changes.Propose(ctx, a, change.Proposal{Person: c.Person, Jurisdiction: c.Jurisdiction, Office: c.Office,
				Fact: f, Ground: ground, Evidence: evidence, CaseID: c.ID})
			if waits := healthcode.CodeOf(err) == healthcode.CodeConflict && ch.State == healthcode.ChangeProposed && ch.CaseID == c.ID; err != nil && !waits {
				return "", err
			}
			if !slices.Contains(c.Changes, ch.ID) {
				c.Changes = append(slices.Clone(c.Changes), ch.ID)
			}
		}
		if c.State != healthcode.CaseVerified {
			enter(c, healthcode.CaseVerified, p, now)
		}
		return strings.Join([]string{string(list[0].Kind), string(ground), evidence}, "\n"), nil
	}})
}

// isConflict reports whether somebody else was quicker.
func isConflict(err error) bool {
	var e *healthcode.Error
	return errors.As(err, &e) && e.Code == healthcode.CodeConflict
}
