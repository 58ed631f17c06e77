package intake

import (
	"context"
	"errors"
	"strings"

	"healthcode"
)

// Phones is how carriers' facts name phones (identity.PhoneBook).
type Phones interface {
	// FactID returns the id under which a fact is stored: a number in front becomes a keyed hash.
	FactID(id string) (string, error)
	// NotTheirs reports whether the person has shown that somebody else uses the phone that an id names.
	NotTheirs(ctx context.Context, person healthcode.PersonID, id string) (bool, error)
}

// errNotTheirs refuses a carrier's line about somebody who doesn't use the phone.
var errNotTheirs = errors.New("person: this person has shown that somebody else uses the phone; send the line about its user")

// ofCarrier reports whether a source names phones in its ids.
func ofCarrier(source string) bool {
	return source == "telecom" || strings.HasPrefix(source, "telecom:")
}

// namePhones gives the ids of a carrier's fact, and of what it retracts, the form in which they are stored.
func namePhones(f *healthcode.Fact, phones Phones) (err error) {
	if phones == nil {
		return nil
	}
	if ofCarrier(f.Source) {
		if f.ID, err = phones.FactID(f.ID); err != nil {
			return err
		}
	}
	if f.Retracts != nil && ofCarrier(f.Retracts.Source) {
		f.Retracts.ID, err = phones.FactID(f.Retracts.ID)
	}
	return err
}

// dropNotTheirs refuses the stays that say nothing of the person, since somebody else uses the phone.
func (b *factBatch) dropNotTheirs(ctx context.Context, ids []healthcode.PersonID, phones Phones) error {
	if phones == nil {
		return nil
	}
	kept := b.facts[:0]
	for _, f := range b.facts {
		if f.fact.Kind == healthcode.KindStay && ofCarrier(f.fact.Source) {
			notTheirs, err := phones.NotTheirs(ctx, ids[f.document], f.fact.ID)
			if err != nil {
				return err
			}
			if notTheirs {
				b.bad++
				b.refuse(f.line, errNotTheirs)
				continue
			}
		}
		kept = append(kept, f)
	}
	b.facts = kept
	return nil
}
