package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"healthcode"
)

// photoWaiting is the state of a photo that nobody has reviewed.
const photoWaiting = "waiting"

// PutPhoto stores a photo that waits. CodeConflict: the id is taken.
func (s *Store) PutPhoto(ctx context.Context, p healthcode.Photo) error {
	person, err := s.ids.must(p.Person)
	if err != nil {
		return err
	}
	sealed, err := s.sealer.Seal(p.Data, []byte("photo:"+p.ID))
	if err != nil {
		return fmt.Errorf("encrypting a photo: %w", err)
	}
	return s.write(ctx, "storing a photo", func(t *tx) error {
		t.touch(person)
		_, err := t.exec("INSERT INTO photo VALUES (?, ?, ?, ?, ?, ?, ?, '', 0)",
			person, p.ID, p.Jurisdiction, p.Type, stamp(p.Uploaded), stamp(p.DeleteAfter), photoWaiting)
		if taken(err) {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "照片已存在", "there is a photo of that id already")
		}
		if err != nil {
			return noSuchPerson(err)
		}
		_, err = t.exec("INSERT INTO photo_data VALUES (?, ?, ?)", p.ID, stamp(p.DeleteAfter), sealed)
		return err
	})
}

const photoColumns = `SELECT person, id, jurisdiction, type, uploaded, delete_after, state, reviewed_by, reviewed FROM photo `

func (s *Store) scanPhoto(scan scanner) (p healthcode.Photo, err error) {
	var person, uploaded, deleteAfter, reviewed int64
	err = scan(&person, &p.ID, &p.Jurisdiction, &p.Type, &uploaded, &deleteAfter, &p.State, &p.ReviewedBy, &reviewed)
	p.Person = s.ids.id(person)
	p.Uploaded, p.DeleteAfter, p.Reviewed = unstamp(uploaded), unstamp(deleteAfter), unstamp(reviewed)
	return p, err
}

// Photo returns Data nil once it has been deleted.
func (s *Store) Photo(ctx context.Context, id string) (healthcode.Photo, error) {
	p, err := one(ctx, s, "reading a photo", s.scanPhoto, photoColumns+"WHERE id = ?", id)
	if err != nil {
		return p, err
	}
	err = s.read(ctx, "reading a photo", func(c *conn) error {
		var sealed []byte
		err := c.row([]any{&sealed}, "SELECT data FROM photo_data WHERE id = ?", id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			p.Data, err = s.sealer.Open(sealed, []byte("photo:"+id))
		}
		return err
	})
	return p, err
}

// PhotosOf reads a range of the primary key.
func (s *Store) PhotosOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Photo, error) {
	return many(ctx, s, "listing photos", s.scanPhoto, photoColumns+"WHERE person = ? ORDER BY uploaded, id", s.ids.orNone(id))
}

// PhotosWaiting reads a range of an index.
func (s *Store) PhotosWaiting(ctx context.Context, jurisdiction string, limit int) ([]healthcode.Photo, error) {
	return many(ctx, s, "listing photos", s.scanPhoto,
		photoColumns+"WHERE jurisdiction = ? AND state = ? ORDER BY uploaded, id LIMIT ?", jurisdiction, photoWaiting, limit)
}

// ReviewPhoto changes photo and person in one transaction.
func (s *Store) ReviewPhoto(ctx context.Context, id, state string, identity healthcode.IdentityState, by string, at time.Time) error {
	return s.write(ctx, "reviewing a photo", func(t *tx) error {
		var person int64
		var before string
		err := t.row([]any{&person, &before}, "SELECT person, state FROM photo WHERE id = ?", id)
		if err != nil {
			return found(err, "id", "没有这张照片", "there is no such photo")
		}
		if before != photoWaiting {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "该照片已审核", "the photo has been reviewed already")
		}
		_, err = t.exec("UPDATE photo SET state = ?, reviewed_by = ?, reviewed = ? WHERE id = ?", state, by, stamp(at), id)
		if err != nil {
			return err
		}
		if err := t.keepPast(person, by, at); err != nil {
			return err
		}
		_, err = t.exec("UPDATE person SET identity = ? WHERE person = ?", identityCode(identity), person)
		return err
	})
}

// PurgePhotos keeps what was decided, and deletes the picture.
func (s *Store) PurgePhotos(ctx context.Context, now time.Time) (int, error) {
	return s.purge(ctx, "deleting photos", func(t *tx) (int, error) {
		return t.change(`DELETE FROM photo_data WHERE id IN
			(SELECT id FROM photo_data WHERE delete_after > 0 AND delete_after <= ? LIMIT ?)`, stamp(now), purgeRows)
	})
}
