package sqlite

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	"healthcode"
)

// The two key tables hold one integer for each document or fact: 33 bits of a
// hash, then the person's 31. A lookup is a range read of one hash; who is found
// must be looked at, since two values may share a hash. An index of full
// hashes would be three times as large.
const personBits = 31

// indexKey joins a hash and a person.
func indexKey(hash uint64, person int64) int64 {
	return int64(hash<<personBits | uint64(person))
}

// indexRange returns the smallest and the largest key of a hash.
func indexRange(hash uint64) (low, high int64) {
	return indexKey(hash, 0), indexKey(hash, maxPerson)
}

// indexPerson returns the person of a key.
func indexPerson(key int64) int64 { return key & maxPerson }

const hashMask = 1<<(64-personBits) - 1

// refHash hashes the names of facts with a key, so that no feed can choose ids that collide.
type refHash struct {
	key []byte
}

func newRefHash(key []byte) *refHash { return &refHash{key} }

// of hashes source and id. An id that ends in a number hashes to the hash of
// what stands before it plus the number: a feed that counts fills
// neighbouring places, and a group of its facts changes few pages.
func (h *refHash) of(ref healthcode.FactRef) uint64 {
	head, tail := splitNumber(ref.ID)
	buf := make([]byte, 0, 128)
	buf = append(buf, h.key...)
	buf = binary.AppendUvarint(buf, uint64(len(ref.Source)))
	buf = append(buf, ref.Source...)
	buf = append(buf, head...)
	buf = append(buf, byte(len(tail)))
	sum := sha256.Sum256(buf)
	number, _ := strconv.ParseUint(tail, 10, 64)
	return (binary.BigEndian.Uint64(sum[:]) + number) & hashMask
}

// maxDigits is the most digits that splitNumber takes: every such number fits 64 bits.
const maxDigits = 18

// splitNumber splits s before the decimal digits at its end.
func splitNumber(s string) (head, tail string) {
	i := len(s)
	for i > 0 && len(s)-i < maxDigits && '0' <= s[i-1] && s[i-1] <= '9' {
		i--
	}
	return s[:i], s[i:]
}
