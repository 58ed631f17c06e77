package storagetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"healthcode"
)

var travelTests = map[string]func(*testing.T, healthcode.Store){
	"certificates": travelCertificatesAreKept,
	"replaced":     travelCertificatesReplace,
	"changed":      travelCertificatesChange,
	"links":        travelLinksAreKept,
	"race":         travelLinkRace,
	"purged":       travelIsPurged,
}

func travelCertificate(id string, of healthcode.PersonID, jurisdiction string, issued time.Time) healthcode.TravelCertificate {
	return healthcode.TravelCertificate{ID: id, Person: of, Jurisdiction: jurisdiction, Content: healthcode.TravelIgG, Direction: healthcode.TravelLeaving,
		Document: healthcode.TravelDocument{Kind: "ordinary", Number: "E12345678", Surname: "LI", Given: "SIGUANG", Sex: "M", Expires: start.AddDate(5, 0, 0).UTC()},
		Fact:     healthcode.FactRef{Source: "lab:1", ID: "7"}, Identifier: "URN:UVCI:01:CN:A/" + id, Text: "HC1:X", KeyID: []byte{1, 2}, Hashes: [][]byte{{3}, {4}},
		Issued: issued.UTC(), Expires: issued.Add(48 * time.Hour).UTC()}
}

func travelLink(id string, of healthcode.PersonID, created time.Time) healthcode.TravelLink {
	return healthcode.TravelLink{ID: id, Person: of, Certificates: []string{"A", "B"}, Label: "边检", Address: "https://x.example/v1/l/" + id, Key: []byte{9},
		File: "a..b.c.d", Text: "HC1:Y", Passcode: []byte{5}, Created: created.UTC(), Expires: created.Add(time.Hour).UTC(), Limit: 2, WrongLimit: 3}
}

func travelCertificatesAreKept(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	later, first := travelCertificate("A", p, "beijing", after(time.Hour)), travelCertificate("B", p, "tianjin", start)
	other := travelCertificate("C", q, "beijing", start)
	for _, c := range []healthcode.TravelCertificate{later, first, other} {
		must(t, s.PutTravelCertificate(ctx, c))
	}
	wantCode(t, "an id twice", s.PutTravelCertificate(ctx, other), healthcode.CodeConflict)
	wantCode(t, "nobody's", s.PutTravelCertificate(ctx, travelCertificate("D", healthcode.PersonID{1}, "beijing", start)), healthcode.CodeNotFound)
	got, err := s.TravelCertificatesOf(ctx, p)
	must(t, err)
	if want := []healthcode.TravelCertificate{first, later}; !reflect.DeepEqual(got, want) {
		t.Errorf("certificates:\n got %+v\nwant %+v", got, want)
	}
	one, err := s.TravelCertificate(ctx, "C")
	must(t, err)
	if !reflect.DeepEqual(one, other) {
		t.Errorf("certificate:\n got %+v\nwant %+v", one, other)
	}
	_, err = s.TravelCertificate(ctx, "Z")
	wantCode(t, "an unknown id", err, healthcode.CodeNotFound)
	var ids string
	for from := ""; ; {
		page, err := s.TravelCertificatesStanding(ctx, after(48*time.Hour), from, 1)
		must(t, err)
		if len(page) == 0 {
			break
		}
		from = page[0].ID
		ids += from
	}
	wantEqual(t, "standing after 48 hours", ids, "A")
}

func travelCertificatesReplace(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	must(t, s.PutTravelCertificate(ctx, travelCertificate("A", p, "beijing", start)))
	stranger := travelCertificate("S", q, "beijing", start)
	stranger.Replaces = "A"
	wantCode(t, "another's", s.PutTravelCertificate(ctx, stranger), healthcode.CodeNotFound)
	var wg sync.WaitGroup
	results := make([]error, 4)
	for i := range results {
		next := travelCertificate(fmt.Sprintf("N%d", i), p, "beijing", after(time.Hour))
		next.Replaces = "A"
		wg.Go(func() { results[i] = s.PutTravelCertificate(ctx, next) })
	}
	wg.Wait()
	done := 0
	for _, err := range results {
		if err == nil {
			done++
		} else {
			wantCode(t, "renewed twice", err, healthcode.CodeConflict)
		}
	}
	wantEqual(t, "renewals", done, 1)
	old, err := s.TravelCertificate(ctx, "A")
	must(t, err)
	if old.Why != healthcode.TravelEndedSuperseded || old.ReplacedBy == "" || !old.Ended.Equal(after(time.Hour)) {
		t.Errorf("replaced: %+v", old)
	}
	list, err := s.TravelCertificatesOf(ctx, p)
	must(t, err)
	wantEqual(t, "certificates", len(list), 2)
}

func travelCertificatesChange(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	must(t, s.PutTravelCertificate(ctx, travelCertificate("A", p, "beijing", start)))
	must(t, s.ChangeTravelCertificate(ctx, "A", func(c *healthcode.TravelCertificate) error {
		c.Proposal = &healthcode.TravelProposal{Ground: "mistake", Evidence: "见来文", By: "wei", At: after(time.Minute).UTC()}
		c.Jurisdiction, c.Expires = "elsewhere", start // stay as they are
		return nil
	}))
	waiting, err := s.TravelCertificatesWaiting(ctx, "beijing", 9)
	must(t, err)
	if len(waiting) != 1 || waiting[0].Proposal == nil || waiting[0].Proposal.Evidence != "见来文" {
		t.Fatalf("waiting: %+v", waiting)
	}
	refused := errors.New("refused")
	if err := s.ChangeTravelCertificate(ctx, "A", func(c *healthcode.TravelCertificate) error { c.Ended = start; return refused }); !errors.Is(err, refused) {
		t.Errorf("the change's own error: %v", err)
	}
	ended, err := s.TravelCertificatesEnded(ctx, start)
	must(t, err)
	wantEqual(t, "ended", len(ended), 0)
	must(t, s.ChangeTravelCertificate(ctx, "A", func(c *healthcode.TravelCertificate) error {
		c.Ended, c.Why, c.EndedBy, c.Proposal = after(time.Hour).UTC(), "mistake", "li", nil
		return nil
	}))
	waiting, err = s.TravelCertificatesWaiting(ctx, "beijing", 9)
	must(t, err)
	wantEqual(t, "waiting", len(waiting), 0)
	for at, want := range map[time.Duration]int{2 * time.Hour: 1, 48 * time.Hour: 0} {
		ended, err = s.TravelCertificatesEnded(ctx, after(at))
		must(t, err)
		wantEqual(t, fmt.Sprint("ended, after ", at), len(ended), want)
	}
	wantCode(t, "an unknown id", s.ChangeTravelCertificate(ctx, "Z", func(*healthcode.TravelCertificate) error { return nil }), healthcode.CodeNotFound)
}

func travelLinksAreKept(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	l, second := travelLink("a", p, start), travelLink("b", p, after(time.Second))
	must(t, s.PutTravelLink(ctx, second))
	must(t, s.PutTravelLink(ctx, l))
	wantCode(t, "an id twice", s.PutTravelLink(ctx, l), healthcode.CodeConflict)
	list, err := s.TravelLinksOf(ctx, p)
	must(t, err)
	if want := []healthcode.TravelLink{l, second}; !reflect.DeepEqual(list, want) {
		t.Errorf("links:\n got %+v\nwant %+v", list, want)
	}
	_, err = s.TravelLink(ctx, "z")
	wantCode(t, "an unknown id", err, healthcode.CodeNotFound)
}

// Of those who open a link at the same time no more come through than it allows.
func travelLinkRace(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	must(t, s.PutTravelLink(ctx, travelLink("a", p, start)))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			err := s.ChangeTravelLink(ctx, "a", func(l *healthcode.TravelLink) error {
				outcome := l.State(after(time.Minute))
				if outcome == "open" {
					l.Opened++
				}
				l.Openings = append(l.Openings, healthcode.TravelOpening{At: after(time.Minute).UTC(), Recipient: fmt.Sprint(i), Outcome: outcome})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	l, err := s.TravelLink(ctx, "a")
	must(t, err)
	wantEqual(t, "opened", l.Opened, 2)
	wantEqual(t, "tries", len(l.Openings), 8)
}

func travelIsPurged(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	must(t, s.PutTravelCertificate(ctx, travelCertificate("A", p, "beijing", start)))
	must(t, s.PutTravelCertificate(ctx, travelCertificate("B", p, "beijing", after(time.Second))))
	must(t, s.PutTravelLink(ctx, travelLink("a", p, start)))
	n, err := s.PurgeTravel(ctx, start.Add(48*time.Hour))
	must(t, err)
	wantEqual(t, "deleted", n, 2)
	_, err = s.TravelCertificate(ctx, "A")
	wantCode(t, "a deleted one", err, healthcode.CodeNotFound)
	_, err = s.TravelLink(ctx, "a")
	wantCode(t, "a deleted link", err, healthcode.CodeNotFound)
	_, err = s.TravelCertificate(ctx, "B")
	must(t, err)
}
