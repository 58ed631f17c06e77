package lab

import (
	"context"
	"fmt"
	"slices"
	"time"

	"healthcode"
)

// Bounds are the upper bounds of the histogram's bars, in hours; one more bar has what took longer.
var Bounds = []int{2, 4, 6, 8, 12, 24, 48, 72}

// HoursBack is over which time hours are measured.
const HoursBack = 7 * 24 * time.Hour

const (
	maxUploads = 50_000 // the newest, of one laboratory
	hoursKept  = time.Minute
)

// Hours is how long one laboratory takes from sample to upload.
type Hours struct {
	Lab                  healthcode.Lab
	Uploads              int // of the last seven days
	Median, P90, Longest time.Duration
	Bars                 []int // len(Bounds)+1
	Open, Overdue        int   // questions
	Oldest               time.Duration
}

type hoursCache struct {
	at   time.Time
	list []Hours
}

// Hours measures the laboratories of a jurisdiction. Anybody may know.
func (s *Service) Hours(ctx context.Context, jurisdiction string) ([]Hours, error) {
	now := s.clock.Now()
	s.mu.Lock()
	kept, ok := s.hours[jurisdiction]
	s.mu.Unlock()
	if ok && now.Sub(kept.at) < hoursKept && !now.Before(kept.at) {
		return kept.list, nil
	}
	labs, err := s.store.LabsOf(ctx, jurisdiction)
	if err != nil {
		return nil, fmt.Errorf("listing laboratories: %w", err)
	}
	list := []Hours{}
	for _, l := range labs {
		if l.Platform {
			continue
		}
		h, err := s.measure(ctx, l, now)
		if err != nil {
			return nil, err
		}
		list = append(list, h)
	}
	s.mu.Lock()
	s.hours[jurisdiction] = hoursCache{now, list}
	s.mu.Unlock()
	return list, nil
}

func (s *Service) forget(jurisdiction string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.hours, jurisdiction)
}

func (s *Service) measure(ctx context.Context, l healthcode.Lab, now time.Time) (Hours, error) {
	h := Hours{Lab: l, Bars: make([]int, len(Bounds)+1)}
	uploads, err := s.store.LabUploads(ctx, l.ID, now.Add(-HoursBack), maxUploads)
	if err != nil {
		return h, fmt.Errorf("reading uploads: %w", err)
	}
	took := make([]time.Duration, len(uploads))
	for i, u := range uploads {
		took[i] = max(0, u.Uploaded.Sub(u.Taken))
		bar, _ := slices.BinarySearch(Bounds, int((took[i]+time.Hour-1)/time.Hour))
		h.Bars[bar]++
	}
	slices.Sort(took)
	if h.Uploads = len(took); h.Uploads > 0 {
		h.Median, h.P90, h.Longest = rank(took, 50), rank(took, 90), took[len(took)-1]
	}
	open, err := s.store.LabQueries(ctx, l.ID, healthcode.LabQueryOpen, 10_000)
	if err != nil {
		return h, fmt.Errorf("reading questions: %w", err)
	}
	h.Open = len(open)
	for _, q := range open {
		h.Oldest = max(h.Oldest, now.Sub(q.Asked))
		if now.After(q.Due) {
			h.Overdue++
		}
	}
	return h, nil
}

// rank is the smallest of the sorted values that so many per cent don't exceed.
func rank(sorted []time.Duration, percent int) time.Duration {
	return sorted[(len(sorted)*percent+99)/100-1]
}
