package postgres

import (
	"encoding/hex"
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

func (s *Store) sealProfile(person uuid, p healthcode.Person) ([]byte, error) {
	out := profile{Name: p.Name, Language: p.Language, Phone: p.Phone}
	if !p.Birth.IsZero() {
		out.Birth = p.Birth.Format(time.DateOnly)
	}
	return s.sealJSON(out, "person.profile", person)
}

// openProfile returns an empty person for nil.
func (s *Store) openProfile(person uuid, sealed []byte) (p healthcode.Person, err error) {
	if sealed == nil {
		return p, nil
	}
	var in profile
	if err := s.openJSON(&in, sealed, "person.profile", person); err != nil {
		return p, err
	}
	p.Name, p.Language, p.Phone = in.Name, in.Language, in.Phone
	if in.Birth != "" {
		p.Birth, err = time.Parse(time.DateOnly, in.Birth)
	}
	return p, err
}

// document is how one is encrypted, in a list with the person's others.
type document struct {
	Type    healthcode.DocumentType `json:"type"`
	Number  string                  `json:"number"`
	Country string                  `json:"country,omitempty"`
	Entry   bool                    `json:"entry,omitempty"`
	Added   int64                   `json:"added,omitempty"`
}

func (s *Store) sealDocuments(person uuid, documents []healthcode.PersonDocument) ([]byte, error) {
	out := make([]document, len(documents))
	for i, d := range documents {
		out[i] = document{d.Type, d.Number, d.Country, d.Entry, stamp(d.Added)}
	}
	return s.sealJSON(out, "person.documents", person)
}

func (s *Store) openDocuments(person uuid, sealed []byte) ([]healthcode.PersonDocument, error) {
	var in []document
	if err := s.openJSON(&in, sealed, "person.documents", person); err != nil {
		return nil, err
	}
	out := make([]healthcode.PersonDocument, len(in))
	for i, d := range in {
		out[i] = healthcode.PersonDocument{Entry: d.Entry, Added: unstamp(d.Added),
			Document: healthcode.Document{Type: d.Type, Number: d.Number, Country: d.Country}}
	}
	return out, nil
}

func (s *Store) sealJSON(v any, what string, person uuid) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	sealed, err := s.sealer.Seal(plain, boundTo(what, person))
	if err != nil {
		return nil, fmt.Errorf("encrypting %s: %w", what, err)
	}
	return sealed, nil
}

func (s *Store) openJSON(v any, sealed []byte, what string, person uuid) error {
	plain, err := s.sealer.Open(sealed, boundTo(what, person))
	if err == nil {
		err = json.Unmarshal(plain, v)
	}
	if err != nil {
		return fmt.Errorf("decrypting the %s of %x: %w", what, person, err)
	}
	return nil
}

// boundTo is the context that binds a sealed value to its place, so that one can't be put in place of another.
func boundTo(what string, person uuid) []byte {
	return hex.AppendEncode([]byte(what+":"), person[:])
}

// documentHash is what a document is found by.
func (s *Store) documentHash(d healthcode.Document) (uuid, error) {
	sum, err := s.sealer.Lookup("document", string(d.Type)+"\x00"+d.Country+"\x00"+d.Number)
	if err != nil {
		return uuid{}, fmt.Errorf("hashing a document: %w", err)
	}
	return uuid(sum), nil
}

// identityStates gives each state its code in the table.
var identityStates = []healthcode.IdentityState{healthcode.IdentityUnchecked, healthcode.IdentityChecked, healthcode.IdentityRefused}

// identityCode returns that of "unchecked" for any other text: who isn't known to be checked, isn't.
func identityCode(state healthcode.IdentityState) int16 {
	return int16(max(0, slices.Index(identityStates, state)))
}
