package pass

import (
	"fmt"
	"slices"
	"time"
)

// KeySet is the keys of one issuer: those that signed, the one that signs, and those that will. It never changes;
// Rotate and Without return another.
type KeySet struct {
	keys []*Key // by start
}

// NewKeySet refuses two keys with one id.
func NewKeySet(keys ...*Key) (*KeySet, error) {
	s := &KeySet{keys: slices.Clone(keys)}
	slices.SortStableFunc(s.keys, func(a, b *Key) int { return a.public.NotBefore.Compare(b.public.NotBefore) })
	seen := map[KeyID]bool{}
	for _, k := range s.keys {
		if seen[k.public.ID] {
			return nil, fmt.Errorf("making a set of pass keys: key %s is in it twice", k.public.ID)
		}
		seen[k.public.ID] = true
	}
	return s, nil
}

// Public returns what is published: every key of the set, so that doors know a key before it first signs
// and for as long as its passes last.
func (s *KeySet) Public() []PublicKey {
	public := make([]PublicKey, len(s.keys))
	for i, k := range s.keys {
		public[i] = k.public
	}
	return public
}

// signing returns the newest key that signs at now, or nil.
func (s *KeySet) signing(now time.Time) *Key {
	for _, k := range slices.Backward(s.keys) {
		if !now.Before(k.public.NotBefore) && now.Before(k.public.NotAfter) {
			return k
		}
	}
	return nil
}

// Rotation says when keys come and go.
type Rotation struct {
	// Period is how long each key signs.
	Period time.Duration
	// Ahead is how long before it first signs a key is published. Doors must fetch the keys more often.
	Ahead time.Duration
	// Keep is how long after its last signature a key is kept. Then its pass ids can't be opened any more. It
	// is at least MaxLifetime + Overlap, so that no pass outlives its key.
	Keep time.Duration
}

// Rotate returns the set without the keys whose time is over, with new keys so that one signs at every
// moment from now until after now + Ahead, and whether it differs from s. Rotate an empty set to get the
// first key.
func (s *KeySet) Rotate(now time.Time, r Rotation) (*KeySet, bool, error) {
	if r.Period < time.Second || r.Ahead < 0 || r.Keep < MaxLifetime+Overlap {
		return nil, false, fmt.Errorf("rotating pass keys: period %v, ahead %v, keep %v; the period must be 1 s or more, and keep %v or more",
			r.Period, r.Ahead, r.Keep, MaxLifetime+Overlap)
	}
	var keys []*Key
	covered := now // the end of the time from now on in which a key signs
	for _, k := range s.keys {
		if now.Before(k.public.NotAfter.Add(r.Keep)) {
			keys = append(keys, k)
		}
		if !k.public.NotBefore.After(covered) && k.public.NotAfter.After(covered) {
			covered = k.public.NotAfter
		}
	}
	changed := len(keys) != len(s.keys)
	for !covered.After(now.Add(r.Ahead)) {
		key, err := GenerateKey(covered, covered.Add(r.Period))
		if err != nil {
			return nil, false, err
		}
		keys, covered, changed = append(keys, key), key.public.NotAfter, true
	}
	next, err := NewKeySet(keys...)
	return next, changed, err
}

// Without returns the set without one key: for a key that others may have learned. From then on its passes
// are refused by every door that fetched the keys. Rotate the result at once, since it may have no key that signs.
func (s *KeySet) Without(id KeyID) *KeySet {
	return &KeySet{keys: slices.DeleteFunc(slices.Clone(s.keys), func(k *Key) bool { return k.public.ID == id })}
}

// Format keeps the secrets out of logs, whatever the verb.
func (s *KeySet) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.keys) }
