package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"healthcode"
)

// The pace of webhooks: the first try at once, then after a minute, two, four … up to six hours.
const (
	firstRetry = time.Minute
	maxRetry   = 6 * time.Hour
	perRound   = 100
)

func webhookClient() *http.Client {
	return &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Run takes back provisional results whose time is over, and tells webhooks of open questions, until ctx ends. One process
// at a time does it.
func (s *Service) Run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		_, expired := s.Expire(ctx)
		_, told := s.Notify(ctx)
		if err := errors.Join(expired, told); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "laboratories", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Expire takes back the provisional results that no laboratory confirmed in time, and returns how many.
func (s *Service) Expire(ctx context.Context) (int, error) {
	for n := 0; ; {
		over, err := s.store.ExpireSamples(ctx, s.clock.Now(), perRound)
		if err != nil || len(over) == 0 {
			return n, err
		}
		for _, v := range over {
			row := registryFact(v.Person, unconfirmed+v.Ref.Source+"/"+v.Ref.ID, reasonUnconfirmed, v.Ref, s.clock.Now())
			if _, err := s.store.Append(ctx, []healthcode.PersonFact{row}); err != nil {
				return n, fmt.Errorf("taking a provisional result back: %w", err)
			}
			if err := s.store.DropSample(ctx, v); err != nil {
				return n, fmt.Errorf("taking a provisional result back: %w", err)
			}
			n++
		}
		s.log.InfoContext(ctx, "provisional results taken back", "number", len(over))
	}
}

// Notify tells the webhooks of laboratories that questions wait, and returns how many were told. A message names the laboratory and how many there
// are, and nobody: the laboratory fetches them with its signature.
func (s *Service) Notify(ctx context.Context) (int, error) {
	now := s.clock.Now()
	due, err := s.store.LabQueriesDue(ctx, now, perRound)
	if err != nil {
		return 0, fmt.Errorf("reading questions: %w", err)
	}
	byLab := map[string][]healthcode.LabQuery{}
	for _, q := range due {
		byLab[q.Lab] = append(byLab[q.Lab], q)
	}
	told := 0
	for id, list := range byLab {
		l, err := s.store.Lab(ctx, id)
		if err != nil {
			return told, fmt.Errorf("reading a laboratory: %w", err)
		}
		ok := l.Webhook != "" && s.post(ctx, &l, len(list))
		if ok {
			told++
		}
		for _, q := range list {
			err := s.store.ChangeLabQuery(ctx, q.ID, func(q *healthcode.LabQuery) error {
				switch {
				case l.Webhook == "":
					q.Wake = time.Time{}
				case ok && now.Before(q.Due):
					q.Wake = q.Due // reminded once it is late
				default:
					q.Tries++
					q.Wake = now.Add(min(maxRetry, firstRetry<<min(q.Tries-1, 20)))
				}
				return nil
			})
			if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
				return told, fmt.Errorf("marking a question: %w", err)
			}
		}
	}
	return told, nil
}

func (s *Service) post(ctx context.Context, l *healthcode.Lab, open int) bool {
	body, err := json.Marshal(map[string]any{"lab": l.ID, "open_queries": open})
	if err != nil {
		return false
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.Webhook, bytes.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := s.client.Do(r)
	if err != nil {
		s.log.WarnContext(ctx, "a laboratory's webhook can't be reached", "lab", l.ID)
		return false
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 4<<10) // so that the connection can be used again
	if answer.StatusCode/100 != 2 {
		s.log.WarnContext(ctx, "a laboratory's webhook refuses", "lab", l.ID, "status", answer.StatusCode)
	}
	return answer.StatusCode/100 == 2
}
