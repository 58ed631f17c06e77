package sqlite

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"

	"healthcode"
)

// maxPerson is the largest person number: 31 bits, so that a number and 33
// bits of a hash make one key.
const maxPerson = 1<<31 - 1

// personIDs turns a person's number, which keeps tables small and new persons
// side by side, into the id that the program sees, and back. The id is the
// number and eight zero bytes, encrypted with AES: it looks random and can't be guessed or counted.
type personIDs struct {
	block cipher.Block
}

func newPersonIDs(key []byte) (*personIDs, error) {
	block, err := aes.NewCipher(key)
	return &personIDs{block}, err
}

func (p *personIDs) id(number int64) healthcode.PersonID {
	var id healthcode.PersonID
	binary.BigEndian.PutUint64(id[:8], uint64(number))
	p.block.Encrypt(id[:], id[:])
	return id
}

// number returns ok = false for an id that this database didn't give out.
func (p *personIDs) number(id healthcode.PersonID) (number int64, ok bool) {
	p.block.Decrypt(id[:], id[:])
	number = int64(binary.BigEndian.Uint64(id[:8]))
	return number, binary.BigEndian.Uint64(id[8:]) == 0 && 0 < number && number <= maxPerson
}

// must is number with CodeNotFound.
func (p *personIDs) must(id healthcode.PersonID) (int64, error) {
	number, ok := p.number(id)
	if !ok {
		return 0, noPerson()
	}
	return number, nil
}

// orNone is number for reads: of 0 there is nothing.
func (p *personIDs) orNone(id healthcode.PersonID) int64 {
	if number, ok := p.number(id); ok {
		return number
	}
	return 0
}

// optional returns nil for the zero id.
func (p *personIDs) optional(id healthcode.PersonID) (any, error) {
	if id == (healthcode.PersonID{}) {
		return nil, nil
	}
	return p.must(id)
}

func noPerson() error { return notFound("person", "查无此人", "there is no such person") }

// orZero is the inverse of optional.
func (p *personIDs) orZero(number *int64) healthcode.PersonID {
	if number == nil {
		return healthcode.PersonID{}
	}
	return p.id(*number)
}
