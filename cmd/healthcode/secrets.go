package main

import (
	"context"
	"sync"
	"time"

	"healthcode"
	"healthcode/internal/status"
	"healthcode/internal/vault"
)

// secrets returns where the named secrets are: in the file of keys where one process serves the database, and in the
// database where several may.
func (s *settings) secrets(store healthcode.Secrets, keys *vault.Vault) status.Secrets {
	if s.Database == "" {
		return keys
	}
	return &sharedSecrets{store: store, before: keys, read: make(map[string]int64)}
}

// sharedSecrets keeps secrets in the database. It is safe for concurrent use.
type sharedSecrets struct {
	store healthcode.Secrets
	// before holds those that were made before secrets were shared.
	before *vault.Vault

	mu   sync.Mutex
	read map[string]int64 // the versions of those that were read
}

// secretTimeout bounds how long a request waits for a secret.
const secretTimeout = 10 * time.Second

// Secret reads the database. What only the file of keys has, it brings there.
func (s *sharedSecrets) Secret(name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), secretTimeout)
	defer cancel()
	value, version, err := s.store.Secret(ctx, name)
	if healthcode.CodeOf(err) == healthcode.CodeNotFound {
		old, none := s.before.Secret(name)
		if none != nil {
			s.remember(name, 0)
			return nil, err
		}
		if err := s.store.PutSecret(ctx, name, old, 0); err != nil && healthcode.CodeOf(err) != healthcode.CodeConflict {
			return nil, err
		}
		value, version, err = s.store.Secret(ctx, name)
	}
	if err == nil {
		s.remember(name, version)
	}
	return value, err
}

// PutSecret replaces the secret that Secret has returned. CodeConflict: another process was faster.
func (s *sharedSecrets) PutSecret(name string, value []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), secretTimeout)
	defer cancel()
	s.mu.Lock()
	version := s.read[name]
	s.mu.Unlock()
	return s.store.PutSecret(ctx, name, value, version)
}

func (s *sharedSecrets) remember(name string, version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read[name] = version
}
