package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// PutTravelLink seals all of a link but its times.
func (s *Store) PutTravelLink(ctx context.Context, l healthcode.TravelLink) error {
	data, err := s.sealTravel(l, linkContext(l.ID))
	if err != nil {
		return err
	}
	person := uuid(l.Person)
	return s.write(ctx, "storing a travel link", func(tx pgx.Tx) error {
		if err := mustExist(ctx, tx, person); err != nil {
			return err
		}
		_, fresh, err := claimOwner(ctx, tx, linkContext(l.ID), person)
		if err != nil {
			return err
		}
		if !fresh {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "这个链接已存在", "there is a link of that id already")
		}
		_, err = tx.Exec(ctx, "INSERT INTO travel_link (person_id, id, created, expires, data) VALUES ($1, $2, $3, $4, $5)",
			person, l.ID, stamp(l.Created), stamp(l.Expires), data)
		return err
	})
}

const linkColumns = "SELECT person_id, id, data FROM travel_link "

func (s *Store) scanLink(scan scanner) (l healthcode.TravelLink, err error) {
	var person uuid
	var id string
	var data []byte
	if err := scan(&person, &id, &data); err != nil {
		return l, err
	}
	err = s.openTravel(data, linkContext(id), &l)
	l.Person = healthcode.PersonID(person)
	return l, err
}

// TravelLink reads one row on the shard that its id leads to.
func (s *Store) TravelLink(ctx context.Context, id string) (healthcode.TravelLink, error) {
	const doing = "reading a travel link"
	person, err := one(ctx, s, doing, scanOwner, selectOwnerKey, linkContext(id))
	if err != nil {
		return healthcode.TravelLink{}, err
	}
	return one(ctx, s, doing, s.scanLink, linkColumns+"WHERE person_id = $1 AND id = $2", person, id)
}

// TravelLinksOf reads a range of the primary key.
func (s *Store) TravelLinksOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.TravelLink, error) {
	return many(ctx, s, "listing travel links", s.scanLink, linkColumns+"WHERE person_id = $1 ORDER BY created, id", uuid(id))
}

// ChangeTravelLink holds the link's row while change runs, so that of two who open it one is first.
func (s *Store) ChangeTravelLink(ctx context.Context, id string, change func(*healthcode.TravelLink) error) error {
	const doing = "changing a travel link"
	person, err := one(ctx, s, doing, scanOwner, selectOwnerKey, linkContext(id))
	if err != nil {
		return err
	}
	return s.write(ctx, doing, func(tx pgx.Tx) error {
		l, err := s.scanLink(tx.QueryRow(ctx, linkColumns+"WHERE person_id = $1 AND id = $2 FOR UPDATE", person, id).Scan)
		if err != nil {
			return found(err, "id", "没有这个链接", "there is no such link")
		}
		before := l
		if err := change(&l); err != nil {
			return err
		}
		l.ID, l.Person, l.Created, l.Expires = before.ID, before.Person, before.Created, before.Expires
		data, err := s.sealTravel(l, linkContext(id))
		if err == nil {
			_, err = tx.Exec(ctx, "UPDATE travel_link SET data = $3 WHERE person_id = $1 AND id = $2", person, id, data)
		}
		return err
	})
}
