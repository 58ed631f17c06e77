package vault

import (
	"fmt"
	"slices"

	"healthcode"
)

// PutSecret stores a named secret, sealed, in place of the one of that name.
func (v *Vault) PutSecret(name string, value []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	sealed, err := v.Seal(value, secretContext(name))
	if err != nil {
		return fmt.Errorf("sealing the secret %s: %w", name, err)
	}
	old, had := v.file.Secrets[name]
	v.file.Secrets[name] = sealed
	if err := v.save(); err != nil {
		if delete(v.file.Secrets, name); had {
			v.file.Secrets[name] = old
		}
		return fmt.Errorf("storing the secret %s: %w", name, err)
	}
	return nil
}

// Secret returns a named secret. CodeNotFound.
func (v *Vault) Secret(name string) ([]byte, error) {
	v.mu.Lock()
	sealed, ok := v.file.Secrets[name]
	sealed = slices.Clone(sealed)
	v.mu.Unlock()
	if !ok {
		return nil, healthcode.Errorf(healthcode.CodeNotFound, "", "没有这个密钥", "the vault holds no secret %s", name)
	}
	value, err := v.Open(sealed, secretContext(name))
	if err != nil {
		return nil, fmt.Errorf("opening the secret %s: %w", name, err)
	}
	return value, nil
}

func secretContext(name string) []byte { return []byte("vault.secret:" + name) }
