package postgres

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"healthcode"
)

// A number at the end of an id has at least and at most this many digits to be kept apart.
const (
	minSeries = 4
	maxSeries = 14 // fits six bytes
)

// factKey is a keyed hash of source and id, so that no feed can choose ids that collide. Of an id that ends in a number, ten
// bytes are the hash of what stands before it and six the number: a feed that counts fills
// neighbouring places of the index, and a batch of its facts changes few pages of it.
func (s *Store) factKey(ref healthcode.FactRef) (key uuid, err error) {
	head, tail := splitNumber(ref.ID)
	name := appendText(appendText(make([]byte, 0, 64), ref.Source), head)
	sum, err := s.sealer.Lookup("fact", string(append(name, byte(len(tail)))))
	if err != nil {
		return key, fmt.Errorf("hashing a fact's name: %w", err)
	}
	copy(key[:], sum)
	if tail != "" {
		number, _ := strconv.ParseUint(tail, 10, 64)
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], number)
		copy(key[10:], b[2:])
	}
	return key, nil
}

// splitNumber splits s before the number at its end.
func splitNumber(s string) (head, tail string) {
	i := len(s)
	for i > 0 && len(s)-i < maxSeries && '0' <= s[i-1] && s[i-1] <= '9' {
		i--
	}
	if len(s)-i < minSeries {
		return s, ""
	}
	return s[:i], s[i:]
}
