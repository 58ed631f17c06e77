package sqlite

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"healthcode"
)

// profile is what is encrypted of a person beside the documents.
type profile struct {
	Name     string              `json:"name,omitempty"`
	Birth    string              `json:"birth,omitempty"` // a date
	Language healthcode.Language `json:"language,omitempty"`
	Phone    string              `json:"phone,omitempty"`
}

func (s *Store) sealProfile(person int64, p healthcode.Person) ([]byte, error) {
	out := profile{Name: p.Name, Language: p.Language, Phone: p.Phone}
	if !p.Birth.IsZero() {
		out.Birth = p.Birth.Format(time.DateOnly)
	}
	plain, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return s.sealer.Seal(plain, boundTo("person.profile", person))
}

// openProfile returns an empty person for nil.
func (s *Store) openProfile(person int64, sealed []byte) (p healthcode.Person, err error) {
	if sealed == nil {
		return p, nil
	}
	plain, err := s.sealer.Open(sealed, boundTo("person.profile", person))
	if err != nil {
		return p, fmt.Errorf("decrypting person %d: %w", person, err)
	}
	var in profile
	if err := json.Unmarshal(plain, &in); err != nil {
		return p, err
	}
	p.Name, p.Language, p.Phone = in.Name, in.Language, in.Phone
	if in.Birth != "" {
		p.Birth, err = time.Parse(time.DateOnly, in.Birth)
	}
	return p, err
}

// identityStates gives each state its code on disk.
var identityStates = []healthcode.IdentityState{healthcode.IdentityUnchecked, healthcode.IdentityChecked, healthcode.IdentityRefused}

// identityCode returns that of "unchecked" for any other text: who isn't known to be checked, isn't.
func identityCode(state healthcode.IdentityState) int {
	return max(0, slices.Index(identityStates, state))
}
