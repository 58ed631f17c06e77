package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

func compareUUID(a, b uuid) int { return bytes.Compare(a[:], b[:]) }

func sortedKeys[V any](m map[uuid]V) []uuid { return slices.SortedFunc(maps.Keys(m), compareUUID) }

// documentHashes returns those of a person's documents, in order and each once.
func (s *Store) documentHashes(documents []healthcode.PersonDocument) ([]uuid, error) {
	hashes := map[uuid]bool{}
	for _, d := range documents {
		hash, err := s.documentHash(d.Document)
		if err != nil {
			return nil, err
		}
		hashes[hash] = true
	}
	return sortedKeys(hashes), nil
}

const selectOwner = "SELECT person_id FROM document_key WHERE key = $1"

// ownerOf returns the person of a document, the zero id where there is none.
func ownerOf(ctx context.Context, tx pgx.Tx, hash uuid) (person uuid, err error) {
	err = tx.QueryRow(ctx, selectOwner, hash).Scan(&person)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return person, err
}

// takeDocuments makes documents findable as the person's. If somebody else was faster, all is to be tried again.
func takeDocuments(ctx context.Context, tx pgx.Tx, hashes []uuid, person uuid) error {
	for _, hash := range hashes {
		tag, err := tx.Exec(ctx, "INSERT INTO document_key (key, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", hash, person)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 1 {
			continue
		}
		owner, err := ownerOf(ctx, tx, hash)
		if err != nil {
			return err
		}
		if owner != person {
			return fmt.Errorf("%w: a document has just been taken", errAgain)
		}
	}
	return nil
}

// owners returns the person of each document that has one.
func (s *Store) owners(ctx context.Context, hashes []uuid) (map[uuid]uuid, error) {
	const doing = "looking for persons"
	owners := make(map[uuid]uuid, len(hashes))
	add := func(scan scanner) error {
		var hash, person uuid
		err := scan(&hash, &person)
		owners[hash] = person
		return err
	}
	if len(hashes) == 1 {
		err := s.get(ctx, doing, "SELECT key, person_id FROM document_key WHERE key = $1", []any{hashes[0]}, add)
		if err != nil {
			return nil, err
		}
		return owners, nil
	}
	err := s.list(ctx, doing, "SELECT key, person_id FROM document_key WHERE key = ANY($1)", []any{hashes}, add)
	return owners, err
}

// FindPerson looks the document's keyed hash up.
func (s *Store) FindPerson(ctx context.Context, d healthcode.Document) (healthcode.PersonID, error) {
	hash, err := s.documentHash(d)
	if err != nil {
		return healthcode.PersonID{}, err
	}
	person, err := one(ctx, s, "finding a person", func(scan scanner) (person uuid, err error) {
		err = scan(&person)
		return person, err
	}, selectOwner, hash)
	if healthcode.CodeOf(err) == healthcode.CodeNotFound {
		err = noPerson()
	}
	return healthcode.PersonID(person), err
}

// AddDocument makes d the current document.
func (s *Store) AddDocument(ctx context.Context, id healthcode.PersonID, d healthcode.PersonDocument) error {
	hash, err := s.documentHash(d.Document)
	if err != nil {
		return err
	}
	person := uuid(id)
	defer s.changed(person)
	return s.write(ctx, "linking a document", func(tx pgx.Tx) error {
		owner, err := ownerOf(ctx, tx, hash)
		if err != nil {
			return err
		}
		if owner != (uuid{}) && owner != person {
			return documentTaken()
		}
		var sealed []byte
		err = tx.QueryRow(ctx, "SELECT documents FROM person WHERE person_id = $1 FOR UPDATE", person).Scan(&sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return noPerson()
		}
		if err != nil {
			return err
		}
		if err := takeDocuments(ctx, tx, []uuid{hash}, person); err != nil {
			return err
		}
		have, err := s.openDocuments(person, sealed)
		if err != nil {
			return err
		}
		if sealed, err = s.sealDocuments(person, merge(have, []healthcode.PersonDocument{d})); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE person SET documents = $2 WHERE person_id = $1", person, sealed)
		return err
	})
}
