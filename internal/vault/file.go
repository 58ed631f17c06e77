package vault

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

const formatVersion = 1

// minMaster is the least length of a master key in bytes: a key, not a password.
const minMaster = 32

// file is the vault on disk, as JSON. Under a master key, AEAD and PRF are
// AES-256-GCM of the keysets, with a key that HKDF-SHA-256 derives from master
// and Salt; without one they are the keysets themselves.
type file struct {
	Format  int               `json:"format"`
	Salt    []byte            `json:"salt,omitempty"`
	AEAD    []byte            `json:"aead"`
	PRF     []byte            `json:"prf"`
	Secrets map[string][]byte `json:"secrets"`
}

// ErrMaster means that the vault is encrypted and the master key is missing or wrong.
var ErrMaster = errors.New("the master key is missing or is not the one that the file was encrypted under")

func checkMaster(master []byte) error {
	if n := len(master); n > 0 && n < minMaster {
		return fmt.Errorf("the master key has %d bytes; give at least %d random ones (openssl rand -hex 32)", n, minMaster)
	}
	return nil
}

func (v *Vault) load() (keys, prfs *keyset.Handle, err error) {
	info, err := os.Stat(v.path)
	if err != nil {
		return nil, nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, nil, fmt.Errorf("others may read or change the file (mode %04o); run chmod 600 on it", info.Mode().Perm())
	}
	data, err := os.ReadFile(v.path)
	if err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(data, &v.file); err != nil {
		return nil, nil, err
	}
	if v.file.Format != formatVersion {
		return nil, nil, fmt.Errorf("format %d is not known to this version; it knows %d", v.file.Format, formatVersion)
	}
	if v.file.Secrets == nil {
		v.file.Secrets = map[string][]byte{}
	}
	if len(v.file.Salt) == 0 {
		// A plain vault that is opened with a master key stays plain until Protect:
		// its keys may already be in a backup, and the operator must know.
		v.master = nil
	}
	if keys, err = v.readKeyset(v.file.AEAD, "aead"); err != nil {
		return nil, nil, err
	}
	prfs, err = v.readKeyset(v.file.PRF, "prf")
	return keys, prfs, err
}

func (v *Vault) readKeyset(data []byte, name string) (*keyset.Handle, error) {
	reader := keyset.NewBinaryReader(bytes.NewReader(data))
	if len(v.file.Salt) == 0 {
		return insecurecleartextkeyset.Read(reader)
	}
	master, err := masterAEAD(v.master, v.file.Salt)
	if err != nil {
		return nil, err
	}
	h, err := keyset.ReadWithAssociatedData(reader, master, []byte(name))
	if err != nil {
		return nil, ErrMaster
	}
	return h, nil
}

func (v *Vault) writeKeyset(h *keyset.Handle, name string, salt []byte) ([]byte, error) {
	var buf bytes.Buffer
	writer := keyset.NewBinaryWriter(&buf)
	if salt == nil {
		err := insecurecleartextkeyset.Write(h, writer)
		return buf.Bytes(), err
	}
	master, err := masterAEAD(v.master, salt)
	if err != nil {
		return nil, err
	}
	err = h.WriteWithAssociatedData(writer, master, []byte(name))
	return buf.Bytes(), err
}

func masterAEAD(master, salt []byte) (*subtle.AESGCM, error) {
	if len(master) < minMaster {
		return nil, ErrMaster
	}
	key, err := hkdf.Key(sha256.New, master, salt, "healthcode vault", 32)
	if err != nil {
		return nil, err
	}
	return subtle.NewAESGCM(key)
}

// save writes the whole file anew and puts it in place of the old one, so that
// a crash leaves one of the two.
func (v *Vault) save() error {
	next := file{Format: formatVersion, Secrets: v.file.Secrets}
	if len(v.master) > 0 {
		next.Salt = make([]byte, 16)
		rand.Read(next.Salt)
	}
	var err error
	if next.AEAD, err = v.writeKeyset(v.keys, "aead", next.Salt); err != nil {
		return err
	}
	if next.PRF, err = v.writeKeyset(v.prfs, "prf", next.Salt); err != nil {
		return err
	}
	data, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return err
	}
	if err := replace(v.path, append(data, '\n')); err != nil {
		return err
	}
	v.file = next
	return nil
}

func replace(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	temp, err := os.CreateTemp(dir, filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			temp.Close()
			os.Remove(temp.Name())
		}
	}()
	if _, err = temp.Write(data); err != nil {
		return err
	}
	if err = temp.Sync(); err != nil {
		return err
	}
	if err = temp.Close(); err != nil {
		return err
	}
	if err = os.Rename(temp.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
