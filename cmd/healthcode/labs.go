package main

import (
	"context"
	"time"

	"healthcode/internal/lab"
	"healthcode/internal/live"
)

const (
	taskLabs = "laboratories"
	labEvery = 5 * time.Second
	// keptSamples is for how long it is known which results are of one sample: longer than any rule looks back.
	keptSamples = 180 * 24 * time.Hour
)

// openLabs makes the service of laboratories, and the hub of open pages.
func (a *app) openLabs() {
	a.labs = lab.New(a.store, a.status, a.changes, a.cases, a.clock, lab.DefaultLimits, a.log)
	a.labs.Uploaded = a.metrics.LabUploaded
	a.changes.Applied = a.labs.Follow
	a.live = live.New()
}

// watchLive tells open pages of what changes.
func (a *app) watchLive(ctx context.Context) {
	a.live.Watch(ctx, a.store, func(err error) { a.log.Error("watching the store", "error", err) })
}

func (a *app) runLabs(ctx context.Context) { a.labs.Run(ctx, labEvery) }

// purgeLabs deletes samples and questions that are long over.
func (a *app) purgeLabs(ctx context.Context, now time.Time) (int, error) {
	samples, err := a.store.PurgeSamples(ctx, now.Add(-keptSamples))
	if err != nil {
		return samples, err
	}
	questions, err := a.store.PurgeLabQueries(ctx, now.Add(-keptSamples))
	return samples + questions, err
}
