// Package backup is the form of a backup: a tar archive, encrypted with age to one or more recipients. It
// is written and read as a stream, so that a backup needs no room for a second copy of itself.
package backup

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"filippo.io/age"
)

// Format is the version of the form.
const Format = 1

// Manifest is the first thing in a backup.
type Manifest struct {
	Format  int       `json:"format"`
	Engine  string    `json:"engine"` // sqlite or postgres
	Created time.Time `json:"created"`
	// Version is that of the tables; only PostgreSQL's backups say it.
	Version int64 `json:"version,omitempty"`
	// LogSize is how many entries the log of changes has in the backup, by its last witnessed checkpoint.
	LogSize uint64 `json:"log_size"`
}

const manifestName = "manifest.json"

// chunk is how much of a stream stands in one entry of the archive: tar wants to know the size before.
const chunk = 4 << 20

// Writer writes a backup.
type Writer struct {
	tar  *tar.Writer
	age  io.WriteCloser
	time time.Time
}

// Create begins a backup that only the recipients can read. Close ends it: what has no end is refused when it is read.
func Create(w io.Writer, m Manifest, recipients ...age.Recipient) (*Writer, error) {
	if len(recipients) == 0 {
		return nil, errors.New("a backup without a recipient could be read by nobody")
	}
	encrypted, err := age.Encrypt(w, recipients...)
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	m.Format = Format
	b := &Writer{tar: tar.NewWriter(encrypted), age: encrypted, time: m.Created}
	data, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return b, b.Bytes(manifestName, data)
}

// Bytes adds a small file.
func (b *Writer) Bytes(name string, data []byte) error {
	return b.File(name, int64(len(data)), bytes.NewReader(data))
}

// File adds a file of a known size.
func (b *Writer) File(name string, size int64, r io.Reader) error {
	if err := b.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: b.time}); err != nil {
		return err
	}
	if _, err := io.CopyN(b.tar, r, size); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Stream adds a file of any size, in parts.
func (b *Writer) Stream(name string, r io.Reader) error {
	buf := make([]byte, chunk)
	for part := 0; ; part++ {
		n, err := io.ReadFull(r, buf)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return fmt.Errorf("%s: %w", name, err)
		}
		if n > 0 {
			if err := b.Bytes(fmt.Sprintf("%s.%08d", name, part), buf[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}

// Close ends the backup.
func (b *Writer) Close() error {
	if err := b.tar.Close(); err != nil {
		return err
	}
	return b.age.Close()
}

// Reader reads a backup.
type Reader struct {
	Manifest Manifest
	plain    io.Reader
	tar      *tar.Reader
	next     *tar.Header // the entry that is read next
}

// Open reads the beginning of a backup.
func Open(r io.Reader, identities ...age.Identity) (*Reader, error) {
	plain, err := age.Decrypt(r, identities...)
	if err != nil {
		return nil, fmt.Errorf("decrypting: %w", err)
	}
	b := &Reader{plain: plain, tar: tar.NewReader(plain)}
	header, err := b.tar.Next()
	if err != nil {
		return nil, err
	}
	if header.Name != manifestName {
		return nil, fmt.Errorf("it begins with %q and not with %s: it is no backup", header.Name, manifestName)
	}
	if err := json.NewDecoder(b.tar).Decode(&b.Manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", manifestName, err)
	}
	if b.Manifest.Format != Format {
		return nil, fmt.Errorf("its format is %d, and this program knows %d", b.Manifest.Format, Format)
	}
	return b, b.advance()
}

// advance looks at the next entry. At the end it makes sure that nothing was cut off.
func (b *Reader) advance() error {
	header, err := b.tar.Next()
	if err == io.EOF {
		b.next = nil
		_, err = io.Copy(io.Discard, b.plain)
		return err
	}
	if err != nil {
		return err
	}
	if header.Typeflag != tar.TypeReg || header.Name != path.Clean(header.Name) || path.IsAbs(header.Name) || strings.HasPrefix(header.Name, "..") {
		return fmt.Errorf("entry %q is none of a backup", header.Name)
	}
	b.next = header
	return nil
}

// Next returns the next file; one that stands in parts as a whole. io.EOF at the end.
// Its reader must be read to the end before Next is called again.
func (b *Reader) Next() (name string, r io.Reader, err error) {
	if b.next == nil {
		return "", nil, io.EOF
	}
	name, part := split(b.next.Name)
	if part < 0 {
		return name, &whole{b}, nil
	}
	return name, &parts{b: b, name: name}, nil
}

// split parts the name of a stream's entry from its number, which is -1 for a file.
func split(name string) (string, int) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || len(name)-dot != 9 {
		return name, -1
	}
	n := 0
	for _, c := range name[dot+1:] {
		if c < '0' || c > '9' {
			return name, -1
		}
		n = n*10 + int(c-'0')
	}
	return name[:dot], n
}

// whole reads one entry and then moves on.
type whole struct{ b *Reader }

func (w *whole) Read(p []byte) (int, error) {
	if w.b == nil {
		return 0, io.EOF
	}
	n, err := w.b.tar.Read(p)
	if err == io.EOF {
		b := w.b
		w.b = nil
		if err := b.advance(); err != nil {
			return n, err
		}
	}
	return n, err
}

// parts reads the entries of one stream.
type parts struct {
	b    *Reader
	name string
	n    int
}

func (p *parts) Read(buf []byte) (int, error) {
	for {
		if p.b == nil || p.b.next == nil {
			return 0, io.EOF
		}
		name, part := split(p.b.next.Name)
		if name != p.name || part < 0 {
			p.b = nil
			return 0, io.EOF
		}
		if part != p.n {
			return 0, fmt.Errorf("%s: part %d comes where part %d should", p.name, part, p.n)
		}
		n, err := p.b.tar.Read(buf)
		if err == io.EOF {
			p.n++
			if err := p.b.advance(); err != nil {
				return n, err
			}
			if n == 0 {
				continue
			}
			err = nil
		}
		return n, err
	}
}
