package pass

import (
	"crypto/rand"
	"errors"

	"github.com/tink-crypto/tink-go/v2/daead/subtle"
)

const (
	nonceSize   = 8
	sealKeySize = subtle.AESSIVKeySize
)

// ErrUnknownID is returned for a pass id that no key of the issuer opens: it is not the issuer's, it was
// changed, or its key has been dropped since.
var ErrUnknownID = errors.New("opening a pass id: none of the keys opens it; it is not from this issuer, or its key was dropped")

func newNonce() (nonce [nonceSize]byte) {
	rand.Read(nonce[:])
	return nonce
}

// seal encrypts the person id with the nonce as associated data (RFC 5297, section 3). Even a nonce
// that comes twice gives away no more than that both passes are of one person.
func seal(key *subtle.AESSIV, person PersonID, nonce [nonceSize]byte) ID {
	sealed, err := key.EncryptDeterministically(person[:], nonce[:])
	if err != nil {
		panic(err) // it fails for plaintexts of exabytes only
	}
	return ID(append(nonce[:], sealed...))
}

func open(key *subtle.AESSIV, id ID) (person PersonID, ok bool) {
	plain, err := key.DecryptDeterministically(id[nonceSize:], id[:nonceSize])
	if err != nil {
		return PersonID{}, false
	}
	return PersonID(plain), true
}

// DeviceID is the issuer's own id of a device; a credential carries it encrypted with the person id.
type DeviceID [8]byte

// sealBound encrypts person and device with the holder's key as associated data. No two credentials have the same
// key, so it stands for the nonce, and an id can't be moved to the credential of another key.
func sealBound(key *subtle.AESSIV, person PersonID, device DeviceID, holder HolderKey) ID {
	sealed, err := key.EncryptDeterministically(append(person[:], device[:]...), holder[:])
	if err != nil {
		panic(err) // it fails for plaintexts of exabytes only
	}
	return ID(sealed)
}

func openBound(key *subtle.AESSIV, id ID, holder HolderKey) (person PersonID, device DeviceID, ok bool) {
	plain, err := key.DecryptDeterministically(id[:], holder[:])
	if err != nil {
		return PersonID{}, DeviceID{}, false
	}
	return PersonID(plain[:len(person)]), DeviceID(plain[len(person):]), true
}
