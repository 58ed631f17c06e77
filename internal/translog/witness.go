package translog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	checkpoints "github.com/transparency-dev/formats/log"
	formats "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"
	"golang.org/x/mod/sumdb/note"
)

// parseCheckpoint reads a checkpoint that each of the public keys has signed; the first is the log's.
func parseCheckpoint(raw []byte, keys ...string) (*checkpoints.Checkpoint, error) {
	verifiers := make([]note.Verifier, len(keys))
	for i, key := range keys {
		v, err := formats.NewVerifier(key)
		if err != nil {
			return nil, fmt.Errorf("reading a public key: %w", err)
		}
		verifiers[i] = v
	}
	cp, _, signed, err := checkpoints.ParseCheckpoint(raw, verifiers[0].Name(), verifiers[0], verifiers[1:]...)
	if err != nil {
		return nil, err
	}
	for _, v := range verifiers {
		if !signedBy(signed, v) {
			return nil, fmt.Errorf("%s has not signed the checkpoint", v.Name())
		}
	}
	return cp, nil
}

func signedBy(n *note.Note, v note.Verifier) bool {
	for _, s := range n.Sigs {
		if s.Name == v.Name() && s.Hash == v.KeyHash() {
			return true
		}
	}
	return false
}

// cosign is the witness: it signs a checkpoint only where the log holds everything that it signed for before.
func (l *Log) cosign(ctx context.Context, raw []byte) error {
	next, err := parseCheckpoint(raw, l.keys.Public.Log)
	if err != nil {
		return fmt.Errorf("witnessing a checkpoint: %w", err)
	}
	path := filepath.Join(l.dir, witnessedFile)
	switch kept, err := l.source(ctx, witnessedFile); {
	case err == nil:
		last, err := parseCheckpoint(kept, l.keys.Public.Log, l.keys.Public.Witness)
		if err != nil {
			return fmt.Errorf("witnessing a checkpoint: the last one in %s: %w", path, err)
		}
		if last.Size == next.Size && bytes.Equal(last.Hash, next.Hash) {
			return nil
		}
		if err := l.grown(ctx, last, next); err != nil {
			return fmt.Errorf("witnessing a checkpoint: the log isn't what was signed before, at %d entries: %w", last.Size, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("witnessing a checkpoint: %w", err)
	}
	verifier, err := formats.NewVerifier(l.keys.Public.Log)
	if err != nil {
		return err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return fmt.Errorf("witnessing a checkpoint: %w", err)
	}
	signed, err := note.Sign(opened, l.keys.witness)
	if err != nil {
		return fmt.Errorf("witnessing a checkpoint: %w", err)
	}
	return replace(path, signed)
}

// Continues returns an error where the log isn't the one that was witnessed before, or lacks some of it: a checkpoint that
// was kept elsewhere is one that this directory must know.
func (l *Log) Continues(ctx context.Context, witnessed []byte) error {
	last, err := parseCheckpoint(witnessed, l.keys.Public.Log, l.keys.Public.Witness)
	if err != nil {
		return fmt.Errorf("the checkpoint that was kept: %w", err)
	}
	if last.Size > 0 {
		if err := l.witnessed(ctx, last.Size); err != nil {
			return fmt.Errorf("the log had %d entries, and this directory lacks some of them: share the directory between the servers, or bring it here: %w", last.Size, err)
		}
	}
	raw, err := l.source(ctx, checkpointFile)
	if err != nil {
		return err
	}
	next, err := parseCheckpoint(raw, l.keys.Public.Log)
	if err != nil {
		return err
	}
	if err := l.grown(ctx, last, next); err != nil {
		return fmt.Errorf("the log isn't the one that had %d entries before: share the directory between the servers, or bring it here: %w", last.Size, err)
	}
	return nil
}

// grown proves that one checkpoint continues another.
func (l *Log) grown(ctx context.Context, last, next *checkpoints.Checkpoint) error {
	if next.Size < last.Size {
		return fmt.Errorf("it has only %d entries now", next.Size)
	}
	var path [][]byte
	if last.Size > 0 && last.Size < next.Size {
		builder, err := client.NewProofBuilder(ctx, next.Size, l.reader.ReadTile)
		if err != nil {
			return err
		}
		if path, err = builder.ConsistencyProof(ctx, last.Size, next.Size); err != nil {
			return err
		}
	}
	return proof.VerifyConsistency(rfc6962.DefaultHasher, last.Size, next.Size, path, last.Hash, next.Hash)
}
