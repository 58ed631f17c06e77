package bench

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"healthcode"
	"healthcode/internal/access"
)

// doors is how many venues scan.
const doors = 16

// loaded is a database with people in it.
type loaded struct {
	people   int
	data     string
	sessions []string // tokens of those who ask
	doors    []string // tokens of those who scan
	size     int64
	perHead  float64
	took     time.Duration
}

func document(n int) healthcode.Document {
	return healthcode.Document{Type: healthcode.DocumentChinesePassport, Number: fmt.Sprintf("E%08d", n)}
}

// facts are n facts of a person who has a green code. Ids are as short as a laboratory's serial numbers.
func facts(person, n int) []healthcode.Fact {
	list := make([]healthcode.Fact, n)
	for i := range list {
		at := Start.Add(-time.Duration(n-i)*29*time.Hour - time.Duration(person%997)*time.Minute)
		f := healthcode.Fact{ID: fmt.Sprintf("%d-%d", person, i), Recorded: at.Add(6 * time.Hour)}
		switch i % 5 {
		case 0:
			f.Source, f.Kind, f.Time = "clinic:bj-0003", healthcode.KindVaccination, at
			f.Product, f.Dose, f.Doses = "inactivated", 2, 2
		case 1:
			f.Source, f.Kind, f.From, f.To = "telecom:a", healthcode.KindStay, at, at.Add(20*time.Hour)
			f.Area, f.Evidence = "540102", "telecom"
		default:
			f.Source, f.Kind, f.Time = "lab:bj-0007", healthcode.KindTest, at
			f.Analyte, f.Result = "nucleic-acid", "negative"
		}
		list[i] = f
	}
	return list
}

// loadBatch is how many people are stored together, in the order in which the engine numbers them.
const loadBatch = 2000

// load makes the database of so many people.
func load(ctx context.Context, o *Options, people int) (_ *loaded, err error) {
	began := o.Now()
	l := &loaded{people: people, data: fmt.Sprintf("%s/%d", o.Dir, people)}
	store, err := o.OpenStore(ctx, l.data)
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	empty, err := o.Size(ctx, l.data)
	if err != nil {
		return nil, err
	}
	if store, err = o.OpenStore(ctx, l.data); err != nil {
		return nil, err
	}
	defer func() {
		if store != nil {
			store.Close()
		}
	}()
	asks := func(n int) bool { return n%max(1, people/o.Askers) == 0 && n/max(1, people/o.Askers) < o.Askers }
	var askers []healthcode.PersonID
	for from := 0; from < people; from += loadBatch {
		to := min(people, from+loadBatch)
		documents := make([]healthcode.Document, 0, to-from)
		for n := from; n < to; n++ {
			documents = append(documents, document(n))
		}
		ids, err := store.EnsurePersons(ctx, documents)
		if err != nil {
			return nil, err
		}
		var batch []healthcode.PersonFact
		for i, id := range ids {
			n, count := from+i, o.Facts
			if asks(n) {
				askers = append(askers, id)
			} else if o.Others > 0 && people > o.People[0] {
				count = o.Others
			}
			for _, f := range facts(n, count) {
				batch = append(batch, healthcode.PersonFact{Person: id, Fact: f})
			}
		}
		if _, err := store.Append(ctx, batch); err != nil {
			return nil, err
		}
		if from/loadBatch%50 == 49 {
			o.Progress("%d of %d people loaded", to, people)
		}
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	store = nil
	if l.size, err = o.Size(ctx, l.data); err != nil {
		return nil, err
	}
	l.perHead = float64(l.size-empty) / float64(people)
	if store, err = o.OpenStore(ctx, l.data); err != nil {
		return nil, err
	}
	if err := l.signIn(ctx, store, askers, people/max(1, min(people, o.Askers))); err != nil {
		return nil, err
	}
	l.took = o.Now().Sub(began)
	err, store = store.Close(), nil
	return l, err
}

// signIn registers those who ask, and makes the accounts at doors.
func (l *loaded) signIn(ctx context.Context, store healthcode.Store, askers []healthcode.PersonID, every int) error {
	l.sessions = make([]string, len(askers))
	sessions := access.New(store, healthcode.ClockFunc(func() time.Time { return Start }))
	var mu sync.Mutex
	var failed error
	var wg sync.WaitGroup
	turn := make(chan int)
	for range 16 * runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range turn {
				person := healthcode.Person{Name: fmt.Sprintf("受测者%d", i), Birth: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC),
					Language: healthcode.ZH, Identity: healthcode.IdentityChecked, Phone: fmt.Sprintf("+86139%08d", i),
					Documents: []healthcode.PersonDocument{{Document: document(i * every), Added: Start}}}
				id, err := store.CreatePerson(ctx, person, healthcode.Registration{Jurisdiction: jurisdiction, Declaration: "1",
					Language: healthcode.ZH, Channel: "web", At: Start})
				if err == nil && id != askers[i] {
					err = fmt.Errorf("person %d has registered as another", i)
				}
				if err == nil {
					l.sessions[i], err = sessions.OpenResident(ctx, id, "bench")
				}
				if err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for i := range askers {
		turn <- i
	}
	close(turn)
	wg.Wait()
	if failed != nil {
		return failed
	}
	for i := range doors {
		name := fmt.Sprintf("door-%d", i)
		if err := store.PutVenue(ctx, healthcode.Venue{ID: name, Jurisdiction: jurisdiction, Kind: "mall", Area: "540102",
			Name: healthcode.Text{ZH: "商场", EN: "Mall"}}); err != nil {
			return err
		}
		token, hash := access.NewToken()
		if err := store.PutStaff(ctx, healthcode.Staff{Name: name, Role: healthcode.RoleCheckpoint, Jurisdiction: jurisdiction,
			Venue: name, TokenHash: hash}); err != nil {
			return err
		}
		l.doors = append(l.doors, token)
	}
	return nil
}

// writeLabResults writes what a laboratory sends: lines about people in an order of its own.
func writeLabResults(w io.Writer, lines, people int) error {
	run := make([]byte, 6)
	rand.Read(run)
	enc := json.NewEncoder(w)
	for i := range lines {
		n := (i * 7919) % people
		at := Start.Add(-time.Duration(i%50_000) * time.Second)
		d := document(n)
		line := map[string]any{"id": fmt.Sprintf("%s-%d", hex.EncodeToString(run), i), "source": "lab:bj-0001",
			"person": map[string]any{"document": d}, "kind": "test", "time": at, "recorded": at.Add(6 * time.Hour),
			"analyte": "nucleic-acid", "result": "negative", "lab": "北京海淀"}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
