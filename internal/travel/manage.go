package travel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/policy"
)

// CodeNothingNewer means that no fact is there with which a renewed certificate would count longer.
const CodeNothingNewer healthcode.Code = "travel_nothing_newer"

// hashesOf are those under which a certificate stands on a revocation list.
func hashesOf(text string) (all [][]byte, err error) {
	d, err := certificate.Decode(text)
	if err != nil {
		return nil, err
	}
	h := d.RevocationHashes()
	for _, one := range []certificate.RevocationHash{h.Signature, h.UVCI, h.CountryUVCI} {
		if one != (certificate.RevocationHash{}) {
			all = append(all, one[:])
		}
	}
	return all, nil
}

// Certificates lists the caller's certificates, the newest first.
func (s *Service) Certificates(ctx context.Context, a healthcode.Actor) ([]healthcode.TravelCertificate, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	if err := s.settle(ctx, a.Person); err != nil {
		return nil, err
	}
	all, err := s.store.TravelCertificatesOf(ctx, a.Person)
	slices.Reverse(all)
	return all, err
}

// Certificate returns one of the caller's. CodeNotFound.
func (s *Service) Certificate(ctx context.Context, a healthcode.Actor, id string) (healthcode.TravelCertificate, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return healthcode.TravelCertificate{}, err
	}
	if err := s.settle(ctx, a.Person); err != nil {
		return healthcode.TravelCertificate{}, err
	}
	c, err := s.store.TravelCertificate(ctx, id)
	if err == nil && c.Person != a.Person {
		err = noCertificate()
	}
	if err != nil {
		return healthcode.TravelCertificate{}, err
	}
	return c, nil
}

func noCertificate() error {
	return healthcode.Errorf(healthcode.CodeNotFound, "id", "没有这张证书。", "There is no such certificate.")
}

// Renew issues a new certificate of the same content, direction and document from the latest fact, and ends the old one,
// superseded. CodeNothingNewer: it wouldn't count longer than the old one does.
func (s *Service) Renew(ctx context.Context, a healthcode.Actor, id string) (healthcode.TravelCertificate, error) {
	old, err := s.Certificate(ctx, a, id)
	if err != nil {
		return old, err
	}
	person, now, err := s.resident(ctx, a, old.Jurisdiction)
	if err != nil {
		return old, err
	}
	today := identity.DateOf(now)
	if err := s.Policy.eligible(&person, today); err != nil {
		return old, err
	}
	if identity.DateOf(old.Document.Expires).Before(today) {
		return old, healthcode.Errorf(CodeExpired, "expires", "这本旅行证件已经过期。请先换发，再用新证件申请。", "This travel document has expired. Renew it first, and ask with the new one.")
	}
	n, _, same := matchName(person.Name, old.Document.Surname+" "+old.Document.Given, identity.MRZ{NameField: old.Document.Surname + "<<" + old.Document.Given})
	if !same {
		return old, differs("name", "姓名", "name")
	}
	offers, err := s.offers(ctx, a.Person, now)
	if err != nil {
		return old, err
	}
	newest, ok := find(offers, func(o Offer) bool {
		return o.Ready() && o.Content.Content == old.Content && slices.Contains(o.Content.Directions, old.Direction)
	})
	if !ok || newest.Fact.Ref() == old.Fact && old.Ended.IsZero() {
		return old, healthcode.Errorf(CodeNothingNewer, "", "没有更新的记录，不能续期。请先完成新的检测或接种，结果到达后再续期。",
			"There is no newer record to renew it with. Take a new test or dose first, and renew once its result is here.")
	}
	replaces := ""
	if old.Ended.IsZero() {
		replaces = old.ID
	}
	return s.issue(ctx, person, old.Jurisdiction, old.Direction, old.Document, n, newest, now, replaces)
}

// Revoke ends one of the caller's certificates. Doing it twice does no harm.
func (s *Service) Revoke(ctx context.Context, a healthcode.Actor, id string) error {
	if _, err := s.Certificate(ctx, a, id); err != nil {
		return err
	}
	return s.finish(ctx, id, healthcode.TravelEndedHolder)
}

func end(c *healthcode.TravelCertificate, now time.Time, why string) {
	if c.Ended.IsZero() {
		c.Ended, c.Why, c.Proposal = now.UTC(), why, nil
	}
}

// settle ends a person's certificates whose fact was taken back.
func (s *Service) settle(ctx context.Context, person healthcode.PersonID) error {
	now := s.clock.Now()
	all, err := s.store.TravelCertificatesOf(ctx, person)
	if err != nil {
		return fmt.Errorf("reading certificates: %w", err)
	}
	all = slices.DeleteFunc(all, func(c healthcode.TravelCertificate) bool { return !c.Stands(now) })
	if len(all) == 0 {
		return nil
	}
	_, err = s.settleSome(ctx, person, all)
	return err
}

// settleSome ends those of a person's certificates whose fact is gone, and returns how many.
func (s *Service) settleSome(ctx context.Context, person healthcode.PersonID, list []healthcode.TravelCertificate) (n int, err error) {
	facts, err := s.store.Facts(ctx, person)
	if err != nil {
		return 0, fmt.Errorf("reading facts: %w", err)
	}
	stands := map[healthcode.FactRef]bool{}
	taken := map[healthcode.FactRef]bool{}
	for _, f := range facts {
		taken[f.Ref()] = true
	}
	for _, f := range policy.Standing(facts) {
		stands[f.Ref()] = true
	}
	for _, c := range list {
		// A fact that retention deleted was true: its certificate lasts.
		if stands[c.Fact] || !taken[c.Fact] {
			continue
		}
		if err := s.finish(ctx, c.ID, healthcode.TravelEndedRetracted); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

const sweepPage = 500

// Settle ends every certificate whose fact was taken back by now, and returns how many. What ended while the revocation
// list couldn't be written comes onto it.
func (s *Service) Settle(ctx context.Context, now time.Time) (n int, err error) {
	ended, err := s.store.TravelCertificatesEnded(ctx, now)
	if err == nil {
		err = s.publish(ctx, ended...)
	}
	if err != nil {
		return 0, err
	}
	var faults []error
	for after := ""; ; {
		page, err := s.store.TravelCertificatesStanding(ctx, now, after, sweepPage)
		if err != nil {
			return n, errors.Join(append(faults, err)...)
		}
		of := map[healthcode.PersonID][]healthcode.TravelCertificate{}
		for _, c := range page {
			of[c.Person] = append(of[c.Person], c)
		}
		for person, list := range of {
			ended, err := s.settleSome(ctx, person, list)
			if n += ended; err != nil {
				faults = append(faults, err)
			}
		}
		if len(page) < sweepPage {
			return n, errors.Join(faults...)
		}
		after = page[len(page)-1].ID
	}
}

// Purge deletes what expired so long ago that nobody asks any more.
func (s *Service) Purge(ctx context.Context, now time.Time) (int, error) {
	return s.store.PurgeTravel(ctx, now.AddDate(0, 0, -s.Policy.KeptDays))
}

// publish puts certificates that have ended on the revocation list. What is on it already stays as it is.
func (s *Service) publish(ctx context.Context, ended ...healthcode.TravelCertificate) error {
	var list []healthcode.Revocation
	for _, c := range ended {
		for _, h := range c.Hashes {
			list = append(list, healthcode.Revocation{Hash: h, Revoked: c.Ended, Until: c.Expires})
		}
	}
	if len(list) == 0 {
		return nil
	}
	if err := s.store.Revoke(ctx, list); err != nil {
		return fmt.Errorf("putting certificates on the revocation list: %w", err)
	}
	return nil
}

// finish ends a certificate for a reason of the service's own, puts it on the revocation list, and tells a holder who didn't
// end it themselves.
func (s *Service) finish(ctx context.Context, id, why string) error {
	now := s.clock.Now()
	var ended healthcode.TravelCertificate
	stood := false
	err := s.store.ChangeTravelCertificate(ctx, id, func(c *healthcode.TravelCertificate) error {
		stood = c.Ended.IsZero()
		end(c, now, why)
		ended = *c
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.publish(ctx, ended); err != nil || !stood || why == healthcode.TravelEndedHolder {
		return err
	}
	return s.tell(ctx, &ended)
}
