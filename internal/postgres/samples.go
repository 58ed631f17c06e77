package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

const sampleColumns = "SELECT person_id, lab, analyte, source, id, result, taken, number, also, uploaded, provisional FROM sample "

func scanSample(scan scanner) (v healthcode.Sample, err error) {
	var person uuid
	var taken, uploaded, provisional int64
	var also string
	if err := scan(&person, &v.Lab, &v.Analyte, &v.Ref.Source, &v.Ref.ID, &v.Result, &taken, &v.Number, &also, &uploaded, &provisional); err != nil {
		return v, err
	}
	v.Person, v.Taken, v.Uploaded, v.Provisional = healthcode.PersonID(person), unstamp(taken), unstamp(uploaded), unstamp(provisional)
	if also != "" {
		err = json.Unmarshal([]byte(also), &v.Also)
	}
	return v, err
}

// alsoText is how the other reports of a sample are stored.
func alsoText(refs []healthcode.FactRef) (string, error) {
	if len(refs) == 0 {
		return "", nil
	}
	data, err := json.Marshal(refs)
	return string(data), err
}

// ClaimSamples locks the persons, in order, so that two reports of one sample don't both come first.
func (s *Store) ClaimSamples(ctx context.Context, samples []healthcode.Sample) ([]healthcode.SampleClaim, error) {
	persons := make([]healthcode.PersonID, len(samples))
	for i, sample := range samples {
		persons[i] = sample.Person
	}
	slices.SortFunc(persons, func(a, b healthcode.PersonID) int { return bytes.Compare(a[:], b[:]) })
	persons = slices.Compact(persons)
	claims := make([]healthcode.SampleClaim, len(samples))
	err := s.write(ctx, "claiming samples", func(tx pgx.Tx) error {
		for _, person := range persons {
			tag, err := tx.Exec(ctx, "SELECT 1 FROM person WHERE person_id = $1 FOR UPDATE", uuid(person))
			if err == nil && tag.RowsAffected() == 0 {
				err = noPerson()
			}
			if err != nil {
				return err
			}
		}
		for i, sample := range samples {
			var err error
			if claims[i], err = claimSample(ctx, tx, sample); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claims, nil
}

func claimSample(ctx context.Context, tx pgx.Tx, sample healthcode.Sample) (healthcode.SampleClaim, error) {
	var known []healthcode.Sample
	err := eachRow(ctx, tx, sampleColumns+"WHERE person_id = $1 AND lab = $2 AND analyte = $3 AND expired = 0 ORDER BY taken, source, id",
		[]any{uuid(sample.Person), sample.Lab, sample.Analyte}, func(scan scanner) error {
			k, err := scanSample(scan)
			known = append(known, k)
			return err
		})
	if err != nil {
		return healthcode.SampleClaim{}, err
	}
	claim, write := sample.Claim(known)
	if write == nil {
		return claim, nil
	}
	also, err := alsoText(write.Also)
	if err != nil {
		return claim, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO sample (person_id, lab, analyte, source, id, result, taken, number, also, uploaded, provisional, expired)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0) ON CONFLICT (person_id, lab, analyte, source, id)
		DO UPDATE SET number = excluded.number, also = excluded.also, uploaded = excluded.uploaded, provisional = excluded.provisional,
			result = excluded.result, taken = excluded.taken, expired = 0`,
		uuid(write.Person), write.Lab, write.Analyte, write.Ref.Source, write.Ref.ID, write.Result, stamp(write.Taken), write.Number, also,
		stamp(write.Uploaded), stamp(write.Provisional))
	return claim, err
}

// SamplesOf reads a range of the primary key.
func (s *Store) SamplesOf(ctx context.Context, person healthcode.PersonID) ([]healthcode.Sample, error) {
	return many(ctx, s, "listing samples", scanSample, sampleColumns+"WHERE person_id = $1 AND expired = 0 ORDER BY taken, source, id", uuid(person))
}

// ExpireSamples marks what is over, and reads what is marked.
func (s *Store) ExpireSamples(ctx context.Context, now time.Time, limit int) ([]healthcode.Sample, error) {
	const doing = "expiring samples"
	if _, err := s.exec(ctx, doing, "UPDATE sample SET expired = 1 WHERE provisional > 0 AND provisional <= $1 AND expired = 0", stamp(now)); err != nil {
		return nil, err
	}
	return many(ctx, s, doing, scanSample, sampleColumns+"WHERE provisional > 0 AND provisional <= $1 AND expired = 1 ORDER BY provisional LIMIT $2", stamp(now), limit)
}

// DropSample deletes one row.
func (s *Store) DropSample(ctx context.Context, v healthcode.Sample) error {
	_, err := s.exec(ctx, "dropping a sample", "DELETE FROM sample WHERE person_id = $1 AND source = $2 AND id = $3", uuid(v.Person), v.Ref.Source, v.Ref.ID)
	return err
}

// LabUploads reads a range of an index.
func (s *Store) LabUploads(ctx context.Context, lab string, since time.Time, limit int) ([]healthcode.LabUpload, error) {
	return many(ctx, s, "listing uploads", func(scan scanner) (u healthcode.LabUpload, err error) {
		var taken, uploaded int64
		err = scan(&taken, &uploaded)
		u.Taken, u.Uploaded = unstamp(taken), unstamp(uploaded)
		return u, err
	}, "SELECT taken, uploaded FROM sample WHERE lab = $1 AND uploaded > 0 AND uploaded >= $2 ORDER BY uploaded DESC LIMIT $3", lab, stamp(since), limit)
}

// PurgeSamples is one statement.
func (s *Store) PurgeSamples(ctx context.Context, before time.Time) (int, error) {
	return s.exec(ctx, "deleting samples", "DELETE FROM sample WHERE taken < $1", stamp(before))
}
