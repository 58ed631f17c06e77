package sqlite

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"time"

	"healthcode"
)

// documentTypes gives each type its code on disk: append, and never change the order.
var documentTypes = []string{string(healthcode.DocumentID), string(healthcode.DocumentChinesePassport),
	string(healthcode.DocumentPassport), string(healthcode.DocumentHomeReturnHK),
	string(healthcode.DocumentHomeReturnMO), string(healthcode.DocumentTaiwanPermit), string(healthcode.DocumentPermanent)}

const (
	documentEntry   = 1 << 0
	documentAdded   = 1 << 1
	documentCountry = 1 << 2
)

func appendDocument(b []byte, d healthcode.PersonDocument) []byte {
	b = appendWord(b, string(d.Type), documentTypes)
	b = appendPacked(b, d.Number)
	var flags byte
	if d.Entry {
		flags |= documentEntry
	}
	if !d.Added.IsZero() {
		flags |= documentAdded
	}
	if d.Country != "" {
		flags |= documentCountry
	}
	b = append(b, flags)
	if !d.Added.IsZero() {
		b = binary.AppendVarint(b, d.Added.UnixNano())
	}
	if d.Country != "" {
		b = appendString(b, d.Country)
	}
	return b
}

func (r *reader) document() (d healthcode.PersonDocument) {
	d.Type = healthcode.DocumentType(r.word(documentTypes))
	d.Number = r.packed()
	flags := r.uvarint()
	d.Entry = flags&documentEntry != 0
	if flags&documentAdded != 0 {
		d.Added = time.Unix(0, r.varint()).UTC()
	}
	if flags&documentCountry != 0 {
		d.Country = r.string()
	}
	return d
}

// sealDocuments encrypts a person's documents together.
func (s *Store) sealDocuments(person int64, documents []healthcode.PersonDocument) ([]byte, error) {
	var b []byte
	for _, d := range documents {
		b = appendDocument(b, d)
	}
	return s.sealer.Seal(b, boundTo("person.documents", person))
}

func (s *Store) openDocuments(person int64, sealed []byte) (documents []healthcode.PersonDocument, err error) {
	plain, err := s.sealer.Open(sealed, boundTo("person.documents", person))
	if err != nil {
		return nil, fmt.Errorf("decrypting the documents of person %d: %w", person, err)
	}
	r := reader{b: plain}
	for len(r.b) > 0 && r.err == nil {
		documents = append(documents, r.document())
	}
	return documents, r.err
}

// boundTo is the context that binds a sealed value to its place, so that one can't be put in place of another.
func boundTo(what string, person int64) []byte {
	return strconv.AppendInt([]byte(what+":"), person, 10)
}

// documentHash is the part of the document's keyed hash that the index holds.
func (s *Store) documentHash(d healthcode.Document) (uint64, error) {
	sum, err := s.sealer.Lookup("document", string(d.Type)+"\x00"+d.Country+"\x00"+d.Number)
	if err != nil {
		return 0, fmt.Errorf("hashing a document: %w", err)
	}
	return binary.BigEndian.Uint64(sum) & hashMask, nil
}

// owner returns the person of a document, 0 where there is none.
func (s *Store) owner(c *conn, d healthcode.Document, hash uint64) (int64, error) {
	persons, err := c.personsAt("SELECT key FROM document_key WHERE key BETWEEN ? AND ?", hash)
	if err != nil {
		return 0, err
	}
	for _, person := range persons {
		documents, err := s.documentsOf(c, person)
		if err != nil {
			return 0, err
		}
		if slices.ContainsFunc(documents, func(have healthcode.PersonDocument) bool { return have.Document == d }) {
			return person, nil
		}
	}
	return 0, nil
}

func (s *Store) documentsOf(c *conn, person int64) ([]healthcode.PersonDocument, error) {
	var sealed []byte
	if err := c.row([]any{&sealed}, "SELECT documents FROM person WHERE person = ?", person); err != nil {
		return nil, found(err, "person", "查无此人", "there is no such person")
	}
	return s.openDocuments(person, sealed)
}

// indexDocument makes the document findable.
func (t *tx) indexDocument(hash uint64, person int64) error {
	// Two documents of one person may share a hash, and then share the key.
	_, err := t.exec("INSERT OR IGNORE INTO document_key VALUES (?)", indexKey(hash, person))
	return err
}
