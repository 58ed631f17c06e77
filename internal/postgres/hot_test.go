package postgres

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// hot lists what a code, a scan and a sign-in ask of the database.
var hot = []struct {
	name string
	sql  string
	args []any
	by   string // the column by which the table is distributed; "" for a reference table
}{
	{"session", selectSession, []any{[]byte("token"), int64(1)}, "token_hash"},
	{"person", selectWholePerson, []any{uuid{1}}, "person_id"},
	{"person exists", selectPerson, []any{uuid{1}}, "person_id"},
	{"registrations", selectRegistrations, []any{uuid{1}}, "person_id"},
	{"facts", selectFacts, []any{uuid{1}}, "person_id"},
	{"areas' version", selectAreasVersion, nil, ""},
	{"account by name", selectStaffByName, []any{"n"}, ""},
	{"account by token", selectStaffByToken, []any{[]byte("token")}, ""},
	{"venue", selectVenue, []any{"v"}, ""},
	{"relation", selectRelation, []any{"r"}, "id"},
	{"person of a document", selectOwner, []any{uuid{1}}, "key"},
	{"standing device", selectDevice, []any{uuid{1}, []byte("d"), int64(1)}, "person_id"},
	{"looks", selectLooks, []any{uuid{1}, 10}, "person_id"},
	{"disputes", selectDisputes, []any{uuid{1}}, "person_id"},
	{"photos", selectPhotos, []any{uuid{1}}, "person_id"},
	{"owner of a photo", selectOwnerKey, []any{"photo:1"}, "name"},
	{"relations of a person", selectRelationIDs, []any{uuid{1}}, "person_id"},
	{"tokens of a person", selectTokens, []any{uuid{1}}, "owner"},
	{"visits", selectVisits, []any{"v", int64(1), 10}, "venue"},
	{"message", selectMessage, []any{"m"}, "id"},
	{"change of a message", lockMessage, []any{"m"}, "id"},
	{"claim of a message", lockDue, []any{"m", int64(1), int64(2)}, "id"},
	{"gateway's name", selectRef, []any{"g"}, "ref"},
	{"one-time code", tryCode, []any{"k"}, "key"},
	{"store a code", putCode, []any{"k", []byte("h"), int64(1), int64(2), 0}, "key"},
	{"count", count, []any{"k", int64(1)}, "key"},
	{"look", insertLook, []any{uuid{1}, int64(1), 0, "", "", "", "", "", ""}, "person_id"},
	{"fact's key", insertFactKey, []any{uuid{1}, uuid{1}}, "key"},
	{"fact", insertFact, []any{uuid{1}, uuid{1}, int64(0), []byte("f")}, "person_id"},
	{"visit", insertVisit, []any{"v", int64(1), 0, nil, "", "", int64(0)}, "venue"},
	{"code on paper", selectOffline, []any{uuid{1}, []byte("t")}, "person_id"},
	{"owner of a code on paper", selectOwnerKey, []any{"offline:1"}, "name"},
	{"codes on paper", offlineColumns + "WHERE person_id = $1 ORDER BY issued, token", []any{uuid{1}}, "person_id"},
	{"cases of a person", caseColumns + "WHERE person_id = $1 ORDER BY opened, id", []any{uuid{1}}, "person_id"},
	{"changes of a person", changeColumns + "WHERE person_id = $1 ORDER BY at, id", []any{uuid{1}}, "person_id"},
	{"phone", phoneColumns + "WHERE person_id = $1 AND id = $2", []any{uuid{1}, "p"}, "person_id"},
	{"trip", tripColumns + "WHERE person_id = $1", []any{uuid{1}}, "person_id"},
	{"samples of a person", sampleColumns + "WHERE person_id = $1 AND expired = 0 ORDER BY taken, source, id", []any{uuid{1}}, "person_id"},
	{"watch", watchColumns + "WHERE person_id = $1 AND jurisdiction = $2", []any{uuid{1}, "beijing"}, "person_id"},
	{"notices of a person", noticeColumns + "WHERE person_id = $1 AND jurisdiction = $2 ORDER BY at DESC, id LIMIT $3", []any{uuid{1}, "beijing", 10}, "person_id"},
	{"certificates of a person", certificateColumns + "WHERE person_id = $1 ORDER BY issued, id", []any{uuid{1}}, "person_id"},
	{"secret", selectSecret, []any{"s"}, "name"},
	{"change of a secret", nextSecret, []any{"s", int64(1), []byte("v")}, "name"},
	{"new secret", firstSecret, []any{"s", int64(0), []byte("v")}, "name"},
	{"feed's person", seenBefore, []any{"f", []byte("m"), int64(1)}, "feed"},
	{"people of a feed", countFeed, []any{"f", int64(1)}, "feed"},
	{"new person of a feed", putFeedSeen, []any{"f", []byte("m"), int64(1)}, "feed"},
	{"turn of a feed", lockFeed, []any{"f"}, "feed"},
	{"old people of a feed", clearFeed, []any{"f", int64(1)}, "feed"},
	{"registration", insertRegistration, []any{uuid{1}, "", "", "", "", int64(0)}, "person_id"},
}

func planOf(t *testing.T, tx pgx.Tx, sql string, args ...any) string {
	t.Helper()
	var plan strings.Builder
	err := eachRow(ctx, tx, "EXPLAIN (COSTS OFF) "+sql, args, func(scan scanner) error {
		var line string
		err := scan(&line)
		plan.WriteString(line + "\n")
		return err
	})
	if err != nil {
		t.Fatalf("explaining %s: %v", sql, err)
	}
	return plan.String()
}

// inTx runs f in a transaction that is undone.
func inTx(t *testing.T, s *Store, f func(tx pgx.Tx)) {
	t.Helper()
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	f(tx)
}

// TestHotQueriesReadOneKey: each finds its rows by an index whose condition names the column by which
// the table would be distributed.
func TestHotQueriesReadOneKey(t *testing.T) {
	inTx(t, newStore(t), func(tx pgx.Tx) {
		// The tables are empty: a scan would be cheapest.
		if _, err := tx.Exec(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
			t.Fatal(err)
		}
		for _, q := range hot {
			plan := planOf(t, tx, q.sql, q.args...)
			if strings.Contains(plan, "Seq Scan") {
				t.Errorf("%s scans a table:\n%s", q.name, plan)
			}
			if q.by == "" || strings.HasPrefix(q.sql, "INSERT") && !strings.Contains(q.sql, "SELECT") {
				continue
			}
			if !strings.Contains(plan, "Cond: (("+q.by+" = ") && !strings.Contains(plan, "Cond: ("+q.by+" = ") {
				t.Errorf("%s doesn't go by %s:\n%s", q.name, q.by, plan)
			}
		}
	})
}

// TestClaimsReadAnIndex keeps a claim from reading every message there is.
func TestClaimsReadAnIndex(t *testing.T) {
	inTx(t, newStore(t), func(tx pgx.Tx) {
		if _, err := tx.Exec(ctx, "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"); err != nil {
			t.Fatal(err)
		}
		for _, query := range claims {
			plan := planOf(t, tx, query.sql, int64(1), 10)
			if strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "Sort") || !strings.Contains(plan, "message_due") {
				t.Errorf("plan of %s:\n%s", query.sql, plan)
			}
		}
	})
}

// TestSchemaIsReadyForCitus: Distribute names every table; each unique key holds the column by which its table is
// distributed; tables side by side agree on its type; nothing references another table.
func TestSchemaIsReadyForCitus(t *testing.T) {
	s := newStore(t)
	places := map[string]spread{}
	for _, sp := range spreads {
		if other, ok := places[sp.beside]; sp.column != "" && sp.beside != "none" && (!ok || other.beside != "none") {
			t.Errorf("%s lies beside %s, which comes later or isn't the first of its kind", sp.table, sp.beside)
		}
		places[sp.table] = sp
	}
	tables, err := many(ctx, s, "listing", scanText, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version'")
	if err != nil {
		t.Fatal(err)
	}
	if len(tables) != len(spreads) {
		t.Errorf("%d tables, and Distribute knows %d", len(tables), len(spreads))
	}
	typeOf := func(sp spread) string {
		return text(t, s, "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = $2", sp.table, sp.column)
	}
	for _, table := range tables {
		sp, ok := places[table]
		if !ok {
			t.Errorf("Distribute doesn't know the table %s", table)
			continue
		}
		if sp.column == "" {
			continue
		}
		if sp.beside != "none" && typeOf(sp) != typeOf(places[sp.beside]) {
			t.Errorf("%s is distributed by a %s, and %s by a %s", table, typeOf(sp), sp.beside, typeOf(places[sp.beside]))
		}
		keys, err := many(ctx, s, "listing", scanText, `SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
			WHERE i.indrelid = $1::text::regclass AND i.indisunique AND NOT EXISTS (SELECT 1 FROM pg_attribute a
				WHERE a.attrelid = i.indrelid AND a.attname = $2 AND a.attnum = ANY(i.indkey))`, table, sp.column)
		if err != nil {
			t.Fatal(err)
		}
		if len(keys) > 0 {
			t.Errorf("%s is distributed by %s, which is missing in %v", table, sp.column, keys)
		}
	}
	if n := text(t, s, "SELECT count(*)::text FROM pg_constraint WHERE contype = 'f'"); n != "0" {
		t.Errorf("%s references between tables", n)
	}
}

func text(t *testing.T, s *Store, sql string, args ...any) (out string) {
	t.Helper()
	if err := s.pool.QueryRow(ctx, sql, args...).Scan(&out); err != nil {
		t.Fatalf("%s %v: %v", sql, args, err)
	}
	return out
}

var taskCount = regexp.MustCompile(`Task Count: (\d+)`)

// wantOneShard fails where a plan of Citus touches two shards.
func wantOneShard(t *testing.T, name, plan string) {
	t.Helper()
	for _, m := range taskCount.FindAllStringSubmatch(plan, -1) {
		if m[1] != "1" {
			t.Errorf("%s touches %s shards:\n%s", name, m[1], plan)
		}
	}
	if !strings.Contains(plan, "Task Count") {
		t.Errorf("%s isn't carried out by Citus:\n%s", name, plan)
	}
}
