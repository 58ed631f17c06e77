package main

import (
	"context"
	"fmt"
	"slices"

	"healthcode/internal/assist"
	"healthcode/internal/board"
	"healthcode/internal/reply"
	"healthcode/internal/sms"
)

// openHelp makes the services of those without a page of their own: keywords by short message, the assisted query, and the public board.
func (a *app) openHelp() (err error) {
	for j := range a.settings.SMS.Keywords {
		if !slices.Contains(a.policies.Jurisdictions(), j) {
			return fmt.Errorf("sms.keywords.%s: there is no policy of that jurisdiction", j)
		}
	}
	a.replies = reply.New(a.store, a.status, a.vault, a.clock, a.log, a.settings.SMS.Keywords)
	a.board = board.New(a.store, a.status, a.clock)
	a.assist, err = assist.New(a.store, a.status, a.vault, a.clock)
	return err
}

// incoming answers a short message from a phone. A keyword has one part.
func (a *app) incoming(ctx context.Context, m sms.Incoming) error {
	if m.Parts > 1 {
		return nil
	}
	return a.replies.Incoming(ctx, m.From, m.Text)
}

// inbound takes the calls of an HTTP gateway; nil where another one is set.
func (a *app) inbound() (*sms.Inbound, error) {
	if a.settings.gateway() != "webhook" {
		return nil, nil
	}
	secret, err := secretFile("webhook.secret_file", a.settings.SMS.Webhook.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("sms: %w", err)
	}
	return &sms.Inbound{Secret: secret, Clock: a.clock, Receive: a.messages.Receive, Incoming: a.incoming}, nil
}
