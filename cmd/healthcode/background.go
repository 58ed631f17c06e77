package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"sync"
	"time"

	"healthcode/internal/api"
	"healthcode/internal/lease"
)

// How often cases are looked at that are due, and people who may need one.
const (
	caseEvery = 15 * time.Second
	caseSweep = 5 * time.Minute
)

// The tasks that one of the processes on a database does.
const (
	taskSweep = "sweep"
	taskLog   = "log of changes"
)

// begin starts what goes on beside the requests, until ctx ends. Messages and cases are claimed one by one, so that every
// process does its share; the other tasks are one process's at a time.
func (a *app) begin(ctx context.Context, working *sync.WaitGroup) {
	keeper := lease.Keeper{Tasks: a.store, Holder: a.holder(), Clock: a.clock, Log: a.log}
	for task, work := range map[string]func(context.Context){taskSweep: a.sweep, taskLog: a.writeLog, taskLabs: a.runLabs} {
		a.metrics.Set(api.GaugeTask, 0, task)
		working.Go(func() { keeper.Run(ctx, task, a.held(task, work)) })
	}
	working.Go(func() { a.watchOver(ctx) })
	working.Go(func() { a.watchLive(ctx) })
	working.Go(func() { a.cases.Run(ctx, caseEvery, caseSweep) })
	working.Go(func() { a.notices.Run(ctx, noticeEvery) })
	if a.messages != nil {
		working.Go(func() { a.messages.Run(ctx) })
	}
}

// held lets the metrics say that this process has a task.
func (a *app) held(task string, work func(context.Context)) func(context.Context) {
	return func(ctx context.Context) {
		a.metrics.Set(api.GaugeTask, 1, task)
		defer a.metrics.Set(api.GaugeTask, 0, task)
		work(ctx)
	}
}

// holder names this process. One that is alone on its file takes its tasks up at once after it was killed.
func (a *app) holder() string {
	if a.settings.Database == "" {
		return "the server"
	}
	host, _ := os.Hostname()
	id := make([]byte, 8)
	rand.Read(id)
	return host + ":" + hex.EncodeToString(id)
}

// keptMessages is for how long a message is kept, sent or not: longer than anybody tries to send it, and
// shorter than an unbound number is, so that the number is gone with its last message.
const keptMessages = 7 * 24 * time.Hour

// sweep deletes what is past its retention, and makes the declarations that waited for an arrival, every minute.
func (a *app) sweep(ctx context.Context) {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for {
		now := a.clock.Now()
		for what, purge := range map[string]func(context.Context, time.Time) (int, error){
			"facts": a.store.PurgeFacts, "photos": a.store.PurgePhotos, "visits": a.store.PurgeVisits, "codes on paper": a.store.PurgeOfflineCodes,
			"phones": a.store.PurgePhones, "health statements": a.store.PurgeBoarding, "devices": a.store.PurgeDevices, "trips": a.residents.SettleTrips, "laboratories": a.purgeLabs, "notices": a.purgeNotices,
			"messages": func(ctx context.Context, now time.Time) (int, error) {
				return a.store.PurgeMessages(ctx, now.Add(-keptMessages))
			}, "travel certificates": a.travel.Purge} {
			if n, err := purge(ctx, now); err != nil && ctx.Err() == nil {
				a.log.Error("retention", "what", what, "error", err)
			} else if n > 0 {
				a.log.Info("retention", "what", what, "deleted", n)
			}
		}
		a.settleTravel(ctx, now)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}
