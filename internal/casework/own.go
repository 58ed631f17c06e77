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

// Own returns the resident's cases of a jurisdiction, brought up to date.
func (s *Cases) Own(ctx context.Context, a healthcode.Actor, jurisdiction string) ([]healthcode.Case, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	return s.Refresh(ctx, a.Person, jurisdiction)
}

// OwnCase returns one of the resident's cases, brought up to date, with its history. CodeNotFound, also for somebody else's.
func (s *Cases) OwnCase(ctx context.Context, a healthcode.Actor, id string) (healthcode.Case, []healthcode.CaseEntry, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return healthcode.Case{}, nil, err
	}
	c, entries, err := s.store.Case(ctx, id)
	if err == nil && c.Person != a.Person || err != nil && healthcode.CodeOf(err) == healthcode.CodeNotFound {
		return healthcode.Case{}, nil, noCase()
	}
	if err != nil || c.State == healthcode.CaseDecided {
		return c, entries, err
	}
	if _, err := s.Refresh(ctx, a.Person, c.Jurisdiction); err != nil {
		return c, nil, err
	}
	return s.store.Case(ctx, id)
}

// Say adds an answer or further evidence to the resident's own case. Once is the id of the form: sent twice, it is kept once. Where the case was
// decided against the person, it begins anew; where it was decided for them there is nothing to add.
func (s *Cases) Say(ctx context.Context, a healthcode.Actor, id, once, text string) error {
	text, err := written("text", text)
	if err != nil {
		return err
	}
	return s.own(ctx, a, id, func(c *healthcode.Case, p *policy.Policy, now time.Time) ([]healthcode.CaseEntry, error) {
		e := healthcode.CaseEntry{ID: "said-" + once, Kind: "evidence", Text: text}
		if c.Asked {
			e.Kind, c.Asked = "answer", false
		}
		if c.State != healthcode.CaseDecided {
			return []healthcode.CaseEntry{e}, nil
		}
		if c.Outcome != healthcode.OutcomeUpheld {
			return nil, healthcode.Errorf(healthcode.CodeConflict, "", "案件已经办结。", "The case has been decided.")
		}
		v := picture{policy: p, now: now}
		return []healthcode.CaseEntry{v.reopen(c), e}, nil
	})
}

// Move says where the person is and stays; the case goes to the office that the routing table names.
func (s *Cases) Move(ctx context.Context, a healthcode.Actor, id, once, where, stays string) error {
	return s.own(ctx, a, id, func(c *healthcode.Case, p *policy.Policy, _ time.Time) ([]healthcode.CaseEntry, error) {
		if !slices.Contains(policy.Wheres, where) || !slices.Contains(policy.Stays, stays) {
			return nil, healthcode.Errorf(healthcode.CodeInvalid, "where", "请选择您在哪里、住在哪里。", "Choose where you are, and where you stay.")
		}
		if c.State == healthcode.CaseDecided {
			return nil, healthcode.Errorf(healthcode.CodeConflict, "", "案件已经办结。", "The case has been decided.")
		}
		before := c.Office
		if route(c, p, where, stays); c.Office != before {
			c.Officer = "" // who had it belongs to the other office
			if c.State == healthcode.CaseAssigned {
				c.State = healthcode.CaseReceived
			}
		}
		return []healthcode.CaseEntry{{ID: "moved-" + once, Kind: "moved", Text: strings.Join([]string{where, stays, c.Office}, "\n")}}, nil
	})
}

// Sign records that the person signed the commitment letter of a version by writing their name.
func (s *Cases) Sign(ctx context.Context, a healthcode.Actor, id, version, name string) error {
	person, err := s.store.Person(ctx, a.Person)
	if err != nil {
		return err
	}
	return s.own(ctx, a, id, func(c *healthcode.Case, p *policy.Policy, _ time.Time) ([]healthcode.CaseEntry, error) {
		switch {
		case version != p.Casework.Commitment.Version:
			return nil, healthcode.Errorf(healthcode.CodeConflict, "version", "承诺书已有新版本，请重新阅读。", "There is a newer version of the letter; please read it again.")
		case !sameName(name, person.Name):
			return nil, healthcode.Errorf(healthcode.CodeInvalid, "name", "请按证件填写您的姓名。", "Write your name as it is in your document.")
		case c.State == healthcode.CaseDecided:
			return nil, healthcode.Errorf(healthcode.CodeConflict, "", "案件已经办结。", "The case has been decided.")
		}
		return []healthcode.CaseEntry{{ID: "commitment-" + version, Kind: "commitment", Text: version + "\n" + person.Name}}, nil
	})
}

func sameName(a, b string) bool {
	fold := func(s string) string { return strings.Join(strings.Fields(strings.ToUpper(s)), " ") }
	return fold(a) == fold(b) && fold(a) != ""
}

// own lets a resident change their own case. What an officer does at the same moment isn't lost: the change is made again on top of it.
func (s *Cases) own(ctx context.Context, a healthcode.Actor, id string,
	do func(*healthcode.Case, *policy.Policy, time.Time) ([]healthcode.CaseEntry, error)) error {
	for range maxTries {
		c, entries, err := s.OwnCase(ctx, a, id)
		if err != nil {
			return err
		}
		p, err := s.policyOf(c.Jurisdiction)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		add, err := do(&c, p, now)
		if last := len(add) - 1; err == nil && has(entries, add[last].ID) {
			return nil // sent twice
		}
		if err != nil {
			return err
		}
		if len(entries) >= maxEntries {
			return healthcode.Errorf(healthcode.CodeTooMany, "", "这个案件的记录已满，请致电办理单位。", "The case holds as many entries as it can; please call the office.")
		}
		for i := range add {
			add[i].At = now
			if add[i].Kind != "reopened" {
				add[i].Role = a.Role
			}
		}
		wind(&c, now)
		if err = s.save(ctx, c, add...); !isConflict(err) {
			return err
		}
	}
	return fmt.Errorf("changing a case: %w", changed())
}
