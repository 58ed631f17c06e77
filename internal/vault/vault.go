// Package vault holds the keys under which personal data is encrypted at rest,
// and small named secrets such as the key set that signs passes.
//
// A vault is one file. Where a master key is given, the file's keys are
// encrypted under it; the master key itself is never stored.
package vault

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"

	"healthcode"
)

// lookupSize is the length of a lookup hash in bytes: long enough that no two
// documents of a country meet by chance, short enough for an index.
const lookupSize = 16

// Vault implements [healthcode.Sealer] and keeps named secrets. It is safe for
// concurrent use.
type Vault struct {
	path   string
	master []byte

	aead atomic.Pointer[tink.AEAD]
	prf  *prf.Set

	mu   sync.Mutex // guards the fields below and the file
	keys *keyset.Handle
	prfs *keyset.Handle
	file file
}

var _ healthcode.Sealer = (*Vault)(nil)

// Create makes a vault with fresh keys. It never replaces a file: without the
// keys in it, everything that they encrypted is lost. An empty master leaves
// the keys readable by whoever can read the file; see [Vault.Warning].
func Create(path string, master []byte) (*Vault, error) {
	v := &Vault{path: path, master: master, file: file{Format: formatVersion, Secrets: map[string][]byte{}}}
	if err := v.create(); err != nil {
		return nil, fmt.Errorf("creating the vault %s: %w", path, err)
	}
	return v, nil
}

func (v *Vault) create() error {
	if err := checkMaster(v.master); err != nil {
		return err
	}
	if _, err := os.Lstat(v.path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the file exists already; open it, or move it away if its keys are no longer needed")
	}
	keys, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	prfs, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return err
	}
	if err := v.use(keys, prfs); err != nil {
		return err
	}
	return v.save()
}

// Open reads a vault. The error is [fs.ErrNotExist] where there is no file.
func Open(path string, master []byte) (*Vault, error) {
	v := &Vault{path: path, master: master}
	if err := v.open(); err != nil {
		return nil, fmt.Errorf("opening the vault %s: %w", path, err)
	}
	return v, nil
}

func (v *Vault) open() error {
	keys, prfs, err := v.load()
	if err != nil {
		return err
	}
	return v.use(keys, prfs)
}

// OpenOrCreate opens the vault, and makes one where there is no file yet.
func OpenOrCreate(path string, master []byte) (*Vault, error) {
	v, err := Open(path, master)
	if errors.Is(err, fs.ErrNotExist) {
		return Create(path, master)
	}
	return v, err
}

// use builds the primitives once; building one takes far longer than using it.
func (v *Vault) use(keys, prfs *keyset.Handle) error {
	a, err := aead.New(keys)
	if err != nil {
		return err
	}
	set, err := prf.NewPRFSet(prfs)
	if err != nil {
		return err
	}
	v.keys, v.prfs, v.prf = keys, prfs, set
	v.aead.Store(&a)
	return nil
}

// Warning returns what an operator should know about how the keys are kept, or "".
func (v *Vault) Warning() string {
	if len(v.master) > 0 {
		return ""
	}
	return fmt.Sprintf("the keys in %s are not encrypted: whoever can read that file can read every name, "+
		"document and phone; give a master key and keep it elsewhere", v.path)
}

// Seal encrypts with the newest key. The result is 33 bytes longer than plain.
func (v *Vault) Seal(plain, context []byte) ([]byte, error) {
	return (*v.aead.Load()).Encrypt(plain, context)
}

// Open decrypts what Seal made with this or an older key, under the same context.
func (v *Vault) Open(sealed, context []byte) ([]byte, error) {
	return (*v.aead.Load()).Decrypt(sealed, context)
}

// Lookup returns the keyed hash of value for one purpose. Its key is never
// rotated: every stored hash would have to be made anew.
func (v *Vault) Lookup(purpose, value string) ([]byte, error) {
	in := make([]byte, 0, 2+len(purpose)+len(value))
	in = binary.BigEndian.AppendUint16(in, uint16(len(purpose)))
	in = append(append(in, purpose...), value...)
	return v.prf.ComputePrimaryPRF(in, lookupSize)
}

// Rotate makes a new key the one that encrypts from now on. What older keys
// encrypted stays readable.
func (v *Vault) Rotate() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	keys, err := withNewKey(v.keys)
	if err != nil {
		return fmt.Errorf("rotating the keys of %s: %w", v.path, err)
	}
	fresh, err := aead.New(keys)
	if err != nil {
		return fmt.Errorf("rotating the keys of %s: %w", v.path, err)
	}
	old := v.keys
	v.keys = keys
	// The new key must be on disk before anything is encrypted with it.
	if err := v.save(); err != nil {
		v.keys = old
		return fmt.Errorf("rotating the keys of %s: %w", v.path, err)
	}
	v.aead.Store(&fresh)
	return nil
}

func withNewKey(h *keyset.Handle) (*keyset.Handle, error) {
	manager := keyset.NewManagerFromHandle(h)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	if err := manager.SetPrimary(id); err != nil {
		return nil, err
	}
	return manager.Handle()
}

// Protect encrypts the file under a master key, or under another one than before.
func (v *Vault) Protect(master []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(master) == 0 {
		return fmt.Errorf("protecting the vault %s: the master key is empty", v.path)
	}
	if err := checkMaster(master); err != nil {
		return fmt.Errorf("protecting the vault %s: %w", v.path, err)
	}
	old := v.master
	v.master = master
	if err := v.save(); err != nil {
		v.master = old
		return fmt.Errorf("protecting the vault %s: %w", v.path, err)
	}
	return nil
}
