package main

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/demo"
)

// TestDemoCoversEverything fills a demo, and finds in it every state and every
// hold of each policy that is in force on its day.
func TestDemoCoversEverything(t *testing.T) {
	ctx := context.Background()
	clock := healthcode.ClockFunc(func() time.Time { return demo.Start })
	a, err := newApp(ctx, settings{Data: t.TempDir(), Outbox: true}, clock, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	out, err := a.fillDemo(ctx, demo.Start)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string][]string{} // by jurisdiction: states and holds
	for _, r := range out.Residents {
		actor, _, err := a.access.Session(ctx, r.Session)
		if err != nil {
			t.Fatal(err)
		}
		code, err := a.status.Own(ctx, actor, r.Jurisdiction)
		if err != nil {
			t.Fatal(err)
		}
		if code.Status.State != r.State {
			t.Errorf("%s, %s: printed as %s, and is %s", r.Jurisdiction, r.Case, r.State, code.Status.State)
		}
		seen[r.Jurisdiction] = append(seen[r.Jurisdiction], r.State)
		for _, h := range code.Status.Holds {
			seen[r.Jurisdiction] = append(seen[r.Jurisdiction], "hold "+h.Hold)
		}
	}
	for _, jurisdiction := range a.policies.Jurisdictions() {
		p, err := a.status.Policy(jurisdiction)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, c := range p.Colours {
			want = append(want, c.Colour)
		}
		for _, h := range p.Holds {
			want = append(want, "hold "+h.Hold)
		}
		for _, w := range want {
			if !slices.Contains(seen[jurisdiction], w) {
				t.Errorf("nobody in the demo has %s in %s", w, jurisdiction)
			}
		}
	}
	persons, _, err := a.store.Counts(ctx)
	if err != nil || persons < demo.Population {
		t.Errorf("%d persons (%v), want %d", persons, err, demo.Population)
	}
}
