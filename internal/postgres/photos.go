package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// photoWaiting is the state of a photo that nobody has reviewed.
const photoWaiting = "waiting"

// PutPhoto stores a photo that waits. CodeConflict: the id is taken.
func (s *Store) PutPhoto(ctx context.Context, p healthcode.Photo) error {
	sealed, err := s.sealer.Seal(p.Data, []byte("photo:"+p.ID))
	if err != nil {
		return fmt.Errorf("encrypting a photo: %w", err)
	}
	person, end := uuid(p.Person), stamp(p.DeleteAfter)
	defer s.changed(person)
	return s.write(ctx, "storing a photo", func(tx pgx.Tx) error {
		if err := mustExist(ctx, tx, person); err != nil {
			return err
		}
		_, fresh, err := claimOwner(ctx, tx, "photo:"+p.ID, person)
		if err != nil {
			return err
		}
		if !fresh {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "照片已存在", "there is a photo of that id already")
		}
		var batch pgx.Batch
		batch.Queue(`INSERT INTO photo (person_id, id, jurisdiction, type, uploaded, delete_after, state, reviewed_by, reviewed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0)`, person, p.ID, p.Jurisdiction, p.Type, stamp(p.Uploaded), end, photoWaiting)
		batch.Queue("INSERT INTO photo_data (person_id, id, delete_after, data) VALUES ($1, $2, $3, $4)", person, p.ID, end, sealed)
		return tx.SendBatch(ctx, &batch).Close()
	})
}

const photoColumns = `SELECT person_id, id, jurisdiction, type, uploaded, delete_after, state, reviewed_by, reviewed FROM photo `

func scanPhoto(scan scanner) (p healthcode.Photo, err error) {
	var uploaded, deleteAfter, reviewed int64
	err = scan((*uuid)(&p.Person), &p.ID, &p.Jurisdiction, &p.Type, &uploaded, &deleteAfter, &p.State, &p.ReviewedBy, &reviewed)
	p.Uploaded, p.DeleteAfter, p.Reviewed = unstamp(uploaded), unstamp(deleteAfter), unstamp(reviewed)
	return p, err
}

func scanOwner(scan scanner) (person uuid, err error) {
	err = scan(&person)
	return person, err
}

// Photo returns Data nil once it has been deleted.
func (s *Store) Photo(ctx context.Context, id string) (healthcode.Photo, error) {
	const doing = "reading a photo"
	person, err := one(ctx, s, doing, scanOwner, selectOwnerKey, "photo:"+id)
	if err != nil {
		return healthcode.Photo{}, err
	}
	p, err := one(ctx, s, doing, scanPhoto, photoColumns+"WHERE person_id = $1 AND id = $2", person, id)
	if err != nil {
		return p, err
	}
	sealed, err := many(ctx, s, doing, scanBytes, "SELECT data FROM photo_data WHERE person_id = $1 AND id = $2", person, id)
	if err != nil || len(sealed) == 0 {
		return p, err
	}
	if p.Data, err = s.sealer.Open(sealed[0], []byte("photo:"+id)); err != nil {
		return p, fmt.Errorf("decrypting photo %s: %w", id, err)
	}
	return p, nil
}

const selectPhotos = photoColumns + `WHERE person_id = $1 ORDER BY uploaded, id`

// PhotosOf reads a range of the primary key.
func (s *Store) PhotosOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Photo, error) {
	return many(ctx, s, "listing photos", scanPhoto, selectPhotos, uuid(id))
}

// PhotosWaiting reads a range of an index, on every shard.
func (s *Store) PhotosWaiting(ctx context.Context, jurisdiction string, limit int) ([]healthcode.Photo, error) {
	return many(ctx, s, "listing photos", scanPhoto,
		photoColumns+"WHERE jurisdiction = $1 AND state = 'waiting' ORDER BY uploaded, id LIMIT $2", jurisdiction, limit)
}

// ReviewPhoto changes photo and person, who lie side by side, in one transaction.
func (s *Store) ReviewPhoto(ctx context.Context, id, state string, identity healthcode.IdentityState, by string, at time.Time) error {
	var person uuid
	defer func() { s.changed(person) }()
	return s.write(ctx, "reviewing a photo", func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, selectOwnerKey, "photo:"+id).Scan(&person)
		if errors.Is(err, pgx.ErrNoRows) {
			return notFound("id", "没有这张照片", "there is no such photo")
		}
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, "UPDATE photo SET state = $3, reviewed_by = $4, reviewed = $5 WHERE person_id = $1 AND id = $2 AND state = $6",
			person, id, state, by, stamp(at), photoWaiting)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "该照片已审核", "the photo has been reviewed already")
		}
		if err := keepPast(ctx, tx, person, by, at); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE person SET identity = $2 WHERE person_id = $1", person, identityCode(identity))
		return err
	})
}

// PurgePhotos keeps what was decided, and deletes the picture.
func (s *Store) PurgePhotos(ctx context.Context, now time.Time) (int, error) {
	return s.exec(ctx, "deleting photos", "DELETE FROM photo_data WHERE delete_after > 0 AND delete_after <= $1", stamp(now))
}
