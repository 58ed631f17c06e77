package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// A gateway's name leads to its message. A receipt that comes before any message has the name
// waits in the name's row, which whoever gives the name to a message locks as well: so a receipt either finds
// the message or is found by it. Who holds a message's row may wait for a name's, and never the other way round.

// receipt is one that waits.
type receipt struct {
	At     int64                   `json:"at"`
	State  healthcode.MessageState `json:"state"`
	Reason string                  `json:"reason"`
}

// refsOf lists the gateway's names of a message's parts.
func refsOf(m *healthcode.Message) (refs []string) {
	for _, p := range m.Parts {
		for _, ref := range p.Refs {
			refs = append(refs, ref.Ref)
		}
	}
	return refs
}

const (
	giveRef = `INSERT INTO message_ref (ref, message, at) VALUES ($1, $2, $3)
		ON CONFLICT (ref) DO UPDATE SET message = excluded.message RETURNING receipts`
	forgetReceipts = "UPDATE message_ref SET receipts = NULL WHERE ref = $1"
	selectRef      = "SELECT message FROM message_ref WHERE ref = $1"
	keepReceipt    = `INSERT INTO message_ref (ref, receipts, at) VALUES ($1, $2, $3) ON CONFLICT (ref) DO UPDATE SET at = excluded.at,
		receipts = CASE WHEN message_ref.receipts @> excluded.receipts THEN message_ref.receipts
			ELSE coalesce(message_ref.receipts, '[]') || excluded.receipts END
		WHERE message_ref.message IS NULL`
)

// putRefs makes m findable by the names that it has got since, and applies the receipts that waited for them.
func putRefs(ctx context.Context, tx pgx.Tx, m *healthcode.Message, before []string) error {
	type given struct {
		ref       string
		submitted time.Time
	}
	var fresh []given
	for _, p := range m.Parts {
		for _, ref := range p.Refs {
			if !slices.Contains(before, ref.Ref) {
				fresh = append(fresh, given{ref.Ref, p.Submitted})
			}
		}
	}
	// In order, so that two messages with the same names don't wait for each other.
	slices.SortFunc(fresh, func(a, b given) int { return cmp.Compare(a.ref, b.ref) })
	for _, g := range fresh {
		var waiting []receipt
		if err := tx.QueryRow(ctx, giveRef, g.ref, m.ID, stamp(m.At)).Scan(&waiting); err != nil {
			return err
		}
		if len(waiting) == 0 {
			continue
		}
		for _, r := range waiting {
			if at := unstamp(r.At); !at.Before(g.submitted) {
				m.Receive(healthcode.MessageReceipt{Ref: g.ref, State: r.State, Reason: r.Reason, At: at})
			}
		}
		if _, err := tx.Exec(ctx, forgetReceipts, g.ref); err != nil {
			return err
		}
	}
	return nil
}

// PutReceipt finds the message by the gateway's name of it.
func (s *Store) PutReceipt(ctx context.Context, r healthcode.MessageReceipt) error {
	return s.write(ctx, "storing a receipt", func(tx pgx.Tx) error {
		var message *string
		err := tx.QueryRow(ctx, selectRef, r.Ref).Scan(&message)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if message != nil {
			err := changeMessage(ctx, tx, *message, func(m *healthcode.Message) error { m.Receive(r); return nil })
			if healthcode.CodeOf(err) == healthcode.CodeNotFound {
				return nil // it has just been purged
			}
			return err
		}
		waiting, err := json.Marshal([]receipt{{stamp(r.At), r.State, r.Reason}})
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, keepReceipt, r.Ref, string(waiting), stamp(r.At))
		if err == nil && tag.RowsAffected() == 0 {
			err = errAgain // a message has just been given the name
		}
		return err
	})
}
