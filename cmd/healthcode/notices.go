package main

import (
	"context"
	"fmt"
	"time"

	"healthcode/internal/notice"
)

// noticeSettings say how people are told beside their page and short messages.
type noticeSettings struct {
	// Webhooks are those of jurisdictions, such as the service account of a messenger.
	Webhooks map[string]struct {
		URL        string `yaml:"url"`
		SecretFile string `yaml:"secret_file"`
	} `yaml:"webhooks"`
}

// noticeEvery is how often it is looked what is due by the clock; what changes is told at once.
const noticeEvery = time.Second

func (s *settings) hooks(jurisdictions []string) (map[string]*notice.Hook, error) {
	hooks := map[string]*notice.Hook{}
	for j, c := range s.Notices.Webhooks {
		known := false
		for _, k := range jurisdictions {
			known = known || k == j
		}
		if !known {
			return nil, fmt.Errorf("notices.webhooks.%s: there is no policy of that jurisdiction", j)
		}
		secret, err := secretFile("secret_file", c.SecretFile)
		if err == nil {
			hooks[j], err = notice.NewHook(c.URL, secret)
		}
		if err != nil {
			return nil, fmt.Errorf("notices.webhooks.%s: %w", j, err)
		}
	}
	return hooks, nil
}

// openNotices makes the service that tells people of changes.
func (a *app) openNotices() error {
	hooks, err := a.settings.hooks(a.policies.Jurisdictions())
	if err != nil {
		return err
	}
	a.notices = notice.New(a.store, a.status, a.vault, a.clock, a.log, hooks)
	return nil
}

// purgeNotices deletes what people were told long ago.
func (a *app) purgeNotices(ctx context.Context, now time.Time) (int, error) {
	return a.store.PurgeNotices(ctx, now.Add(-notice.Kept))
}
