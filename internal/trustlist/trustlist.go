// Package trustlist keeps what certificates are verified with: the trust lists and revocation lists of other
// countries as they were imported, our own published keys, and our own revocations.
package trustlist

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"time"

	"healthcode"
	"healthcode/certificate"
)

// Store is what the lists are kept in, for every process.
type Store interface {
	PutTrustRecord(ctx context.Context, r healthcode.TrustRecord) error
	TrustRecords(ctx context.Context, kind string) ([]healthcode.TrustRecord, error)
	DeleteTrustRecord(ctx context.Context, kind, name string) error
	Revocations(ctx context.Context) ([]healthcode.Revocation, error)
}

// Lists keeps the lists.
type Lists struct {
	store Store
	clock healthcode.Clock
	// Own gives our own keys that others must know now.
	Own func(context.Context) ([]*certificate.Key, error)
	// Revoked gives own revocations that stand elsewhere in the store; each source adds its part.
	Revoked []func(context.Context) (certificate.RevocationSet, error)
}

// New returns the lists of a store.
func New(store Store, clock healthcode.Clock, own func(context.Context) ([]*certificate.Key, error)) *Lists {
	return &Lists{store: store, clock: clock, Own: own}
}

// Kinds of record.
const (
	kindTrust      = "trust-list"
	kindRevocation = "revocation-list"
)

// StaleAfter is when a list is old enough to be warned of: keys are added and withdrawn meanwhile.
const StaleAfter = 7 * 24 * time.Hour

// List is one imported trust list.
type List struct {
	Name      string                     `json:"name"`
	Source    string                     `json:"source"` // file or address
	Imported  time.Time                  `json:"imported"`
	Published time.Time                  `json:"published,omitzero"` // where the list says so
	Keys      int                        `json:"keys"`
	Expired   int                        `json:"expired"` // of the keys: their certificate has ended
	Proof     string                     `json:"proof"`   // none, or unchecked with the kind of the proof
	Skipped   []certificate.SkippedEntry `json:"skipped"` // entries that gave no key
	Stale     bool                       `json:"stale"`

	keys *certificate.TrustList
}

// record is a list as it is stored.
type record struct {
	Source string `json:"source"`
	Data   []byte `json:"data"`
}

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// Import stores a trust list in place of the one of that name. Bad entries are skipped and listed; a list
// without a single key is refused, so that a broken download never takes the place of a good list.
func (l *Lists) Import(ctx context.Context, name, source string, data []byte) (List, error) {
	list, err := l.read(healthcode.TrustRecord{Name: name, Updated: l.clock.Now()}, record{source, data})
	if err == nil && list.Keys == 0 {
		err = fmt.Errorf("none of its %d entries is a usable key (%s)", len(list.Skipped), list.Skipped[0].Reason)
	}
	if err != nil {
		return list, healthcode.Errorf(healthcode.CodeInvalid, "list", "信任列表无法读取", "importing the trust list %s: %v", name, err)
	}
	return list, l.put(ctx, kindTrust, name, record{source, data})
}

func (l *Lists) put(ctx context.Context, kind, name string, r record) error {
	if !nameForm.MatchString(name) {
		return healthcode.Errorf(healthcode.CodeInvalid, "name", "名称不对", "the name %q must be of small letters, digits, dots and hyphens", name)
	}
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	old, err := l.store.TrustRecords(ctx, kind)
	if err != nil {
		return err
	}
	next := healthcode.TrustRecord{Kind: kind, Name: name, Body: body, Updated: l.clock.Now()}
	for _, o := range old {
		if o.Name == name {
			next.Version = o.Version
		}
	}
	return l.store.PutTrustRecord(ctx, next)
}

func (l *Lists) read(r healthcode.TrustRecord, in record) (List, error) {
	keys, report, err := certificate.ReadTrustList(bytes.NewReader(in.Data))
	if err != nil {
		return List{Name: r.Name}, err
	}
	now := l.clock.Now()
	list := List{Name: r.Name, Source: in.Source, Imported: r.Updated, Published: keys.Published, Keys: keys.Len(), Expired: len(keys.Expired(now)),
		Proof: proofOf(in.Data), Skipped: report.Skipped, keys: keys}
	list.Stale = now.Sub(list.Imported) > StaleAfter
	return list, nil
}

// proofOf names the proof of a DID document. It isn't checked: GDHCN proofs sign the RDF canonical form (URDNA2015) of
// the document, and what is trusted is the address it was fetched from.
func proofOf(data []byte) string {
	var document struct {
		Proof struct {
			Type string `json:"type"`
		} `json:"proof"`
	}
	if json.Unmarshal(data, &document) != nil || document.Proof.Type == "" {
		return "none"
	}
	return "unchecked: " + document.Proof.Type
}

// All gives the imported lists by name.
func (l *Lists) All(ctx context.Context) ([]List, error) {
	records, err := l.store.TrustRecords(ctx, kindTrust)
	if err != nil {
		return nil, fmt.Errorf("listing trust lists: %w", err)
	}
	all := []List{}
	for _, r := range records {
		var in record
		err := json.Unmarshal(r.Body, &in)
		if err == nil {
			var list List
			if list, err = l.read(r, in); err == nil {
				all = append(all, list)
				continue
			}
		}
		return nil, fmt.Errorf("reading the trust list %s: %w", r.Name, err)
	}
	return all, nil
}

// Remove deletes a trust list, or the revocation list of that name. CodeNotFound: there is neither.
func (l *Lists) Remove(ctx context.Context, name string) error {
	err := l.store.DeleteTrustRecord(ctx, kindTrust, name)
	if other := l.store.DeleteTrustRecord(ctx, kindRevocation, name); err != nil {
		return other
	}
	return nil
}

// Trusted gives every key that counts: ours, and those of the lists.
func (l *Lists) Trusted(ctx context.Context) (*certificate.TrustList, []List, error) {
	own, err := l.Own(ctx)
	if err != nil {
		return nil, nil, err
	}
	lists, err := l.All(ctx)
	if err != nil {
		return nil, nil, err
	}
	trusted := certificate.NewTrustList(own...)
	for i := range lists {
		trusted.Merge(lists[i].keys)
	}
	return trusted, lists, nil
}

// Verifier checks certificates as of now with everything that is kept.
func (l *Lists) Verifier(ctx context.Context) (certificate.Verifier, error) {
	trusted, _, err := l.Trusted(ctx)
	if err != nil {
		return certificate.Verifier{}, err
	}
	revoked, err := l.allRevoked(ctx)
	if err != nil {
		return certificate.Verifier{}, err
	}
	return certificate.Verifier{Trust: trusted, Revoked: revoked.Revoked}, nil
}

// DID writes our own keys as a DID document for the host.
func (l *Lists) DID(ctx context.Context, host, path string) ([]byte, error) {
	own, err := l.Own(ctx)
	if err != nil {
		return nil, err
	}
	return certificate.ExportDID("did:web:"+url.QueryEscape(host)+path, own)
}

// Revocations is a revocation list as it is published and imported.
type Revocations struct {
	Format    string    `json:"format"`
	Published time.Time `json:"published"`
	// Hashes are the first 16 bytes of a SHA-256: of the signature (of ECDSA its first half), or of the identifier.
	Hashes [][]byte `json:"hashes"`
}

const revocationFormat = "healthcode-revocations/1"

// maxRevocations bounds an imported list.
const maxRevocations = 2_000_000

// OwnRevocations gives our own list, in order.
func (l *Lists) OwnRevocations(ctx context.Context) (Revocations, error) {
	set, err := l.ownRevoked(ctx)
	return Revocations{revocationFormat, l.clock.Now().UTC(), sorted(set)}, err
}

func (l *Lists) ownRevoked(ctx context.Context) (certificate.RevocationSet, error) {
	all := certificate.RevocationSet{}
	stored, err := l.store.Revocations(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing revocations: %w", err)
	}
	for _, r := range stored {
		all.Add(certificate.RevocationHash(r.Hash))
	}
	for _, source := range l.Revoked {
		set, err := source(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing revocations: %w", err)
		}
		for hash := range set {
			all.Add(hash)
		}
	}
	return all, nil
}

func sorted(set certificate.RevocationSet) [][]byte {
	hashes := make([][]byte, 0, len(set))
	for h := range set {
		hashes = append(hashes, h[:])
	}
	slices.SortFunc(hashes, bytes.Compare)
	return hashes
}

// ImportRevocations stores another country's revocation list in place of the one of that name.
func (l *Lists) ImportRevocations(ctx context.Context, name, source string, data []byte) (Revocations, error) {
	list, err := readRevocations(data)
	if err != nil {
		return list, healthcode.Errorf(healthcode.CodeInvalid, "list", "吊销列表无法读取", "importing the revocation list %s: %v", name, err)
	}
	return list, l.put(ctx, kindRevocation, name, record{source, data})
}

func readRevocations(data []byte) (Revocations, error) {
	var list Revocations
	if err := json.Unmarshal(data, &list); err != nil {
		return list, err
	}
	if list.Format != revocationFormat {
		return list, fmt.Errorf("format is %q; only %q is known", list.Format, revocationFormat)
	}
	if len(list.Hashes) > maxRevocations {
		return list, fmt.Errorf("hashes: %d are more than %d", len(list.Hashes), maxRevocations)
	}
	for i, h := range list.Hashes {
		if len(h) != len(certificate.RevocationHash{}) {
			return list, fmt.Errorf("hashes[%d] has %d bytes; a hash has 16", i, len(h))
		}
	}
	return list, nil
}

// allRevoked is our list and every imported one.
func (l *Lists) allRevoked(ctx context.Context) (certificate.RevocationSet, error) {
	all, err := l.ownRevoked(ctx)
	if err != nil {
		return nil, err
	}
	records, err := l.store.TrustRecords(ctx, kindRevocation)
	if err != nil {
		return nil, fmt.Errorf("listing revocation lists: %w", err)
	}
	for _, r := range records {
		var in record
		err := json.Unmarshal(r.Body, &in)
		if err == nil {
			var list Revocations
			if list, err = readRevocations(in.Data); err == nil {
				for _, h := range list.Hashes {
					all.Add(certificate.RevocationHash(h))
				}
				continue
			}
		}
		return nil, fmt.Errorf("reading the revocation list %s: %w", r.Name, err)
	}
	return all, nil
}

// Bundle is what a verifier without a connection keeps. It holds nothing of any person.
type Bundle struct {
	Now     time.Time       `json:"now"` // the server's clock
	Keys    json.RawMessage `json:"keys"`
	Lists   []List          `json:"lists"`
	Oldest  time.Time       `json:"oldest,omitzero"` // when the oldest list was fetched; zero where none is imported
	Stale   bool            `json:"stale"`
	Revoked [][]byte        `json:"revoked"`
}

// Bundle gathers it.
func (l *Lists) Bundle(ctx context.Context) (Bundle, error) {
	trusted, lists, err := l.Trusted(ctx)
	if err != nil {
		return Bundle{}, err
	}
	keys, err := certificate.ExportDID("did:web:localhost", trusted.Keys())
	if err != nil {
		return Bundle{}, err
	}
	revoked, err := l.allRevoked(ctx)
	if err != nil {
		return Bundle{}, err
	}
	b := Bundle{Now: l.clock.Now(), Keys: keys, Lists: lists, Revoked: sorted(revoked)}
	if len(lists) > 0 {
		oldest := slices.MinFunc(lists, func(a, b List) int { return cmp.Compare(a.Imported.Unix(), b.Imported.Unix()) })
		b.Oldest, b.Stale = oldest.Imported, oldest.Stale
	}
	return b, nil
}
