package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// spread says how Citus lays a table out.
type spread struct {
	table string
	// column is by what it is distributed; "" is a reference table, which every node holds.
	column string
	// beside is a table with which it shares its places, or "none".
	beside string
}

// spreads lists every table, and each behind the one that it lies beside.
var spreads = []spread{
	{"setting", "", ""},
	{"county", "", ""},
	{"area_look", "", ""},
	{"area_version", "", ""},
	{"staff", "", ""},
	{"venue", "", ""},
	{"notice_sweep", "", ""},
	{"bulletin", "", ""},
	{"test_site", "", ""},
	{"lab", "", ""},
	{"trust_record", "", ""},
	{"revocation", "", ""},

	{"person", "person_id", "none"},
	{"person_past", "person_id", "person"},
	{"registration", "person_id", "person"},
	{"fact", "person_id", "person"},
	{"look", "person_id", "person"},
	{"person_relation", "person_id", "person"},
	{"dispute", "person_id", "person"},
	{"phone", "person_id", "person"},
	{"trip", "person_id", "person"},
	{"offline_code", "person_id", "person"},
	{"device", "person_id", "person"},
	{"notice_watch", "person_id", "person"},
	{"notice", "person_id", "person"},
	{"notice_setting", "person_id", "person"},
	{"sample", "person_id", "person"},
	{"lab_query", "person_id", "person"},
	{"application", "person_id", "person"},
	{"application_paper", "person_id", "person"},
	{"boarding_statement", "person_id", "person"},
	{"travel_certificate", "person_id", "person"},
	{"travel_link", "person_id", "person"},
	{"photo", "person_id", "person"},
	{"photo_data", "person_id", "person"},
	{"change", "person_id", "person"},
	{"case_file", "person_id", "person"},
	{"case_entry", "person_id", "person"},
	{"session_owner", "owner", "person"},

	{"fact_key", "key", "none"},
	{"document_key", "key", "fact_key"},
	{"phone_key", "hash", "none"},
	{"key_stage", "key", "fact_key"},

	{"session", "token_hash", "none"},
	{"session_key", "id", "none"},
	{"owner_key", "name", "none"},
	{"relation", "id", "none"},
	{"code", "key", "none"},
	{"counter", "key", "none"},
	{"task", "name", "none"},
	{"secret", "name", "none"},
	{"feed_seen", "feed", "none"},
	{"schema_floor", "", ""},
	{"visit", "venue", "none"},
	{"alarm", "id", "none"},
	{"message", "id", "none"},
	{"message_ref", "ref", "none"},
}

// ErrNoCitus is the error of [Store.Distribute] in an ordinary database.
var ErrNoCitus = errors.New("the database has no Citus: run CREATE EXTENSION citus in it as a superuser, and add the nodes")

// Placement says how a table lies on a cluster.
type Placement struct {
	Table string
	// Column is by what its rows are spread; "" where each node holds all of it.
	Column string
	// Beside is the table with which it shares its places, or "".
	Beside string
	// Moved says that it was spread just now, and not before.
	Moved bool
}

// Distribute brings the tables of a database up to date and spreads them over the nodes of its cluster: [Store.Distribute] for who has
// no keys.
func Distribute(ctx context.Context, dsn string, said func(Placement)) error {
	if err := Migrate(ctx, dsn); err != nil {
		return fmt.Errorf("bringing the tables up to date: %w", explain(err))
	}
	config, err := configure(dsn)
	if err != nil {
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	return (&Store{pool: pool}).Distribute(ctx, said)
}

// Distribute spreads the tables over the nodes of a Citus cluster, with what is in them, and calls said (which may
// be nil) for each when it is done. What is spread already stays as it is, so it can be run again. Stop the servers while it
// runs on a database that is in use: it locks each table while it moves its rows.
func (s *Store) Distribute(ctx context.Context, said func(Placement)) error {
	const doing = "distributing the tables"
	var there bool
	err := s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')").Scan(&there)
	if err == nil && !there {
		err = ErrNoCitus
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, explain(err))
	}
	// One process at a time: several may start after an upgrade.
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtext('healthcode distribute'))")
		for _, t := range spreads {
			if err != nil {
				return err
			}
			var moved bool
			moved, err = s.spread(ctx, t)
			if err == nil && said != nil {
				p := Placement{Table: t.table, Column: t.column, Beside: t.beside, Moved: moved}
				if p.Beside == "none" {
					p.Beside = ""
				}
				said(p)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, explain(err))
	}
	return nil
}

// spread lays one table out, in a transaction of its own, unless it is done.
func (s *Store) spread(ctx context.Context, t spread) (moved bool, err error) {
	done, err := s.distributed(ctx, t.table)
	if err != nil || done {
		return false, err
	}
	if t.column == "" {
		_, err = s.pool.Exec(ctx, "SELECT create_reference_table($1::text::regclass)", t.table)
	} else {
		_, err = s.pool.Exec(ctx, "SELECT create_distributed_table($1::text::regclass, $2, colocate_with => $3)", t.table, t.column, t.beside)
	}
	if err != nil {
		return false, fmt.Errorf("table %s: %w", t.table, err)
	}
	return true, nil
}

// distributed reports whether Citus has spread a table; false without Citus.
func (s *Store) distributed(ctx context.Context, table string) (done bool, err error) {
	var there bool
	err = s.pool.QueryRow(ctx, "SELECT to_regclass('pg_dist_partition') IS NOT NULL").Scan(&there)
	if err != nil || !there {
		return false, err
	}
	err = s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = $1::text::regclass)", table).Scan(&done)
	return done, err
}
