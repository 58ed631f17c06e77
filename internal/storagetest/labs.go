package storagetest

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"healthcode"
)

var labTests = map[string]func(*testing.T, healthcode.Store){
	"registry":            labsAreKept,
	"same sample":         samplesMerge,
	"differing results":   samplesDiffer,
	"numbers":             samplesByNumber,
	"two at a time":       samplesClaimedTogether,
	"provisional":         samplesExpire,
	"confirmed":           samplesConfirmed,
	"uploads":             labUploads,
	"purged":              samplesPurged,
	"samples of nobody":   samplesOfNobody,
	"questions":           labQueriesAreKept,
	"questions of nobody": labQueriesOfNobody,
}

func labOf(id, jurisdiction string) healthcode.Lab {
	return healthcode.Lab{ID: id, Jurisdiction: jurisdiction, Name: healthcode.Text{ZH: "实验室", EN: "A laboratory"}, Area: "110105", Phone: "010-1",
		Keys: []healthcode.LabKey{{ID: "k1", Algorithm: "EdDSA", Public: []byte{1, 2}, From: start.UTC()},
			{ID: "k2", Algorithm: "ES256", Public: []byte{3}, From: start.UTC(), Until: after(time.Hour).UTC(), Revoked: after(time.Minute).UTC()}}}
}

func labsAreKept(t *testing.T, s healthcode.Store) {
	a, b, elsewhere := labOf("bj-2", "beijing"), labOf("bj-1", "beijing"), labOf("tj-1", "tianjin")
	b.Platform = true
	for _, l := range []healthcode.Lab{a, b, elsewhere} {
		must(t, s.PutLab(ctx, l))
	}
	wantCode(t, "the same id again", s.PutLab(ctx, labOf("bj-1", "tianjin")), healthcode.CodeConflict)
	got, err := s.Lab(ctx, "bj-2")
	must(t, err)
	a.Version = 1
	if !reflect.DeepEqual(got, a) {
		t.Errorf("laboratory:\n got %+v\nwant %+v", got, a)
	}
	got.Closed = after(time.Hour).UTC()
	must(t, s.PutLab(ctx, got))
	wantCode(t, "an old version", s.PutLab(ctx, got), healthcode.CodeConflict)
	list, err := s.LabsOf(ctx, "beijing")
	must(t, err)
	if len(list) != 2 || list[0].ID != "bj-1" || !list[0].Platform || list[1].Version != 2 || !list[1].Closed.Equal(got.Closed) {
		t.Errorf("laboratories: %+v", list)
	}
	_, err = s.Lab(ctx, "nowhere")
	wantCode(t, "an unknown laboratory", err, healthcode.CodeNotFound)
}

func sampleOf(p healthcode.PersonID, source, id string) healthcode.Sample {
	return healthcode.Sample{Person: p, Lab: "bj-1", Analyte: "nucleic-acid", Result: "negative", Taken: start.UTC(), Uploaded: after(5 * time.Hour).UTC(),
		Ref: healthcode.FactRef{Source: source, ID: id}}
}

func claimSamples(t *testing.T, s healthcode.Store, samples ...healthcode.Sample) []healthcode.SampleClaim {
	t.Helper()
	claims, err := s.ClaimSamples(ctx, samples)
	must(t, err)
	wantEqual(t, "claims", len(claims), len(samples))
	return claims
}

// The second report of the same minute is the first one's, however often each comes.
func samplesMerge(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	a, b, other := sampleOf(p, "platform:a", "1"), sampleOf(p, "platform:b", "9"), sampleOf(q, "platform:b", "9q")
	b.Taken = after(20 * time.Second).UTC()
	later := sampleOf(p, "platform:b", "10")
	later.Taken = after(3 * time.Minute).UTC()
	for range 2 {
		for i, c := range claimSamples(t, s, a, b, other, later) {
			want := []healthcode.FactRef{a.Ref, a.Ref, other.Ref, later.Ref}[i]
			if c.Ref != want || c.Confirmed || len(c.Others) > 0 {
				t.Errorf("claim %d: %+v, want %v", i, c, want)
			}
		}
	}
	got, err := s.SamplesOf(ctx, p)
	must(t, err)
	a.Also = []healthcode.FactRef{b.Ref}
	if want := []healthcode.Sample{a, later}; !reflect.DeepEqual(got, want) {
		t.Errorf("samples:\n got %+v\nwant %+v", got, want)
	}
}

func samplesDiffer(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	a, b := sampleOf(p, "platform:a", "1"), sampleOf(p, "platform:b", "9")
	b.Result = "positive"
	claims := claimSamples(t, s, a, b)
	if c := claims[1]; c.Ref != b.Ref || len(c.Others) != 1 || c.Others[0].Ref != a.Ref {
		t.Errorf("the differing one: %+v", c)
	}
	again := a
	again.Result = "positive" // the same name with other content is for the ledger to refuse
	if c := claimSamples(t, s, again)[0]; c.Ref != a.Ref || len(c.Others) > 0 {
		t.Errorf("the same name: %+v", c)
	}
	got, err := s.SamplesOf(ctx, p)
	must(t, err)
	if len(got) != 2 || got[0].Result != "negative" || got[1].Result != "positive" {
		t.Errorf("samples: %+v", got)
	}
}

func samplesByNumber(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	a, b, c, d := sampleOf(p, "platform:a", "1"), sampleOf(p, "platform:b", "2"), sampleOf(p, "platform:b", "3"), sampleOf(p, "lab:bj-1", "4")
	a.Number, b.Number, c.Number = "S1", "S1", "S2"
	b.Taken = after(time.Hour).UTC() // the number counts, not the time
	d.Taken = start.UTC()            // without a number the time counts
	claims := claimSamples(t, s, a, b, c, d)
	if claims[1].Ref != a.Ref || claims[2].Ref != c.Ref || claims[3].Ref != a.Ref {
		t.Errorf("claims: %+v", claims)
	}
}

func samplesClaimedTogether(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	refs := make([]healthcode.FactRef, 16)
	var all sync.WaitGroup
	for i := range refs {
		all.Go(func() {
			claims, err := s.ClaimSamples(ctx, []healthcode.Sample{sampleOf(p, "platform:"+string(rune('a'+i)), "1")})
			if err != nil {
				t.Error(err)
				return
			}
			refs[i] = claims[0].Ref
		})
	}
	all.Wait()
	for _, ref := range refs {
		wantEqual(t, "ref", ref, refs[0])
	}
	got, err := s.SamplesOf(ctx, p)
	must(t, err)
	if len(got) != 1 || len(got[0].Also) != len(refs)-1 {
		t.Errorf("samples: %+v", got)
	}
}

func samplesExpire(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	held := sampleOf(p, "lab:bj-1", "provisional:1")
	held.Uploaded, held.Provisional = time.Time{}, after(72*time.Hour).UTC()
	claimSamples(t, s, held)
	early, err := s.ExpireSamples(ctx, after(72*time.Hour-time.Second), 10)
	must(t, err)
	wantEqual(t, "expired early", len(early), 0)
	for range 2 { // until it is dropped
		over, err := s.ExpireSamples(ctx, after(72*time.Hour), 10)
		must(t, err)
		if len(over) != 1 || !reflect.DeepEqual(over[0], held) {
			t.Fatalf("expired: %+v", over)
		}
	}
	if c := claimSamples(t, s, sampleOf(p, "lab:bj-1", "5"))[0]; c.Ref.ID != "5" || c.Confirmed {
		t.Errorf("what came afterwards: %+v", c)
	}
	must(t, s.DropSample(ctx, held))
	over, err := s.ExpireSamples(ctx, after(99*time.Hour), 10)
	must(t, err)
	wantEqual(t, "expired after it was dropped", len(over), 0)
	left, err := s.SamplesOf(ctx, p)
	must(t, err)
	if len(left) != 1 || left[0].Ref.ID != "5" {
		t.Errorf("left: %+v", left)
	}
}

func samplesConfirmed(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	held := sampleOf(p, "lab:bj-1", "provisional:1")
	held.Uploaded, held.Provisional = time.Time{}, after(72*time.Hour).UTC()
	claimSamples(t, s, held)
	own := sampleOf(p, "lab:bj-1", "5")
	for i, confirmed := range []bool{true, false} {
		if c := claimSamples(t, s, own)[0]; c.Ref != held.Ref || c.Confirmed != confirmed {
			t.Errorf("time %d: %+v", i, c)
		}
	}
	over, err := s.ExpireSamples(ctx, after(99*time.Hour), 10)
	must(t, err)
	wantEqual(t, "expired though confirmed", len(over), 0)
	got, err := s.SamplesOf(ctx, p)
	must(t, err)
	if len(got) != 1 || !got[0].Provisional.IsZero() || !got[0].Uploaded.Equal(own.Uploaded) {
		t.Errorf("samples: %+v", got)
	}
}

func labUploads(t *testing.T, s healthcode.Store) {
	a, b, c := sampleOf(person(t, s, 1), "lab:bj-1", "1"), sampleOf(person(t, s, 2), "lab:bj-1", "2"), sampleOf(person(t, s, 3), "lab:bj-1", "3")
	b.Uploaded = after(7 * time.Hour).UTC()
	c.Uploaded, c.Provisional = time.Time{}, after(72*time.Hour).UTC()
	claimSamples(t, s, a, b, c)
	got, err := s.LabUploads(ctx, "bj-1", after(5*time.Hour), 10)
	must(t, err)
	want := []healthcode.LabUpload{{Taken: b.Taken, Uploaded: b.Uploaded}, {Taken: a.Taken, Uploaded: a.Uploaded}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("uploads:\n got %+v\nwant %+v", got, want)
	}
	got, err = s.LabUploads(ctx, "bj-1", after(6*time.Hour), 10)
	must(t, err)
	wantEqual(t, "since later", len(got), 1)
}

func samplesPurged(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	a, b := sampleOf(p, "lab:bj-1", "1"), sampleOf(p, "lab:bj-1", "2")
	b.Taken = after(time.Hour).UTC()
	claimSamples(t, s, a, b)
	n, err := s.PurgeSamples(ctx, after(time.Hour))
	must(t, err)
	wantEqual(t, "purged", n, 1)
	got, err := s.SamplesOf(ctx, p)
	must(t, err)
	if len(got) != 1 || got[0].Ref != b.Ref {
		t.Errorf("left: %+v", got)
	}
}

func samplesOfNobody(t *testing.T, s healthcode.Store) {
	nobody := healthcode.PersonID{1}
	_, err := s.ClaimSamples(ctx, []healthcode.Sample{sampleOf(person(t, s, 1), "lab:bj-1", "1"), sampleOf(nobody, "lab:bj-1", "2")})
	wantCode(t, "a sample of nobody", err, healthcode.CodeNotFound)
	got, err := s.SamplesOf(ctx, nobody)
	must(t, err)
	wantEqual(t, "samples of nobody", len(got), 0)
	must(t, s.DropSample(ctx, sampleOf(nobody, "lab:bj-1", "2")))
}

func labQueryOf(id string, p healthcode.PersonID, asked time.Time) healthcode.LabQuery {
	return healthcode.LabQuery{ID: id, Lab: "bj-1", Jurisdiction: "beijing", Person: p, Day: "2022-04-27", Number: "S1", Asked: asked.UTC(),
		Due: asked.Add(24 * time.Hour).UTC(), State: healthcode.LabQueryOpen, Wake: asked.UTC()}
}

func labQueriesAreKept(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	a, b := labQueryOf("a", p, start), labQueryOf("b", p, after(time.Hour))
	must(t, s.PutLabQuery(ctx, a))
	must(t, s.PutLabQuery(ctx, b))
	wantCode(t, "the same id", s.PutLabQuery(ctx, a), healthcode.CodeConflict)
	got, err := s.LabQueriesOf(ctx, p)
	must(t, err)
	if want := []healthcode.LabQuery{b, a}; !reflect.DeepEqual(got, want) {
		t.Errorf("questions:\n got %+v\nwant %+v", got, want)
	}
	due, err := s.LabQueriesDue(ctx, start, 10)
	must(t, err)
	if len(due) != 1 || due[0].ID != "a" {
		t.Errorf("due: %+v", due)
	}
	must(t, s.ChangeLabQuery(ctx, "a", func(q *healthcode.LabQuery) error {
		q.State, q.Answered, q.Wake = healthcode.LabQueryNone, after(time.Minute), time.Time{}
		return nil
	}))
	stop := errors.New("stop")
	if err := s.ChangeLabQuery(ctx, "b", func(q *healthcode.LabQuery) error { q.Tries = 9; return stop }); !errors.Is(err, stop) {
		t.Errorf("error %v", err)
	}
	wantCode(t, "an unknown question", s.ChangeLabQuery(ctx, "x", func(*healthcode.LabQuery) error { return nil }), healthcode.CodeNotFound)
	for state, want := range map[string]string{healthcode.LabQueryOpen: "b", healthcode.LabQueryNone: "a"} {
		list, err := s.LabQueries(ctx, "bj-1", state, 10)
		must(t, err)
		if len(list) != 1 || list[0].ID != want || list[0].Tries != 0 {
			t.Errorf("%s: %+v", state, list)
		}
	}
	due, err = s.LabQueriesDue(ctx, after(time.Hour), 10)
	must(t, err)
	if len(due) != 1 || due[0].ID != "b" {
		t.Errorf("due later: %+v", due)
	}
	n, err := s.PurgeLabQueries(ctx, after(time.Minute))
	must(t, err)
	wantEqual(t, "purged", n, 1)
	must(t, s.PutLabQuery(ctx, a)) // its id is free again
}

func labQueriesOfNobody(t *testing.T, s healthcode.Store) {
	nobody := healthcode.PersonID{1}
	wantCode(t, "a question of nobody", s.PutLabQuery(ctx, labQueryOf("a", nobody, start)), healthcode.CodeNotFound)
	list, err := s.LabQueriesOf(ctx, nobody)
	must(t, err)
	wantEqual(t, "questions of nobody", len(list), 0)
}
