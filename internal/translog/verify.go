package translog

import (
	"bytes"
	"context"
	"fmt"

	checkpoints "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
)

// Proven is a log that was read as a whole and recomputed.
type Proven struct {
	Size    uint64
	Root    []byte
	Since   uint64 // how many entries of it were there before, at the checkpoint that was kept
	Entries []Entry
}

// Verify reads the whole log and proves from the public keys alone that every entry is in the tree that the checkpoint
// signs, and that the tree continues the one of an older checkpoint (nil: none is known). Without a
// witness's key the log's own signature is enough.
func Verify(ctx context.Context, source Source, keys PublicKeys, since []byte) (p Proven, err error) {
	signers, file := []string{keys.Log}, checkpointFile
	if keys.Witness != "" {
		signers, file = append(signers, keys.Witness), witnessedFile
	}
	raw, err := source(ctx, file)
	if err != nil {
		return p, fmt.Errorf("reading the checkpoint: %w", err)
	}
	now, err := parseCheckpoint(raw, signers...)
	if err != nil {
		return p, fmt.Errorf("the checkpoint: %w", err)
	}
	var before *checkpoints.Checkpoint
	if since != nil {
		if before, err = parseCheckpoint(since, keys.Log); err != nil {
			return p, fmt.Errorf("the older checkpoint: %w", err)
		}
		if before.Size > now.Size {
			return p, fmt.Errorf("entries were taken out: the older checkpoint has %d, and there are %d", before.Size, now.Size)
		}
		p.Since = before.Size
	}
	tree := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	if err := matches(tree, before, 0); err != nil {
		return p, err
	}
	err = source.entries(ctx, 0, now.Size, func(index uint64, data []byte) error {
		e, err := parseEntry(data)
		if err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
		p.Entries = append(p.Entries, e)
		if err := tree.Append(rfc6962.DefaultHasher.HashLeaf(data), nil); err != nil {
			return err
		}
		return matches(tree, before, index+1)
	})
	if err != nil {
		return p, err
	}
	p.Size, p.Root = now.Size, now.Hash
	return p, matches(tree, now, now.Size)
}

// matches compares the tree with a checkpoint that is of its size.
func matches(tree *compact.Range, cp *checkpoints.Checkpoint, size uint64) error {
	if cp == nil || cp.Size != size {
		return nil
	}
	root, err := tree.GetRootHash(nil)
	if err != nil {
		return err
	}
	if size == 0 {
		root = rfc6962.DefaultHasher.EmptyRoot()
	}
	if !bytes.Equal(root, cp.Hash) {
		return fmt.Errorf("the first %d entries aren't those that the checkpoint signs: an entry was altered or taken out", size)
	}
	return nil
}
