package sqlite

import (
	"context"
	"encoding/json"
	"time"

	"healthcode"
)

const sampleColumns = "SELECT person, lab, analyte, source, id, result, taken, number, also, uploaded, provisional FROM sample "

func (s *Store) scanSample(scan scanner) (v healthcode.Sample, err error) {
	var person, taken, uploaded, provisional int64
	var also string
	if err := scan(&person, &v.Lab, &v.Analyte, &v.Ref.Source, &v.Ref.ID, &v.Result, &taken, &v.Number, &also, &uploaded, &provisional); err != nil {
		return v, err
	}
	v.Person, v.Taken, v.Uploaded, v.Provisional = s.ids.id(person), unstamp(taken), unstamp(uploaded), unstamp(provisional)
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

// ClaimSamples is one write.
func (s *Store) ClaimSamples(ctx context.Context, samples []healthcode.Sample) ([]healthcode.SampleClaim, error) {
	persons := make([]int64, len(samples))
	for i, sample := range samples {
		var err error
		if persons[i], err = s.ids.must(sample.Person); err != nil {
			return nil, err
		}
	}
	claims := make([]healthcode.SampleClaim, len(samples))
	err := s.writeRows(ctx, "claiming samples", len(samples), func(t *tx) error {
		for i, sample := range samples {
			var known []healthcode.Sample
			err := t.each(sampleColumns+"WHERE person = ? AND lab = ? AND analyte = ? AND expired = 0 ORDER BY taken, source, id",
				[]any{persons[i], sample.Lab, sample.Analyte}, func(scan scanner) error {
					k, err := s.scanSample(scan)
					known = append(known, k)
					return err
				})
			if err != nil {
				return err
			}
			claim, write := sample.Claim(known)
			claims[i] = claim
			if write == nil {
				continue
			}
			also, err := alsoText(write.Also)
			if err != nil {
				return err
			}
			_, err = t.exec("INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)", persons[i], write.Lab, write.Analyte,
				write.Ref.Source, write.Ref.ID, write.Result, stamp(write.Taken), write.Number, also, stamp(write.Uploaded), stamp(write.Provisional))
			if err != nil {
				return noSuchPerson(err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claims, nil
}

// SamplesOf reads a range of the primary key.
func (s *Store) SamplesOf(ctx context.Context, person healthcode.PersonID) ([]healthcode.Sample, error) {
	return many(ctx, s, "listing samples", s.scanSample, sampleColumns+"WHERE person = ? AND expired = 0 ORDER BY taken, source, id", s.ids.orNone(person))
}

// ExpireSamples reads and marks a range of an index.
func (s *Store) ExpireSamples(ctx context.Context, now time.Time, limit int) (list []healthcode.Sample, err error) {
	err = s.writeRows(ctx, "expiring samples", limit, func(t *tx) error {
		return t.each(`UPDATE sample SET expired = 1 WHERE (person, lab, analyte, source, id) IN (SELECT person, lab, analyte, source, id FROM sample
			WHERE provisional > 0 AND provisional <= ? ORDER BY provisional LIMIT ?)
			RETURNING person, lab, analyte, source, id, result, taken, number, also, uploaded, provisional`, []any{stamp(now), limit}, func(scan scanner) error {
			v, err := s.scanSample(scan)
			list = append(list, v)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// DropSample deletes one row.
func (s *Store) DropSample(ctx context.Context, v healthcode.Sample) error {
	return s.write(ctx, "dropping a sample", func(t *tx) error {
		_, err := t.exec("DELETE FROM sample WHERE person = ? AND source = ? AND id = ?", s.ids.orNone(v.Person), v.Ref.Source, v.Ref.ID)
		return err
	})
}

// LabUploads reads a range of an index.
func (s *Store) LabUploads(ctx context.Context, lab string, since time.Time, limit int) ([]healthcode.LabUpload, error) {
	return many(ctx, s, "listing uploads", func(scan scanner) (u healthcode.LabUpload, err error) {
		var taken, uploaded int64
		err = scan(&taken, &uploaded)
		u.Taken, u.Uploaded = unstamp(taken), unstamp(uploaded)
		return u, err
	}, "SELECT taken, uploaded FROM sample WHERE lab = ? AND uploaded > 0 AND uploaded >= ? ORDER BY uploaded DESC LIMIT ?", lab, stamp(since), limit)
}

// PurgeSamples works in several writes.
func (s *Store) PurgeSamples(ctx context.Context, before time.Time) (int, error) {
	return s.purge(ctx, "deleting samples", func(t *tx) (int, error) {
		return t.change(`DELETE FROM sample WHERE (person, lab, analyte, source, id) IN
			(SELECT person, lab, analyte, source, id FROM sample WHERE taken < ? LIMIT ?)`, stamp(before), purgeRows)
	})
}
