// Package translog is the transparency log of manual changes: an append-only Merkle tree of one entry for
// each change, whose checkpoints two keys sign. Anybody can copy it, recompute it and see that nothing was taken out or altered;
// with the database beside it, an auditor sees whether every change there is the one that was logged.
//
// Nothing waits for the log: a change is durable in the database first, and a [Worker] appends its entry.
package translog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"healthcode"
)

// Entry is what the log says of one change: enough to count, and nothing of the person.
type Entry struct {
	Format       int             `json:"v"`
	Month        string          `json:"month"` // in which it was applied, in the jurisdiction's zone
	Jurisdiction string          `json:"jurisdiction"`
	Office       string          `json:"office"`
	Kind         healthcode.Kind `json:"kind"`
	Ground       string          `json:"ground"`
	Hash         []byte          `json:"hash"` // [healthcode.Change.Entry]
}

const entryFormat = 1

// Zone tells the time zone of a jurisdiction.
type Zone func(jurisdiction string) *time.Location

// EntryOf returns the entry of an applied change.
func EntryOf(c *healthcode.Change, zone Zone) (Entry, error) {
	hash, err := c.Entry()
	if err != nil {
		return Entry{}, fmt.Errorf("hashing change %s: %w", c.ID, err)
	}
	return Entry{Format: entryFormat, Month: c.Decided.In(zone(c.Jurisdiction)).Format("2006-01"), Jurisdiction: c.Jurisdiction,
		Office: c.Office, Kind: c.Fact.Kind, Ground: c.Ground, Hash: hash}, nil
}

func (e Entry) marshal() ([]byte, error) { return json.Marshal(e) }

func parseEntry(data []byte) (e Entry, err error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err = dec.Decode(&e); err == nil && e.Format != entryFormat {
		err = fmt.Errorf("format %d is not known to this version", e.Format)
	}
	return e, err
}

func (e Entry) equal(o Entry) bool {
	hash, other := e.Hash, o.Hash
	return e.Format == o.Format && e.Month == o.Month && e.Jurisdiction == o.Jurisdiction && e.Office == o.Office &&
		e.Kind == o.Kind && e.Ground == o.Ground && bytes.Equal(hash, other)
}
