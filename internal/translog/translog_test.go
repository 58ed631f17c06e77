package translog_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/change"
	"healthcode/internal/servicetest"
	"healthcode/internal/sqlite"
	"healthcode/internal/translog"
	"healthcode/internal/vault"
)

// house is a house with a log beside it.
type house struct {
	*servicetest.House
	dir  string
	keys translog.Keys
	n    int
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{House: servicetest.New(t), dir: filepath.Join(t.TempDir(), "log")}
	var err error
	h.keys, err = translog.LoadKeys(h.Vault)
	h.Must(err)
	return h
}

func zone(string) *time.Location { return servicetest.Shanghai }

// open opens the log and returns its worker; both are closed at the end, or by the function.
func (h *house) open() (*translog.Log, *translog.Worker, func()) {
	h.Helper()
	l, err := translog.Open(h.dir, h.keys)
	h.Must(err)
	closed := false
	shut := func() {
		if !closed {
			closed = true
			if err := l.Close(); err != nil {
				h.Error(err)
			}
		}
	}
	h.Cleanup(shut)
	return l, translog.NewWorker(l, h.Store, zone, h.Change.Announce, slog.New(slog.DiscardHandler)), shut
}

func officer(name string) healthcode.Actor {
	return healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: name, Jurisdiction: "beijing"}
}

// change makes one applied change about somebody new.
func (h *house) change() healthcode.Change {
	h.Helper()
	h.n++
	ids, err := h.Store.EnsurePersons(h.Context(), []healthcode.Document{{Type: healthcode.DocumentPassport, Number: fmt.Sprint("X", h.n), Country: "SWE"}})
	h.Must(err)
	c, err := h.Change.Propose(h.Context(), officer("wei"), change.Proposal{Person: ids[0], Jurisdiction: "beijing", Ground: change.GroundNoLink,
		Evidence: "通话记录", Fact: healthcode.Fact{Kind: healthcode.KindLift, Hold: "4"}})
	h.Must(err)
	c, err = h.Change.Agree(h.Context(), officer("li"), c.ID)
	h.Must(err)
	return c
}

func (h *house) verify(since []byte) (translog.Proven, error) {
	source, err := translog.NewSource(h.dir, nil)
	h.Must(err)
	return translog.Verify(h.Context(), source, h.keys.Public, since)
}

func (h *house) audit(store translog.Ledger) []translog.Finding {
	h.Helper()
	p, err := h.verify(nil)
	h.Must(err)
	found, err := translog.Audit(h.Context(), store, p.Entries, zone)
	h.Must(err)
	return found
}

func (h *house) checkpoint() []byte {
	h.Helper()
	data, err := os.ReadFile(filepath.Join(h.dir, "checkpoint"))
	h.Must(err)
	return data
}

func TestLogGrowsAndIsProven(t *testing.T) {
	h := newHouse(t)
	_, worker, _ := h.open()
	for range 3 {
		h.change()
	}
	h.Must(worker.Pass(t.Context()))
	since := h.checkpoint()
	for range 300 { // over the end of the first tile
		if h.n%40 == 0 {
			h.Clock.Advance(25 * time.Hour)
		}
		h.change()
	}
	h.Must(worker.Pass(t.Context()))
	p, err := h.verify(since)
	h.Must(err)
	if p.Size != 303 || p.Since != 3 || len(p.Entries) != 303 {
		t.Errorf("proven %d since %d, %d entries", p.Size, p.Since, len(p.Entries))
	}
	if found := h.audit(h.Store); len(found) != 0 {
		t.Errorf("findings %+v", found)
	}
	data, err := os.ReadFile(filepath.Join(h.dir, "tile", "entries", "000"))
	h.Must(err)
	if strings.Contains(string(data), "wei") || strings.Contains(string(data), "通话") {
		t.Error("an entry says who, or why in words")
	}
}

// TestServedLog proves the log over HTTP, from what is public alone.
func TestServedLog(t *testing.T) {
	h := newHouse(t)
	l, worker, _ := h.open()
	h.change()
	h.Must(worker.Pass(t.Context()))
	mux := http.NewServeMux()
	l.Handle(mux)
	server := httptest.NewServer(mux)
	defer server.Close()
	source, err := translog.NewSource(server.URL, server.Client())
	h.Must(err)
	public := translog.PublicKeys{}
	for path, key := range map[string]*string{translog.LogKeyPath: &public.Log, translog.WitnessKeyPath: &public.Witness} {
		data, err := source(t.Context(), path)
		h.Must(err)
		*key = strings.TrimSpace(string(data))
	}
	source, err = translog.NewSource(server.URL+"/log", server.Client())
	h.Must(err)
	p, err := translog.Verify(t.Context(), source, public, nil)
	h.Must(err)
	if p.Size != 1 || p.Entries[0].Ground != string(change.GroundNoLink) || p.Entries[0].Month != "2022-04" {
		t.Errorf("proven %+v", p)
	}
	for _, path := range []string{"/log/.state/treeState", "/log/tile/../.state/treeState", "/log/tile/entries/..%2f..%2f..%2fkeys.json"} {
		res, err := server.Client().Get(server.URL + path)
		h.Must(err)
		res.Body.Close()
		if res.StatusCode == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
	counts, size, err := translog.NewCounts(l.Public).Monthly(t.Context())
	h.Must(err)
	if size != 1 || len(counts) != 1 || counts[0].Count != 1 || counts[0].Kind != healthcode.KindLift {
		t.Errorf("counts %+v of %d", counts, size)
	}
}

// TestTamperedLog alters, cuts and forges what is public.
func TestTamperedLog(t *testing.T) {
	h := newHouse(t)
	_, worker, shut := h.open()
	h.change()
	h.change()
	h.Must(worker.Pass(t.Context()))
	since := h.checkpoint()
	shut()
	bundle := filepath.Join(h.dir, "tile", "entries", "000.p", "2")
	good, err := os.ReadFile(bundle)
	h.Must(err)
	write := func(data []byte) { h.Must(os.WriteFile(bundle, data, 0o644)) }
	for name, data := range map[string][]byte{
		"altered": []byte(strings.Replace(string(good), "no-link", "no-lynk", 1)),
		"cut":     good[:len(good)/2],
	} {
		write(data)
		if _, err := h.verify(nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	write(good)
	if _, err := h.verify(since); err != nil {
		t.Error(err)
	}
	other, err := vault.Create(filepath.Join(t.TempDir(), "keys.json"), nil)
	h.Must(err)
	strange, err := translog.LoadKeys(other)
	h.Must(err)
	source, err := translog.NewSource(h.dir, nil)
	h.Must(err)
	for name, keys := range map[string]translog.PublicKeys{
		"another log":     {Log: strange.Public.Log, Witness: h.keys.Public.Witness},
		"another witness": {Log: h.keys.Public.Log, Witness: strange.Public.Witness},
	} {
		if _, err := translog.Verify(t.Context(), source, keys, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}

	// A log that is made anew with the true keys, and one entry less: who kept a checkpoint sees it,
	// and so does the witness.
	h.Must(os.RemoveAll(h.dir))
	_, worker, _ = h.open()
	h.Must(worker.Pass(t.Context()))
	if _, err := h.verify(since); err == nil || !strings.Contains(err.Error(), "witnessed") && !strings.Contains(err.Error(), "taken out") {
		t.Errorf("a shorter log: %v", err)
	}
}

// TestKilledWorker is interrupted after each step, and neither loses an entry nor adds one twice.
func TestKilledWorker(t *testing.T) {
	h := newHouse(t)
	for range 5 {
		h.change()
	}
	for after := range 5 {
		l, err := translog.Open(h.dir, h.keys)
		h.Must(err)
		store := &dying{Store: h.Store, left: after}
		worker := translog.NewWorker(l, store, zone, h.Change.Announce, slog.New(slog.DiscardHandler))
		if err := worker.Pass(t.Context()); (err == nil) != (after >= 5) && after < 3 {
			t.Fatalf("after %d: %v", after, err)
		}
		h.Must(l.Close())
		if after == 2 {
			h.change()
		}
	}
	_, worker, _ := h.open()
	h.Must(worker.Pass(t.Context()))
	p, err := h.verify(nil)
	h.Must(err)
	if p.Size != 6 {
		t.Errorf("%d entries, want 6", p.Size)
	}
	if found := h.audit(h.Store); len(found) != 0 {
		t.Errorf("findings %+v", found)
	}
}

// dying is a store that fails once it has recorded so many indices.
type dying struct {
	translog.Store
	left int
}

func (d *dying) PutChangeIndex(ctx context.Context, id string, index int64) error {
	if d.left == 0 {
		return context.Canceled
	}
	d.left--
	return d.Store.PutChangeIndex(ctx, id, index)
}

// TestHandEdit alters the database's file as an administrator could, and expects each to be named.
func TestHandEdit(t *testing.T) {
	h := newHouse(t)
	_, worker, _ := h.open()
	c := h.change()
	h.change()
	h.Must(worker.Pass(t.Context()))
	path := filepath.Join(t.TempDir(), "copy.db")
	for name, edit := range map[string]struct {
		sql  []string
		want []string
	}{
		"a fact put in": {[]string{`INSERT INTO fact SELECT (SELECT max(person) FROM person), n + 10, data FROM fact
			WHERE person = (SELECT person FROM change WHERE id = '` + c.ID + `')`}, []string{translog.FoundFactInserted}},
		"a fact altered":       {[]string{`UPDATE fact SET data = CAST(substr(data, 1, length(data) - 1) || X'6b' AS BLOB) WHERE person = (SELECT person FROM change WHERE id = '` + c.ID + `')`}, []string{translog.FoundFactAltered}},
		"a fact taken out":     {[]string{`DELETE FROM fact WHERE person = (SELECT person FROM change WHERE id = '` + c.ID + `')`}, []string{translog.FoundFactRemoved}},
		"of another source":    {[]string{`UPDATE source SET name = 'lab:x' WHERE name = 'caseworker:wei'`}, []string{translog.FoundFactRemoved}},
		"a ground altered":     {[]string{`UPDATE change SET ground = 'negative-result' WHERE id = '` + c.ID + `'`}, []string{translog.FoundChangeAltered, translog.FoundNoChange}},
		"an officer altered":   {[]string{`UPDATE change SET agreed = 'zhao' WHERE id = '` + c.ID + `'`}, []string{translog.FoundChangeAltered, translog.FoundNoChange}},
		"an evidence altered":  {[]string{`UPDATE change SET evidence = X'00' WHERE id = '` + c.ID + `'`}, []string{translog.FoundChangeAltered, translog.FoundNoChange}},
		"a change taken out":   {[]string{`DELETE FROM change WHERE id = '` + c.ID + `'`}, []string{translog.FoundFactInserted, translog.FoundNoChange}},
		"change and fact gone": {[]string{`DELETE FROM fact WHERE person = (SELECT person FROM change WHERE id = '` + c.ID + `')`, `DELETE FROM change WHERE id = '` + c.ID + `'`}, []string{translog.FoundNoChange}},
		"back to proposed":     {[]string{`UPDATE change SET state = 'proposed' WHERE id = '` + c.ID + `'`}, []string{translog.FoundFactInserted, translog.FoundNoChange}},
		// Where the entry is can be found again: a process may have ended before it was noted.
		"its place forgotten":     {[]string{`UPDATE change SET log_index = -1 WHERE id = '` + c.ID + `'`}, nil},
		"the fact in both places": {[]string{`UPDATE change SET fact = replace(fact, '"4"', '"3"') WHERE id = '` + c.ID + `'`}, []string{translog.FoundChangeAltered, translog.FoundFactAltered, translog.FoundNoChange}},
	} {
		t.Run(name, func(t *testing.T) {
			os.Remove(path)
			h.sql("", `VACUUM INTO '`+path+`'`)
			for _, q := range edit.sql {
				h.sql(path, q)
			}
			store, err := sqlite.Open(t.Context(), path, h.Vault)
			h.Must(err)
			defer store.Close()
			var got []string
			for _, f := range h.audit(store) {
				got = append(got, f.Code)
				if f.Text == "" || strings.Contains(f.Text, c.Person.String()) {
					t.Errorf("finding %+v", f)
				}
			}
			slices.Sort(got)
			got = slices.Compact(got)
			slices.Sort(edit.want)
			if !slices.Equal(got, edit.want) {
				t.Errorf("found %v, want %v", got, edit.want)
			}
		})
	}
}

// sql changes a database's file from outside; "" is the house's own.
func (h *house) sql(path, query string) {
	h.Helper()
	if path == "" {
		path = h.Path
	}
	db, err := sql.Open("sqlite", path)
	h.Must(err)
	defer db.Close()
	_, err = db.Exec(query)
	h.Must(err)
}

// TestEntryWithoutARecord: who wrote an entry died before its place was recorded. The audit finds it by its hash, and the next worker
// records it and writes no second one. Nobody else opens the log while it is open.
func TestEntryWithoutARecord(t *testing.T) {
	h := newHouse(t)
	_, worker, shut := h.open()
	h.change()
	h.change()
	h.Must(worker.Pass(t.Context()))
	if _, err := translog.Open(h.dir, h.keys); !errors.Is(err, translog.ErrTaken) {
		t.Errorf("a second process opens the log: %v", err)
	}
	shut()
	h.Must(h.Store.ForgetLog(t.Context(), 1))
	if found := h.audit(h.Store); len(found) > 0 {
		t.Errorf("findings: %v", found)
	}
	_, worker, _ = h.open()
	h.Must(worker.Pass(t.Context()))
	if p, err := h.verify(nil); err != nil || p.Size != 2 {
		t.Errorf("%d entries (%v), want 2", p.Size, err)
	}
	if found := h.audit(h.Store); len(found) > 0 {
		t.Errorf("findings afterwards: %v", found)
	}
}
