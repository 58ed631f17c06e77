package sqlite

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// wholeTables may be read from end to end: they are small.
var wholeTables = []string{"county", "area_look"}

// TestNoQueryScans runs everything that the store offers and looks at how
// SQLite carries out each statement that it prepared.
func TestNoQueryScans(t *testing.T) {
	s := newStore(t)
	sampleData(t, s)
	checkSample(t, s)
	everythingElse(t, s)
	queries := map[string]bool{}
	for _, c := range s.conns {
		for query := range c.statements {
			queries[query] = true
		}
		for query := range c.direct {
			queries[query] = true
		}
	}
	if len(queries) < 60 {
		t.Errorf("only %d statements were prepared", len(queries))
	}
	scan := regexp.MustCompile(`\bSCAN (\w+)`)
	for query := range queries {
		for _, step := range explain(t, s, query) {
			m := scan.FindStringSubmatch(step)
			if m == nil || m[1] == "CONSTANT" || slices.Contains(wholeTables, m[1]) {
				continue
			}
			if strings.Contains(step, " INDEX ") && strings.HasSuffix(query, " LIMIT ?") {
				continue // the first few rows in the index's order
			}
			t.Errorf("%s:\n%s", step, query)
		}
	}
}

// TestFactsAreOneRange pins the read that every code and every door makes.
func TestFactsAreOneRange(t *testing.T) {
	got := explain(t, newStore(t), "SELECT n, data FROM fact WHERE person = ?")
	if want := []string{"SEARCH fact USING PRIMARY KEY (person=?)"}; !slices.Equal(got, want) {
		t.Errorf("plan %q, want %q", got, want)
	}
}

func explain(t *testing.T, s *Store, query string) (plan []string) {
	t.Helper()
	args := make([]any, 0, 12)
	for {
		plan = nil
		err := s.read(ctx, "explaining", func(c *conn) error {
			return c.each("EXPLAIN QUERY PLAN "+query, args, func(scan scanner) error {
				var id, parent, unused int
				var detail string
				err := scan(&id, &parent, &unused, &detail)
				plan = append(plan, detail)
				return err
			})
		})
		if err == nil {
			return plan
		}
		if len(args) == cap(args) {
			t.Fatalf("explaining %s: %v", query, err)
		}
		args = append(args, nil)
	}
}

// everythingElse calls what sampleData and checkSample don't.
func everythingElse(t *testing.T, s *Store) {
	t.Helper()
	late := sampleTime.AddDate(20, 0, 0)
	id, err := s.FindPerson(ctx, samplePassport)
	if err != nil {
		t.Fatal(err)
	}
	p := samplePerson()
	p.ID = id
	var errs []error
	add := func(err error) { errs = append(errs, err) }
	second := func(_ any, err error) { add(err) }
	add(s.UpdatePerson(ctx, p, "w", sampleTime))
	add(s.AddDocument(ctx, id, healthcode.PersonDocument{Document: healthcode.Document{Type: healthcode.DocumentPassport, Number: "N2", Country: "DEU"}}))
	add(s.Register(ctx, healthcode.Registration{Person: id, Jurisdiction: "tianjin", Declaration: "1", At: sampleTime}))
	second(s.RegisteredPersons(ctx, "tianjin", healthcode.PersonID{}, 5))
	second(s.AreasVersion(ctx))
	_, _, err = s.Counts(ctx)
	add(err)
	second(s.AreaLooks(ctx))
	second(s.StaffByName(ctx, "w"))
	second(s.StaffByToken(ctx, []byte("t")))
	second(s.SessionByToken(ctx, []byte("t"), sampleTime))
	add(s.PutCode(ctx, healthcode.OneTimeCode{Key: "k", Hash: []byte("h"), Sent: sampleTime, Expires: late}))
	second(s.TryCode(ctx, "k"))
	add(s.DeleteCode(ctx, "k"))
	second(s.Count(ctx, "k", sampleTime))
	second(s.LooksBy(ctx, "beijing", time.Time{}, 5))
	second(s.Relation(ctx, "r"))
	second(s.Disputes(ctx, "beijing", 5))
	second(s.PhotosOf(ctx, id))
	second(s.PhotosWaiting(ctx, "beijing", 5))
	add(s.ReviewPhoto(ctx, "p", "matched", healthcode.IdentityChecked, "w", sampleTime))
	second(s.Venue(ctx, "v"))
	fact := sampleFacts()[0]
	fact.ID = "of a visit"
	add(s.PutVisit(ctx, healthcode.Visit{Person: id, Venue: "v", At: sampleTime, DeleteAfter: sampleTime}, &healthcode.PersonFact{Person: id, Fact: fact}))
	second(s.PurgeFacts(ctx, late))
	second(s.PurgeVisits(ctx, late))
	second(s.PurgePhotos(ctx, late))
	second(s.Message(ctx, "m"))
	second(s.ClaimMessages(ctx, "h", late, late, 5))
	add(s.ChangeMessage(ctx, "m", func(m *healthcode.Message) error {
		m.Parts = []healthcode.MessagePart{{Refs: []healthcode.MessageRef{{Ref: "g", State: healthcode.MessageSent}}}}
		return nil
	}))
	add(s.PutReceipt(ctx, healthcode.MessageReceipt{Ref: "g", State: healthcode.MessageDelivered, At: sampleTime}))
	add(s.PutReceipt(ctx, healthcode.MessageReceipt{Ref: "early", State: healthcode.MessageDelivered, At: sampleTime}))
	second(s.PurgeMessages(ctx, late))
	add(s.PutOfflineCode(ctx, healthcode.OfflineCode{Token: []byte("t"), Person: id, Jurisdiction: "beijing", Issued: sampleTime, Expires: sampleTime}))
	second(s.OfflineCode(ctx, []byte("t")))
	second(s.OfflineCodesOf(ctx, id))
	second(s.VoidOfflineCodes(ctx, id, "beijing", sampleTime))
	second(s.PurgeOfflineCodes(ctx, late))
	add(s.DeleteSession(ctx, "s"))
	add(s.DeleteSessions(ctx, id, ""))
	add(s.DeleteSessions(ctx, healthcode.PersonID{}, "w"))
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
}
