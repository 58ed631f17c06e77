package sqlite

import (
	"context"
	"slices"
	"time"

	"healthcode"
)

// CreatePerson ignores p.ID and p.Registered: the id is given here, and the time is the registration's.
func (s *Store) CreatePerson(ctx context.Context, p healthcode.Person, r healthcode.Registration) (healthcode.PersonID, error) {
	if len(p.Documents) == 0 {
		return p.ID, invalid("documents", "至少需要一个证件", "a person needs at least one document")
	}
	var person int64
	err := s.write(ctx, "registering a person", func(t *tx) (err error) {
		if person, err = s.createPerson(t, p, r.At); err != nil {
			return err
		}
		return t.register(person, r)
	})
	if err != nil {
		return healthcode.PersonID{}, err
	}
	return s.ids.id(person), nil
}

func (s *Store) createPerson(t *tx, p healthcode.Person, at time.Time) (int64, error) {
	known, err := s.feedPerson(t, p.Documents)
	if err != nil {
		return 0, err
	}
	person := known
	if person == 0 {
		if person, err = s.insertPerson(t, p.Documents); err != nil {
			return 0, err
		}
	} else if err := s.addDocuments(t, person, p.Documents); err != nil {
		return 0, err
	}
	profile, err := s.sealProfile(person, p)
	if err != nil {
		return 0, err
	}
	t.touch(person)
	_, err = t.exec("UPDATE person SET profile = ?, identity = ?, registered = ? WHERE person = ?",
		profile, identityCode(p.Identity), stamp(at), person)
	if err != nil {
		return 0, err
	}
	return person, s.keyPhone(t, person, p.Phone)
}

// feedPerson returns the person whom a feed has made for one of the documents, or 0.
func (s *Store) feedPerson(t *tx, documents []healthcode.PersonDocument) (int64, error) {
	var known int64
	for _, d := range documents {
		hash, err := s.documentHash(d.Document)
		if err != nil {
			return 0, err
		}
		owner, err := s.owner(t.conn, d.Document, hash)
		if err != nil {
			return 0, err
		}
		if owner == 0 || owner == known {
			continue
		}
		var registered int64
		if err := t.row([]any{&registered}, "SELECT registered FROM person WHERE person = ?", owner); err != nil {
			return 0, err
		}
		if registered != 0 || known != 0 {
			return 0, documentTaken()
		}
		known = owner
	}
	return known, nil
}

func documentTaken() error {
	return healthcode.Errorf(healthcode.CodeConflict, "document", "该证件已被登记", "the document belongs to another person")
}

// insertPerson makes a person who has documents and nothing else.
func (s *Store) insertPerson(t *tx, documents []healthcode.PersonDocument) (int64, error) {
	var person int64
	if err := t.row([]any{&person}, "SELECT coalesce(max(person), 0) + 1 FROM person"); err != nil {
		return 0, err
	}
	sealed, err := s.sealDocuments(person, documents)
	if err != nil {
		return 0, err
	}
	if _, err := t.exec("INSERT INTO person VALUES (?, ?, NULL, 0, 0)", person, sealed); err != nil {
		return 0, err
	}
	t.persons++
	for _, d := range documents {
		hash, err := s.documentHash(d.Document)
		if err != nil {
			return 0, err
		}
		if err := t.indexDocument(hash, person); err != nil {
			return 0, err
		}
	}
	return person, nil
}

// addDocuments links the documents that the person doesn't have yet, and
// brings those that the person has up to date; the last one becomes current.
func (s *Store) addDocuments(t *tx, person int64, documents []healthcode.PersonDocument) error {
	t.touch(person)
	have, err := s.documentsOf(t.conn, person)
	if err != nil {
		return err
	}
	for _, d := range documents {
		have = slices.DeleteFunc(have, func(old healthcode.PersonDocument) bool { return old.Document == d.Document })
		have = append(have, d)
		hash, err := s.documentHash(d.Document)
		if err != nil {
			return err
		}
		if err := t.indexDocument(hash, person); err != nil {
			return err
		}
	}
	sealed, err := s.sealDocuments(person, have)
	if err != nil {
		return err
	}
	_, err = t.exec("UPDATE person SET documents = ? WHERE person = ?", sealed, person)
	return err
}

// EnsurePersons looks with a reader first, since most persons of a feed are known.
func (s *Store) EnsurePersons(ctx context.Context, documents []healthcode.Document) ([]healthcode.PersonID, error) {
	hashes := make([]uint64, len(documents))
	for i, d := range documents {
		if d.Type == "" || d.Number == "" {
			return nil, invalid("document", "证件类型和号码都要填写", "type and number are both needed")
		}
		var err error
		if hashes[i], err = s.documentHash(d); err != nil {
			return nil, err
		}
	}
	persons := make([]int64, len(documents))
	var missing []int
	err := s.read(ctx, "looking for persons", func(c *conn) (err error) {
		for i, d := range documents {
			if persons[i], err = s.owner(c, d, hashes[i]); err != nil {
				return err
			}
			if persons[i] == 0 {
				missing = append(missing, i)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for chunk := range slices.Chunk(missing, maxGroupRows) {
		err := s.writeRows(ctx, "making persons", len(chunk), func(t *tx) (err error) {
			for _, i := range chunk {
				if persons[i], err = s.ensurePerson(t, documents[i], hashes[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	ids := make([]healthcode.PersonID, len(persons))
	for i, person := range persons {
		ids[i] = s.ids.id(person)
	}
	return ids, nil
}

func (s *Store) ensurePerson(t *tx, d healthcode.Document, hash uint64) (int64, error) {
	person, err := s.owner(t.conn, d, hash)
	if err != nil || person != 0 {
		return person, err
	}
	return s.insertPerson(t, []healthcode.PersonDocument{{Document: d}})
}

// FindPerson looks the document's keyed hash up.
func (s *Store) FindPerson(ctx context.Context, d healthcode.Document) (healthcode.PersonID, error) {
	hash, err := s.documentHash(d)
	if err != nil {
		return healthcode.PersonID{}, err
	}
	var person int64
	err = s.read(ctx, "finding a person", func(c *conn) error {
		if person, err = s.owner(c, d, hash); err == nil && person == 0 {
			err = noPerson()
		}
		return err
	})
	if err != nil {
		return healthcode.PersonID{}, err
	}
	return s.ids.id(person), nil
}

// Person reads one row. Times come back in UTC, Birth as midnight UTC of the date.
func (s *Store) Person(ctx context.Context, id healthcode.PersonID) (p healthcode.Person, err error) {
	person, err := s.ids.must(id)
	if err != nil {
		return p, err
	}
	err = s.read(ctx, "reading a person", func(c *conn) error {
		var documents, profile []byte
		var identity int
		var registered int64
		err := c.row([]any{&documents, &profile, &identity, &registered},
			"SELECT documents, profile, identity, registered FROM person WHERE person = ?", person)
		if err != nil {
			return found(err, "person", "查无此人", "there is no such person")
		}
		if p, err = s.openProfile(person, profile); err != nil {
			return err
		}
		p.ID, p.Identity, p.Registered = id, identityStates[identity], unstamp(registered)
		p.Documents, err = s.openDocuments(person, documents)
		return err
	})
	return p, err
}

// UpdatePerson leaves documents and registrations as they are.
func (s *Store) UpdatePerson(ctx context.Context, p healthcode.Person, by string, at time.Time) error {
	person, err := s.ids.must(p.ID)
	if err != nil {
		return err
	}
	return s.write(ctx, "updating a person", func(t *tx) error {
		if err := t.keepPast(person, by, at); err != nil {
			return err
		}
		profile, err := s.sealProfile(person, p)
		if err != nil {
			return err
		}
		_, err = t.exec("UPDATE person SET profile = ?, identity = ? WHERE person = ?",
			profile, identityCode(p.Identity), person)
		return err
	})
}

// keepPast copies what is about to change into the history. CodeNotFound.
func (t *tx) keepPast(person int64, by string, at time.Time) error {
	t.touch(person)
	n, err := t.change(`INSERT INTO person_past
		SELECT person, (SELECT coalesce(max(n), -1) + 1 FROM person_past WHERE person = ?1), profile, identity, ?2, ?3
		FROM person WHERE person = ?1`, person, by, stamp(at))
	if err == nil && n == 0 {
		return noPerson()
	}
	return err
}

// AddDocument makes d the current document.
func (s *Store) AddDocument(ctx context.Context, id healthcode.PersonID, d healthcode.PersonDocument) error {
	person, err := s.ids.must(id)
	if err != nil {
		return err
	}
	hash, err := s.documentHash(d.Document)
	if err != nil {
		return err
	}
	return s.write(ctx, "linking a document", func(t *tx) error {
		owner, err := s.owner(t.conn, d.Document, hash)
		if err != nil {
			return err
		}
		if owner != 0 && owner != person {
			return documentTaken()
		}
		return s.addDocuments(t, person, []healthcode.PersonDocument{d})
	})
}
