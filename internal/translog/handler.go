package translog

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
)

// The addresses of the public keys.
const (
	LogKeyPath     = "/.well-known/healthcode-log/log.key"
	WitnessKeyPath = "/.well-known/healthcode-log/witness.key"
)

// Public is what everybody may read of a log, also while another process has it open.
type Public struct {
	source Source
	public PublicKeys
}

// NewPublic returns the public side of the log in a directory. The log need not be there yet.
func NewPublic(dir string, keys PublicKeys) (*Public, error) {
	source, err := NewSource(dir, nil)
	return &Public{source: source, public: keys}, err
}

// checkpoint returns the last checkpoint, or none where the log isn't there yet.
func (l *Public) checkpoint(ctx context.Context) (raw []byte, there bool, err error) {
	raw, err = l.source(ctx, checkpointFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return raw, err == nil, err
}

// Handle adds the log's public files under /log/ and its public keys to a mux.
func (l *Public) Handle(mux *http.ServeMux) {
	for path, key := range map[string]string{LogKeyPath: l.public.Log, WitnessKeyPath: l.public.Witness} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			header(w, "text/plain; charset=utf-8", "max-age=3600")
			_, _ = w.Write([]byte(key + "\n"))
		})
	}
	for _, name := range []string{checkpointFile, witnessedFile} {
		mux.HandleFunc("GET /log/"+name, func(w http.ResponseWriter, r *http.Request) {
			l.file(w, r, name, "text/plain; charset=utf-8", "no-cache")
		})
	}
	mux.HandleFunc("GET /log/tile/{path...}", func(w http.ResponseWriter, r *http.Request) {
		// A tile never changes, and is deleted only where a fuller one is.
		l.file(w, r, "tile/"+r.PathValue("path"), "application/octet-stream", "max-age=86400, immutable")
	})
}

func header(w http.ResponseWriter, contentType, cache string) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", cache)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Access-Control-Allow-Origin", "*")
}

// file serves one file of the log; a name that leads elsewhere is not found.
func (l *Public) file(w http.ResponseWriter, r *http.Request, name, contentType, cache string) {
	clean := filepath.ToSlash(filepath.Clean(name))
	if clean != name || strings.Contains(name, "..") || strings.Contains(name, "/.") {
		http.NotFound(w, r)
		return
	}
	data, err := l.source(r.Context(), name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	header(w, contentType, cache)
	_, _ = w.Write(data)
}
