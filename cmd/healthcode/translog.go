package main

import (
	"fmt"
	"net/http"
	"path/filepath"

	"healthcode/internal/translog"
	"healthcode/internal/vault"
)

// logFolder is where in the data directory the transparency log is.
const logFolder = "log"

// openLog opens the transparency log beside the database.
func (a *app) openLog() error {
	keys, err := translog.LoadKeys(a.vault)
	if err != nil {
		return fmt.Errorf("reading the keys of the transparency log: %w", err)
	}
	if a.translog, err = translog.Open(filepath.Join(a.settings.Data, logFolder), keys); err != nil {
		return err
	}
	a.logger = translog.NewWorker(a.translog, a.store, zoneOf(a.policies), a.changes.Announce, a.log)
	a.changes.Wake = a.logger.Wake
	return nil
}

// withLog answers the log's addresses, and leaves every other to next.
func (a *app) withLog(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	a.translog.Handle(mux)
	mux.Handle("/", next)
	return mux
}

// vaultKeys opens the vault of the data directory alone.
func (s *settings) vaultKeys() (*vault.Vault, translog.PublicKeys, error) {
	master, err := s.masterKey()
	if err != nil {
		return nil, translog.PublicKeys{}, err
	}
	v, err := vault.Open(filepath.Join(s.Data, "keys.json"), master)
	if err != nil {
		return nil, translog.PublicKeys{}, err
	}
	keys, err := translog.LoadKeys(v)
	return v, keys.Public, err
}
