package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"

	"healthcode/internal/translog"
	"healthcode/internal/vault"
)

// logFolder is where in the data directory the transparency log is.
const logFolder = "log"

// openLog opens the public side of the transparency log beside the database.
func (a *app) openLog() error {
	keys, err := translog.LoadKeys(a.secrets)
	if err != nil {
		return fmt.Errorf("reading the keys of the transparency log: %w", err)
	}
	if a.translog, err = translog.NewPublic(filepath.Join(a.settings.Data, logFolder), keys.Public); err != nil {
		return err
	}
	a.changes.Wake = func() {
		if logger := a.logger.Load(); logger != nil {
			logger.Wake()
		}
	}
	return nil
}

// writeLog appends what was changed to the transparency log, until ctx ends or the log can't be opened.
func (a *app) writeLog(ctx context.Context) {
	if err := a.appendToLog(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("transparency log; it is tried again", "error", err)
	}
}

func (a *app) appendToLog(ctx context.Context) (err error) {
	keys, err := translog.LoadKeys(a.secrets)
	if err != nil {
		return fmt.Errorf("reading the keys of the transparency log: %w", err)
	}
	log, err := translog.Open(filepath.Join(a.settings.Data, logFolder), keys)
	if err != nil {
		return err
	}
	// It waits for what is about to be published.
	defer func() { err = errors.Join(err, log.Close()) }()
	worker := translog.NewWorker(log, a.store, zoneOf(a.policies), a.changes.Announce, a.log)
	if a.settings.Database != "" {
		worker.Kept = a.secrets
	}
	if err := worker.Continues(ctx); err != nil {
		return err
	}
	a.logger.Store(worker)
	defer a.logger.Store(nil)
	worker.Run(ctx)
	return nil
}

// withLog answers the log's addresses, and leaves every other to next.
func (a *app) withLog(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	a.translog.Handle(mux)
	mux.Handle("/", next)
	return mux
}

// logKeys reads the public keys of the log, from the file of keys or from the database.
func (s *settings) logKeys(ctx context.Context, log *slog.Logger) (translog.PublicKeys, error) {
	if s.Database == "" {
		master, err := s.masterKey()
		if err != nil {
			return translog.PublicKeys{}, err
		}
		v, err := vault.Open(filepath.Join(s.Data, "keys.json"), master)
		if err != nil {
			return translog.PublicKeys{}, err
		}
		keys, err := translog.LoadKeys(v)
		return keys.Public, err
	}
	store, v, err := openStore(ctx, *s, log)
	if err != nil {
		return translog.PublicKeys{}, err
	}
	defer store.Close()
	keys, err := translog.LoadKeys(s.secrets(store, v))
	return keys.Public, err
}
