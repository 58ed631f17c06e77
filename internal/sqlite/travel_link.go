package sqlite

import (
	"context"

	"healthcode"
)

// PutTravelLink seals all of a link but its times.
func (s *Store) PutTravelLink(ctx context.Context, l healthcode.TravelLink) error {
	person, err := s.ids.must(l.Person)
	if err != nil {
		return err
	}
	data, err := s.sealTravel(l, linkContext(l.ID))
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a travel link", func(t *tx) error {
		_, err := t.exec("INSERT INTO travel_link VALUES (?, ?, ?, ?, ?)", l.ID, person, stamp(l.Created), stamp(l.Expires), data)
		if taken(err) {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "这个链接已存在", "there is a link of that id already")
		}
		return noSuchPerson(err)
	})
}

const linkColumns = "SELECT id, person, data FROM travel_link "

func (s *Store) scanLink(scan scanner) (l healthcode.TravelLink, err error) {
	var id string
	var person int64
	var data []byte
	if err := scan(&id, &person, &data); err != nil {
		return l, err
	}
	err = s.openTravel(data, linkContext(id), &l)
	l.Person = s.ids.id(person)
	return l, err
}

// TravelLink reads one row by its key.
func (s *Store) TravelLink(ctx context.Context, id string) (healthcode.TravelLink, error) {
	return one(ctx, s, "reading a travel link", s.scanLink, linkColumns+"WHERE id = ?", id)
}

// TravelLinksOf reads a range of an index.
func (s *Store) TravelLinksOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.TravelLink, error) {
	return many(ctx, s, "listing travel links", s.scanLink, linkColumns+"WHERE person = ? ORDER BY created, id", s.ids.orNone(id))
}

// ChangeTravelLink runs change in the writer, so that of two who open a link one is first.
func (s *Store) ChangeTravelLink(ctx context.Context, id string, change func(*healthcode.TravelLink) error) error {
	return s.write(ctx, "changing a travel link", func(t *tx) error {
		var l healthcode.TravelLink
		found := false
		err := t.each(linkColumns+"WHERE id = ?", []any{id}, func(scan scanner) (err error) {
			found = true
			l, err = s.scanLink(scan)
			return err
		})
		if err != nil {
			return err
		}
		if !found {
			return notFound("id", "没有这个链接", "there is no such link")
		}
		before := l
		if err := change(&l); err != nil {
			return err
		}
		l.ID, l.Person, l.Created, l.Expires = before.ID, before.Person, before.Created, before.Expires
		data, err := s.sealTravel(l, linkContext(id))
		if err == nil {
			_, err = t.exec("UPDATE travel_link SET data = ? WHERE id = ?", data, id)
		}
		return err
	})
}
