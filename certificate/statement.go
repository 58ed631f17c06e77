package certificate

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// FormatStatement is a health statement: what a traveller shows to board one flight. It is a form of this
// service alone; no other country reads it, and so it isn't an HC1 code.
const FormatStatement Format = "health-statement"

// StatementPrefix opens the text of a health statement. What follows is made as in HC1: base45, zlib,
// COSE_Sign1, CWT.
const StatementPrefix = "HS1:"

// claimStatement holds the statement. RFC 8392 leaves claims below -65536 to private use.
const claimStatement = int64(-70011)

// claimID is a CWT's own identifier (cti).
const claimID = int64(7)

// Labels within the claim.
const (
	stName     = int64(1)
	stBirth    = int64(2)
	stHash     = int64(3)
	stCountry  = int64(4)
	stTail     = int64(5)
	stFlight   = int64(6)
	stDate     = int64(7)
	stFrom     = int64(8)
	stTo       = int64(9)
	stMission  = int64(10)
	stNameZone = int64(11)
)

var statementFields = map[int64]string{stName: "name", stNameZone: "nameZone", stBirth: "birth", stHash: "documentHash", stCountry: "documentCountry",
	stTail: "documentTail", stFlight: "flight", stDate: "date", stFrom: "from", stTo: "to", stMission: "mission"}

// A Statement says that somebody may board one flight. How long it holds are the claims nbf and exp of its CWT:
// [Document.NotBefore] and [Document.Expires].
type Statement struct {
	ID    string // 32 hexadecimal digits: 16 random bytes
	Name  string // as printed in the passport
	Zone  string // the name in the passport's machine-readable zone, without trailing fillers: ERIKSSON<<ANNA<MARIA; may be empty
	Birth string // YYYY-MM-DD
	// DocumentHash proves the passport to whoever holds it, see [Statement.MatchesDocument]; the number itself isn't in the code.
	DocumentHash    []byte
	DocumentCountry string // issuing state as in the passport (ICAO 9303)
	DocumentTail    string // the number's last three characters, for a look by eye
	Flight          string // IATA or ICAO airline code and number, such as CA936
	Date            string // YYYY-MM-DD of departure at the origin airport
	From, To        string // IATA codes of the airports
	Mission         string // which post issued it
}

// statementHashLength is that of DocumentHash.
const statementHashLength = 16

// NewStatementID makes the id of a statement, by which it is revoked.
func NewStatementID() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// RevocationHashOf gives the value under which the statement with an id stands on a revocation list.
func RevocationHashOf(id string) RevocationHash { return revocationHash(id) }

// BindDocument sets what the statement says of the passport. ID must be set: it salts the hash, so that two
// statements of one person can't be linked by it.
func (s *Statement) BindDocument(country, number string) {
	number = plainNumber(number)
	s.DocumentCountry = strings.ToUpper(country)
	s.DocumentTail = number[max(0, len(number)-3):]
	s.DocumentHash = s.documentHash(country, number)
}

// MatchesDocument reports whether the statement is for this passport, as typed or as its machine-readable zone has it.
func (s *Statement) MatchesDocument(country, number string) bool {
	return subtle.ConstantTimeCompare(s.DocumentHash, s.documentHash(country, plainNumber(number))) == 1
}

// documentHash keeps the number from being read off the code. Who tries every number can find it; so can who holds the passport.
func (s *Statement) documentHash(country, number string) []byte {
	sum := sha256.Sum256([]byte(s.ID + "\n" + strings.TrimRight(strings.ToUpper(country), "<") + "\n" + number))
	return sum[:statementHashLength]
}

// plainNumber leaves letters and digits of a document number.
func plainNumber(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(number))
}

// IssueStatement signs a statement and returns the text for the QR code (alphanumeric mode). It begins at issued
// and holds until expires. Like [Issuer.Issue] it reads the text back before returning it.
func (i *Issuer) IssueStatement(s Statement, issued, expires time.Time) (string, error) {
	text, err := i.issueStatement(s, issued, expires)
	if err != nil {
		return "", fmt.Errorf("issuing the statement: %w", err)
	}
	return text, nil
}

func (i *Issuer) issueStatement(s Statement, issued, expires time.Time) (string, error) {
	algorithm, err := i.check(issued, expires)
	if err != nil {
		return "", err
	}
	id, err := hex.DecodeString(s.ID)
	if err != nil || len(id) != 16 {
		return "", errors.New("the id must be 32 hexadecimal digits: make it with NewStatementID")
	}
	content := map[int64]any{stName: s.Name, stBirth: s.Birth, stHash: s.DocumentHash, stCountry: s.DocumentCountry, stTail: s.DocumentTail,
		stFlight: s.Flight, stDate: s.Date, stFrom: s.From, stTo: s.To, stMission: s.Mission}
	if s.Zone != "" {
		content[stNameZone] = s.Zone
	}
	payload, err := canonical.Marshal(map[int64]any{claimIssuer: i.Country, claimIssuedAt: issued.Unix(), claimNotBefore: issued.Unix(),
		claimExpires: expires.Unix(), claimID: id, claimStatement: content})
	if err != nil {
		return "", fmt.Errorf("encoding the claims: %w", err)
	}
	protected, err := canonical.Marshal(map[int64]any{headerAlgorithm: int64(algorithm), headerKeyID: i.Key.ID})
	if err != nil {
		return "", fmt.Errorf("encoding the header: %w", err)
	}
	m := &Message{Algorithm: algorithm, KeyID: i.Key.ID, Payload: payload, protected: protected}
	if m.Signature, err = i.sign(m); err != nil {
		return "", err
	}
	text, err := wrap(m.encode())
	if err != nil {
		return "", fmt.Errorf("compressing the message: %w", err)
	}
	text = StatementPrefix + strings.TrimPrefix(text, Prefix)
	return text, i.readStatementBack(text, m, issued)
}

func (i *Issuer) readStatementBack(text string, m *Message, issued time.Time) error {
	trust := Verifier{Trust: NewTrustList(i.Key)}
	result := trust.Verify(text, issued)
	if !result.OK() {
		return result.Failures[0]
	}
	if !bytes.Equal(result.Document.Message.Payload, m.Payload) {
		return errors.New("reading the statement back: the content changed on the way")
	}
	return nil
}

// looksLikeStatement tells a statement from other codes by how it begins.
func looksLikeStatement(text string) bool { return strings.HasPrefix(text, StatementPrefix) }

// decodeStatement takes a statement apart.
func decodeStatement(text string) (*Document, *Failure) {
	data, failure := unwrap(Prefix + strings.TrimPrefix(text, StatementPrefix))
	if failure != nil {
		return nil, failure
	}
	message, err := readMessage(data)
	if err != nil {
		return nil, asFailure(COSE, err)
	}
	d := &Document{Message: message, Format: FormatStatement, parts: 1}
	if err := d.readStatementClaims(); err != nil {
		return nil, asFailure(COSE, err)
	}
	return d, nil
}

func (d *Document) readStatementClaims() error {
	item, err := readCBOR(d.Message.Payload)
	if err != nil {
		return fmt.Errorf("reading the claims: %w", err)
	}
	claims, ok := item.(map[any]any)
	if !ok {
		return errors.New("reading the claims: they are not a map")
	}
	d.Issuer, _ = claims[claimIssuer].(string)
	for label, into := range map[int64]*time.Time{claimExpires: &d.Expires, claimNotBefore: &d.NotBefore, claimIssuedAt: &d.IssuedAt} {
		if *into, err = claimTime(claims[label]); err != nil {
			return fmt.Errorf("reading claim %d: %w", label, err)
		}
	}
	id, _ := claims[claimID].([]byte)
	raw, ok := claims[claimStatement].(map[any]any)
	if !ok {
		return fmt.Errorf("reading the claims: there is no health statement (%d)", claimStatement)
	}
	content := map[string]any{"id": hex.EncodeToString(id)}
	for label, name := range statementFields {
		switch v := raw[label].(type) {
		case string:
			content[name] = v
		case []byte:
			content[name] = hex.EncodeToString(v)
		}
	}
	d.Content = content
	return nil
}

// Statement gives the content of a health statement in its types.
func (d *Document) Statement() (Statement, error) {
	if d.Format != FormatStatement {
		return Statement{}, fmt.Errorf("reading the statement: it is %s, not %s", d.Format, FormatStatement)
	}
	text := func(name string) string { s, _ := d.fields()[name].(string); return s }
	hash, err := hex.DecodeString(text("documentHash"))
	if err != nil {
		return Statement{}, errors.New("reading the statement: the hash of the document is broken")
	}
	return Statement{ID: text("id"), Name: text("name"), Zone: text("nameZone"), Birth: text("birth"), DocumentHash: hash,
		DocumentCountry: text("documentCountry"), DocumentTail: text("documentTail"), Flight: text("flight"), Date: text("date"),
		From: text("from"), To: text("to"), Mission: text("mission")}, nil
}

var (
	statementID = regexp.MustCompile(`^[0-9a-f]{32}$`)
	hash32      = statementID
	flightForm  = regexp.MustCompile(`^([A-Z]{3}|[A-Z][A-Z0-9]|[0-9][A-Z])[0-9]{1,4}[A-Z]?$`)
	airportForm = regexp.MustCompile(`^[A-Z]{3}$`)
	stateForm   = regexp.MustCompile(`^[A-Z]{1,3}$`)
	dayForm     = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	zoneForm    = regexp.MustCompile(`^[A-Z<]{0,39}$`)
)

// statement checks that everything by which a door decides is there.
func (c *schemaCheck) statement(content any) {
	m := c.object("the statement", content)
	for _, f := range []struct {
		name string
		form *regexp.Regexp
		must bool
	}{{"id", statementID, true}, {"documentHash", hash32, true}, {"documentCountry", stateForm, true}, {"birth", dayForm, true},
		{"flight", flightForm, true}, {"date", dayForm, true}, {"from", airportForm, true}, {"to", airportForm, true}, {"nameZone", zoneForm, false}} {
		if s, _ := m[f.name].(string); !f.form.MatchString(s) && (f.must || s != "") {
			c.problem("%s %q is not of the form %s", f.name, s, f.form)
		}
	}
	for _, name := range []string{"birth", "date"} {
		if s, _ := m[name].(string); dayForm.MatchString(s) {
			if _, err := time.Parse(time.DateOnly, s); err != nil {
				c.problem("%s %q is no day of the calendar", name, s)
			}
		}
	}
	for _, name := range []string{"name", "mission"} {
		if s, _ := m[name].(string); s == "" || len(s) > 400 {
			c.problem("%s must be there, and not longer than 400 bytes", name)
		}
	}
}
