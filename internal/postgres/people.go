package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

func newPersonID() (id uuid) {
	rand.Read(id[:])
	return id
}

// CreatePerson ignores p.ID and p.Registered: the id is given here, and the time is the registration's.
func (s *Store) CreatePerson(ctx context.Context, p healthcode.Person, r healthcode.Registration) (healthcode.PersonID, error) {
	const doing = "registering a person"
	if len(p.Documents) == 0 {
		return healthcode.PersonID{}, fmt.Errorf("%s: %w", doing, invalid("documents", "至少需要一个证件", "a person needs at least one document"))
	}
	hashes, err := s.documentHashes(p.Documents)
	if err != nil {
		return healthcode.PersonID{}, err
	}
	var person uuid
	defer func() { s.changed(person) }()
	err = s.write(ctx, doing, func(tx pgx.Tx) error {
		var have []healthcode.PersonDocument
		if person, have, err = s.feedPerson(ctx, tx, hashes); err != nil {
			return err
		}
		known := person != (uuid{})
		if !known {
			person = newPersonID()
		}
		if err := takeDocuments(ctx, tx, hashes, person); err != nil {
			return err
		}
		documents, err := s.sealDocuments(person, merge(have, p.Documents))
		if err != nil {
			return err
		}
		profile, err := s.sealProfile(person, p)
		if err != nil {
			return err
		}
		query := `INSERT INTO person (person_id, documents, profile, identity, registered) VALUES ($1, $2, $3, $4, $5)`
		if known {
			query = `UPDATE person SET documents = $2, profile = $3, identity = $4, registered = $5 WHERE person_id = $1`
		}
		if _, err = tx.Exec(ctx, query, person, documents, profile, identityCode(p.Identity), stamp(r.At)); err != nil {
			return err
		}
		r.Person = healthcode.PersonID(person)
		if _, err = tx.Exec(ctx, insertRegistration, registrationArgs(r)...); err != nil {
			return err
		}
		return s.keyPhone(ctx, tx, person, p.Phone)
	})
	if err != nil {
		return healthcode.PersonID{}, err
	}
	return healthcode.PersonID(person), nil
}

// feedPerson returns the person whom a feed has made for one of the documents, with the
// person's documents; the zero id where there is none. It keeps others from registering that person.
func (s *Store) feedPerson(ctx context.Context, tx pgx.Tx, hashes []uuid) (known uuid, have []healthcode.PersonDocument, err error) {
	for _, hash := range hashes {
		owner, err := ownerOf(ctx, tx, hash)
		if err != nil {
			return known, nil, err
		}
		if owner == (uuid{}) || owner == known {
			continue
		}
		if known != (uuid{}) {
			return known, nil, documentTaken()
		}
		known = owner
	}
	if known == (uuid{}) {
		return known, nil, nil
	}
	var sealed []byte
	var registered int64
	err = tx.QueryRow(ctx, "SELECT documents, registered FROM person WHERE person_id = $1 FOR UPDATE", known).Scan(&sealed, &registered)
	if err != nil {
		return known, nil, err
	}
	if registered != 0 {
		return known, nil, documentTaken()
	}
	have, err = s.openDocuments(known, sealed)
	return known, have, err
}

func documentTaken() error {
	return healthcode.Errorf(healthcode.CodeConflict, "document", "该证件已被登记", "the document belongs to another person")
}

// merge links documents to those that a person has; one that is there already is brought
// up to date, and the last one becomes current.
func merge(have, more []healthcode.PersonDocument) []healthcode.PersonDocument {
	for _, d := range more {
		have = slices.DeleteFunc(have, func(old healthcode.PersonDocument) bool { return old.Document == d.Document })
		have = append(have, d)
	}
	return have
}

// EnsurePersons looks first, since most persons of a feed are known.
func (s *Store) EnsurePersons(ctx context.Context, documents []healthcode.Document) ([]healthcode.PersonID, error) {
	hashes := make([]uuid, len(documents))
	for i, d := range documents {
		if d.Type == "" || d.Number == "" {
			return nil, fmt.Errorf("document %d: %w", i, invalid("document", "证件类型和号码都要填写", "type and number are both needed"))
		}
		var err error
		if hashes[i], err = s.documentHash(d); err != nil {
			return nil, err
		}
	}
	owners, err := s.owners(ctx, hashes)
	if err != nil {
		return nil, err
	}
	missing := map[uuid]healthcode.Document{}
	for i, hash := range hashes {
		if _, ok := owners[hash]; !ok {
			missing[hash] = documents[i]
		}
	}
	if len(missing) > 0 {
		if err := s.makePersons(ctx, missing, owners); err != nil {
			return nil, err
		}
	}
	ids := make([]healthcode.PersonID, len(documents))
	for i, hash := range hashes {
		ids[i] = healthcode.PersonID(owners[hash])
	}
	return ids, nil
}

// makePersons makes a person for each document, unless somebody has just done so, and adds them to owners.
func (s *Store) makePersons(ctx context.Context, documents map[uuid]healthcode.Document, owners map[uuid]uuid) error {
	// In order, so that two callers can't wait for each other.
	hashes := sortedKeys(documents)
	persons := make([]uuid, len(hashes))
	sealed := make(map[uuid][]byte, len(hashes))
	for i, hash := range hashes {
		persons[i] = newPersonID()
		var err error
		if sealed[hash], err = s.sealDocuments(persons[i], []healthcode.PersonDocument{{Document: documents[hash]}}); err != nil {
			return err
		}
	}
	var lost []uuid
	err := s.write(ctx, "making persons", func(tx pgx.Tx) error {
		made, err := takeKeys(ctx, tx, "document_key", hashes, persons)
		if err != nil {
			return err
		}
		lost = lost[:0]
		var rows [][]any
		for i, hash := range hashes {
			if made[hash] {
				owners[hash] = persons[i]
				rows = append(rows, []any{persons[i], sealed[hash], int16(0), int64(0)})
			} else {
				lost = append(lost, hash)
			}
		}
		slices.SortFunc(rows, func(a, b []any) int { return compareUUID(a[0].(uuid), b[0].(uuid)) })
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"person"}, []string{"person_id", "documents", "identity", "registered"}, pgx.CopyFromRows(rows))
		return err
	})
	if err != nil || len(lost) == 0 {
		return err
	}
	found, err := s.owners(ctx, lost)
	if err == nil && len(found) < len(lost) {
		err = errors.New("making persons: a document's key was there, and is gone; check the database")
	}
	for hash, person := range found {
		owners[hash] = person
	}
	return err
}

// Person reads one row. Times come back in UTC, Birth as midnight UTC of the date.
func (s *Store) Person(ctx context.Context, id healthcode.PersonID) (p healthcode.Person, err error) {
	const doing = "reading a person"
	row, err := one(ctx, s, doing, func(scan scanner) (row struct {
		documents, profile []byte
		identity           int16
		registered         int64
	}, err error) {
		err = scan(&row.documents, &row.profile, &row.identity, &row.registered)
		return row, err
	}, selectWholePerson, uuid(id))
	if healthcode.CodeOf(err) == healthcode.CodeNotFound {
		return p, noPerson()
	}
	if err != nil {
		return p, err
	}
	if p, err = s.openProfile(uuid(id), row.profile); err != nil {
		return p, fmt.Errorf("%s: %w", doing, err)
	}
	if p.Documents, err = s.openDocuments(uuid(id), row.documents); err != nil {
		return p, fmt.Errorf("%s: %w", doing, err)
	}
	p.ID, p.Identity, p.Registered = id, identityStates[row.identity], unstamp(row.registered)
	return p, nil
}

const selectWholePerson = "SELECT documents, profile, identity, registered FROM person WHERE person_id = $1"

// UpdatePerson leaves documents and registrations as they are.
func (s *Store) UpdatePerson(ctx context.Context, p healthcode.Person, by string, at time.Time) error {
	profile, err := s.sealProfile(uuid(p.ID), p)
	if err != nil {
		return err
	}
	defer s.changed(uuid(p.ID))
	return s.write(ctx, "updating a person", func(tx pgx.Tx) error {
		if err := keepPast(ctx, tx, uuid(p.ID), by, at); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE person SET profile = $2, identity = $3 WHERE person_id = $1", uuid(p.ID), profile, identityCode(p.Identity))
		return err
	})
}

// keepPast copies what is about to change into the history, and keeps others from changing it. CodeNotFound.
func keepPast(ctx context.Context, tx pgx.Tx, person uuid, by string, at time.Time) error {
	var profile []byte
	var identity int16
	err := tx.QueryRow(ctx, "SELECT profile, identity FROM person WHERE person_id = $1 FOR UPDATE", person).Scan(&profile, &identity)
	if errors.Is(err, pgx.ErrNoRows) {
		return noPerson()
	}
	if err != nil {
		return err
	}
	var n int
	err = tx.QueryRow(ctx, "SELECT coalesce(max(n), -1) + 1 FROM person_past WHERE person_id = $1", person).Scan(&n)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO person_past (person_id, n, profile, identity, changed_by, changed) VALUES ($1, $2, $3, $4, $5, $6)",
		person, n, profile, identity, by, stamp(at))
	return err
}
