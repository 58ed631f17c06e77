package translog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
)

// The files of a log beside its tiles (C2SP tlog-tiles).
const (
	checkpointFile = "checkpoint"
	// witnessedFile is the last checkpoint that the witness has signed too.
	witnessedFile = "witnessed"
)

// maxFile bounds a file of a log that somebody else serves: 256 entries of at most a few hundred bytes.
const maxFile = 1 << 20

// Source reads a log's files by their path in the log. The error is [fs.ErrNotExist] where there is none.
type Source func(ctx context.Context, path string) ([]byte, error)

// NewSource returns the source of a directory, or of a log that is served over HTTP.
func NewSource(place string, client *http.Client) (Source, error) {
	if !strings.Contains(place, "://") {
		return func(_ context.Context, path string) ([]byte, error) {
			return os.ReadFile(filepath.Join(place, filepath.FromSlash(path)))
		}, nil
	}
	base, err := url.Parse(place)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("%q is neither a directory nor an http address", place)
	}
	return func(ctx context.Context, path string) ([]byte, error) {
		return get(ctx, client, base.JoinPath(path).String())
	}, nil
}

func get(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", address, fs.ErrNotExist)
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s: %s", address, res.Status)
	}
	return io.ReadAll(io.LimitReader(res.Body, maxFile))
}

// entries calls each for the entries from index from up to size.
func (s Source) entries(ctx context.Context, from, size uint64, each func(index uint64, data []byte) error) error {
	for bundle := from / layout.EntryBundleWidth; bundle*layout.EntryBundleWidth < size; bundle++ {
		first := bundle * layout.EntryBundleWidth
		data, err := s(ctx, layout.EntriesPath(bundle, layout.PartialTileSize(0, bundle, size)))
		if errors.Is(err, fs.ErrNotExist) {
			// A part is deleted once the whole is there.
			data, err = s(ctx, layout.EntriesPath(bundle, 0))
		}
		if err != nil {
			return fmt.Errorf("reading the entries from %d: %w", first, err)
		}
		var b api.EntryBundle
		if err := b.UnmarshalText(data); err != nil {
			return fmt.Errorf("reading the entries from %d: %w", first, err)
		}
		if want := min(size-first, layout.EntryBundleWidth); uint64(len(b.Entries)) < want {
			return fmt.Errorf("reading the entries from %d: %d are there, and the checkpoint says %d", first, len(b.Entries), want)
		}
		for i, e := range b.Entries {
			if index := first + uint64(i); index >= from && index < size {
				if err := each(index, e); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
