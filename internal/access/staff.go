package access

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"healthcode"
	"healthcode/policy"
)

// AdminStore is what [Admin] reads and writes.
type AdminStore interface {
	healthcode.Access
	healthcode.Doors
}

// Policies gives the policy of a jurisdiction that is in force now.
type Policies interface {
	Policy(jurisdiction string) (*policy.Policy, error)
}

// Admin is what an administrator does: the accounts and the venues of their own
// jurisdiction. An administrator sees nothing of any person.
type Admin struct {
	store    AdminStore
	policies Policies
	mu       sync.Mutex // between looking whether a name is taken and taking it
}

// NewAdmin returns the service of administrators.
func NewAdmin(store AdminStore, policies Policies) *Admin {
	return &Admin{store: store, policies: policies}
}

// NewStaff is an account to make.
type NewStaff struct {
	Name   string
	Role   healthcode.Role
	Venue  string // checkpoint: the venue
	Source string // lab: the source of its facts, such as lab:bj-0007
	Token  bool   // signs in with an API token, as a machine does, instead of a password
}

var staffName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{2,39}$`)

// sourceName is a kind of source and, after a colon, which one.
var sourceName = regexp.MustCompile(`^[a-z]+:[A-Za-z0-9._-]{1,40}$`)

// ReservedSources are those that the service itself writes: nobody may send facts in their names.
var ReservedSources = []string{"person", "caseworker", "venue", "registry"}

// ReservedSource reports whether a source is one that the service itself writes.
func ReservedSource(source string) bool {
	kind, _, _ := strings.Cut(source, ":")
	return slices.Contains(ReservedSources, kind)
}

// Staff lists the accounts of the administrator's jurisdiction, by name.
func (s *Admin) Staff(ctx context.Context, a healthcode.Actor) ([]healthcode.Staff, error) {
	if err := Require(a, healthcode.RoleAdministrator); err != nil {
		return nil, err
	}
	return s.store.StaffOf(ctx, a.Jurisdiction)
}

// CreateStaff makes an account in the administrator's jurisdiction and returns its password, or its API
// token, which nobody can read again. Names are unique among all jurisdictions. CodeInvalid names the field;
// CodeConflict: the name is taken.
func (s *Admin) CreateStaff(ctx context.Context, a healthcode.Actor, n NewStaff) (healthcode.Staff, string, error) {
	if err := Require(a, healthcode.RoleAdministrator); err != nil {
		return healthcode.Staff{}, "", err
	}
	if err := s.checkStaff(ctx, a, n); err != nil {
		return healthcode.Staff{}, "", err
	}
	m := healthcode.Staff{Name: n.Name, Role: n.Role, Jurisdiction: a.Jurisdiction, Venue: n.Venue, Source: n.Source}
	var secret string
	if n.Token {
		secret, m.TokenHash = NewToken()
	} else {
		secret = random(15)
		m.PasswordHash = HashPassword(secret)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch _, err := s.store.StaffByName(ctx, n.Name); {
	case err == nil:
		return healthcode.Staff{}, "", healthcode.Errorf(healthcode.CodeConflict, "name", "这个用户名已被使用，请换一个。", "This name is taken; choose another.")
	case healthcode.CodeOf(err) != healthcode.CodeNotFound:
		return healthcode.Staff{}, "", fmt.Errorf("creating an account: %w", err)
	}
	if err := s.store.PutStaff(ctx, m); err != nil {
		return healthcode.Staff{}, "", fmt.Errorf("creating an account: %w", err)
	}
	return m, secret, nil
}

func (s *Admin) checkStaff(ctx context.Context, a healthcode.Actor, n NewStaff) error {
	invalid := func(field, zh, en string) error {
		return healthcode.Errorf(healthcode.CodeInvalid, field, zh, "%s", en)
	}
	switch {
	case !staffName.MatchString(n.Name):
		return invalid("name", "用户名为 3 至 40 个小写字母、数字、点、横线。", "A name has 3 to 40 lower-case letters, digits, dots and hyphens.")
	case n.Role == healthcode.RoleResident || !slices.Contains(healthcode.Roles, n.Role):
		return invalid("role", "请从列表中选择角色。", "Choose a role of staff.")
	case n.Role != healthcode.RoleCheckpoint && n.Venue != "":
		return invalid("venue", "只有查验员关联场所。", "Only a checkpoint account has a venue.")
	case n.Role != healthcode.RoleLab && n.Source != "":
		return invalid("source", "只有检测机构账号有数据来源。", "Only a lab account has a source.")
	case n.Role == healthcode.RoleLab && (!sourceName.MatchString(n.Source) || ReservedSource(n.Source)):
		return invalid("source", "数据来源形如 lab:bj-0007，不能用系统保留的名称。", "A source looks like lab:bj-0007 and isn't one of the service's own.")
	}
	if n.Role != healthcode.RoleCheckpoint {
		return nil
	}
	v, err := s.store.Venue(ctx, n.Venue)
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return fmt.Errorf("reading a venue: %w", err)
	}
	if err != nil || v.Jurisdiction != a.Jurisdiction {
		return invalid("venue", "请从列表中选择场所。", "Choose a venue of the list.")
	}
	return nil
}

// DisableStaff closes an account, or opens it again, and signs it out everywhere. CodeNotFound, also for
// an account of another jurisdiction. Nobody can close their own.
func (s *Admin) DisableStaff(ctx context.Context, a healthcode.Actor, name string, disabled bool) (healthcode.Staff, error) {
	if err := Require(a, healthcode.RoleAdministrator); err != nil {
		return healthcode.Staff{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.store.StaffByName(ctx, name)
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return m, fmt.Errorf("reading an account: %w", err)
	}
	if err != nil || m.Jurisdiction != a.Jurisdiction {
		return healthcode.Staff{}, healthcode.Errorf(healthcode.CodeNotFound, "name", "没有这个账号。", "There is no such account.")
	}
	if name == a.Staff {
		return m, healthcode.Errorf(healthcode.CodeInvalid, "name", "不能停用自己的账号。", "You can't close your own account.")
	}
	m.Disabled = disabled
	if err := s.store.PutStaff(ctx, m); err != nil {
		return m, fmt.Errorf("changing an account: %w", err)
	}
	if disabled {
		if err := s.store.DeleteSessions(ctx, healthcode.PersonID{}, name); err != nil {
			return m, fmt.Errorf("signing an account out: %w", err)
		}
	}
	return m, nil
}
