package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"healthcode"
)

// NewVenue is a place with a door, to be made.
type NewVenue struct {
	Kind string // a venue kind of the policy in force
	Name healthcode.Text
	Area string // county code, within the jurisdiction
}

const maxVenueName = 100

// Venues lists the venues of the administrator's jurisdiction, by id.
func (s *Admin) Venues(ctx context.Context, a healthcode.Actor) ([]healthcode.Venue, error) {
	if err := Require(a, healthcode.RoleAdministrator); err != nil {
		return nil, err
	}
	return s.store.Venues(ctx, a.Jurisdiction)
}

// CreateVenue makes a venue in the administrator's jurisdiction. Its id is new
// and random, since it names the source of every visit's fact. CodeInvalid names the field.
func (s *Admin) CreateVenue(ctx context.Context, a healthcode.Actor, n NewVenue) (healthcode.Venue, error) {
	if err := Require(a, healthcode.RoleAdministrator); err != nil {
		return healthcode.Venue{}, err
	}
	p, err := s.policies.Policy(a.Jurisdiction)
	if err != nil {
		return healthcode.Venue{}, err
	}
	n.Name = healthcode.Text{ZH: strings.TrimSpace(n.Name.ZH), EN: strings.TrimSpace(n.Name.EN)}
	invalid := func(field, zh, en string) (healthcode.Venue, error) {
		return healthcode.Venue{}, healthcode.Errorf(healthcode.CodeInvalid, field, zh, "%s", en)
	}
	_, known := p.VenueOf(n.Kind)
	own := slices.ContainsFunc(p.Areas, func(prefix string) bool { return strings.HasPrefix(n.Area, prefix) })
	switch {
	case !known:
		return invalid("kind", "政策中没有这类场所，请从列表中选择。", "The policy has no such kind of venue; choose one of its list.")
	case !n.Name.Complete() || len(n.Name.ZH) > maxVenueName || len(n.Name.EN) > maxVenueName:
		return invalid("name", "请填写场所的中文名和英文名，各不超过 100 字节。", "Enter the name in Chinese and in English, each of at most 100 bytes.")
	case len(n.Area) != 6 || !healthcode.ValidAreaCode(n.Area) || !own:
		return invalid("area", "请填写本地的 6 位县（市、区、旗）代码。", "Enter a 6-digit county code of this jurisdiction.")
	}
	v := healthcode.Venue{ID: a.Jurisdiction + "-" + random(6), Jurisdiction: a.Jurisdiction, Kind: n.Kind, Name: n.Name, Area: n.Area}
	if err := s.store.PutVenue(ctx, v); err != nil {
		return healthcode.Venue{}, fmt.Errorf("creating a venue: %w", err)
	}
	return v, nil
}
