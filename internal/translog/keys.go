package translog

import (
	"crypto/rand"
	"fmt"

	formats "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"healthcode"
)

// The names of the two keys. The log's is also the checkpoints' origin.
const (
	logName     = "healthcode-changes"
	witnessName = "healthcode-changes-witness"
)

// Secrets keeps named secrets, encrypted. Secret returns CodeNotFound, and PutSecret CodeConflict where another process
// has put one of that name since Secret was called.
type Secrets interface {
	Secret(name string) ([]byte, error)
	PutSecret(name string, value []byte) error
}

// Keys sign checkpoints: one as the log, the other as the witness that has seen that the log only grew.
type Keys struct {
	signer  note.Signer
	witness note.Signer
	Public  PublicKeys
}

// PublicKeys are the verifier keys of log and witness, in the form of C2SP signed-note.
type PublicKeys struct{ Log, Witness string }

// LoadKeys reads both keys from a vault, and makes them where there are none.
func LoadKeys(secrets Secrets) (k Keys, err error) {
	logKey, logPublic, err := loadKey(secrets, "translog.log", logName)
	if err != nil {
		return k, err
	}
	witnessKey, witnessPublic, err := loadKey(secrets, "translog.witness", witnessName)
	if err != nil {
		return k, err
	}
	if k.signer, err = note.NewSigner(logKey); err != nil {
		return k, fmt.Errorf("reading the log's key: %w", err)
	}
	if k.witness, err = formats.NewSignerForCosignatureV1(witnessKey); err != nil {
		return k, fmt.Errorf("reading the witness's key: %w", err)
	}
	if witnessPublic, err = formats.VKeyToCosignatureV1(witnessPublic); err != nil {
		return k, fmt.Errorf("reading the witness's key: %w", err)
	}
	k.Public = PublicKeys{Log: logPublic, Witness: witnessPublic}
	return k, nil
}

// loadKey keeps a key pair as two lines under one name.
func loadKey(secrets Secrets, secret, name string) (private, public string, err error) {
	kept, err := secrets.Secret(secret)
	switch {
	case err == nil:
		if _, err := fmt.Sscanf(string(kept), "%s\n%s", &private, &public); err != nil {
			return "", "", fmt.Errorf("reading the secret %s: %w", secret, err)
		}
		return private, public, nil
	case healthcode.CodeOf(err) != healthcode.CodeNotFound:
		return "", "", err
	}
	if private, public, err = note.GenerateKey(rand.Reader, name); err != nil {
		return "", "", err
	}
	// What is signed with a key that wasn't kept could never be continued.
	err = secrets.PutSecret(secret, []byte(private+"\n"+public))
	if healthcode.CodeOf(err) == healthcode.CodeConflict {
		return loadKey(secrets, secret, name) // another process has just made one
	}
	return private, public, err
}
