package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"healthcode"
	"healthcode/internal/area"
	"healthcode/internal/change"
	"healthcode/internal/status"
	"healthcode/internal/vault"
	"healthcode/policy"
)

// importGuard says which facts a file may bring: none that only two officers make, and of those that change codes as many as a
// feed may send, in each jurisdiction whose policy is in force.
func (s *settings) importGuard(ctx context.Context, store healthcode.Store, keys *vault.Vault, std stdio) (func(*healthcode.Fact) error, error) {
	log, err := s.logger(std.err)
	if err != nil {
		return nil, err
	}
	loaded, err := policy.Load(s.policyFS())
	if err != nil {
		return nil, err
	}
	clock := localClock(healthcode.ClockFunc(std.now), shanghai())
	states := status.New(store, loaded, status.NewKeys(s.secrets(store, keys)), keys, clock, area.Complete)
	changes := change.New(store, states, clock, log, change.DefaultLimits)
	var feeds []*change.Feed
	for _, jurisdiction := range loaded.Jurisdictions() {
		if _, err := states.Policy(jurisdiction); err != nil {
			continue // without a policy in force there is no code to change
		}
		feed, err := changes.Feed(ctx, healthcode.Actor{Staff: change.Operator}, jurisdiction)
		if err != nil {
			return nil, err
		}
		feeds = append(feeds, feed)
	}
	return func(f *healthcode.Fact) error {
		if err := byTwo(f); err != nil {
			return err
		}
		// Each is asked, so that every alarm is raised at once.
		var stopped error
		for _, feed := range feeds {
			stopped = cmp.Or(stopped, feed.Allow(f))
		}
		if stopped != nil {
			return fmt.Errorf("%w See /staff/alarms; once it is released, run the import again", stopped)
		}
		return nil
	}, nil
}

// byTwo refuses what only two officers make.
func byTwo(f *healthcode.Fact) error {
	switch {
	case f.Kind == healthcode.KindLift:
		return errors.New("kind: a hold is lifted by two officers; propose a change instead")
	case strings.HasPrefix(f.Source, healthcode.ManualSource):
		return errors.New("source: " + healthcode.ManualSource + "… is for changes that two officers make; propose a change instead")
	case f.Retracts != nil && strings.HasPrefix(f.Retracts.Source, healthcode.ManualSource):
		return errors.New("retracts: what two officers have made is taken back by two officers; propose a change instead")
	}
	return nil
}
