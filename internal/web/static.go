package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"mime"
	"path"
	"strings"
	"sync"

	"healthcode/policy"
)

//go:embed static
var staticFiles embed.FS

// assets are the files that pages use. Their address holds their hash, so a
// browser keeps them for ever and never shows an old one.
type assets struct {
	urls  map[string]string // by name, such as style.css
	files map[string]asset  // by the last part of the address
}

type asset struct {
	kind  string
	plain []byte
	gzips func() []byte // made once, when first asked for
}

func newAssets(policies *policy.Set) assets {
	a := assets{urls: map[string]string{}, files: map[string]asset{}}
	entries, err := staticFiles.ReadDir("static")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	for _, entry := range entries {
		data, err := staticFiles.ReadFile("static/" + entry.Name())
		if err != nil {
			panic(err)
		}
		if entry.Name() == "style.css" {
			data = append(data, paintStyles(policies)...)
		}
		a.add(entry.Name(), data)
	}
	return a
}

func (a *assets) add(name string, data []byte) {
	sum := sha256.Sum256(data)
	name, packed := strings.CutSuffix(name, ".gz")
	ext := path.Ext(name)
	file := strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
	a.urls[name] = "/static/" + file
	if packed { // too large to hold unpacked; every browser that can run it unpacks it
		a.files[file] = asset{kind: mime.TypeByExtension(ext), gzips: func() []byte { return data }}
		return
	}
	a.files[file] = asset{kind: mime.TypeByExtension(ext), plain: data, gzips: sync.OnceValue(func() []byte {
		var packed bytes.Buffer
		w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level is a valid one
		w.Write(data)                                              // a buffer never fails
		w.Close()
		return packed.Bytes()
	})}
}

// url returns the address of a file in static/. A name that isn't there is a programming error.
func (a *assets) url(name string) string {
	url, ok := a.urls[name]
	if !ok {
		panic(fmt.Sprintf("asset %s: there is no such file in static/", name))
	}
	return url
}

func staticFile(c *call) error {
	file, ok := c.server.assets.files[c.r.PathValue("file")]
	if !ok {
		return unknownPage(c)
	}
	h := c.w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := file.plain
	if body == nil || strings.Contains(c.r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = file.gzips()
	}
	c.w.Write(body)
	return nil
}
