package certificate

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxTrustFile bounds what ReadTrustList takes in; the largest public list has about 2 MB.
const maxTrustFile = 64 << 20

// ImportReport says what became of a trust list's entries.
type ImportReport struct {
	Entries  int            `json:"entries"`  // entries found
	Imported int            `json:"imported"` // entries with a usable key, repeats included
	Skipped  []SkippedEntry `json:"skipped"`  // the others
}

// SkippedEntry is one entry of a trust list that gave no key.
type SkippedEntry struct {
	Entry  string `json:"entry"` // the entry's identifier, or its place in the file
	Reason string `json:"reason"`
}

// importer fills a list entry by entry. A bad entry is written down and never fails the list.
type importer struct {
	list   *TrustList
	report ImportReport
}

func (i *importer) entry(name string, key *Key, err error) {
	i.aliasedEntry(name, nil, key, err)
}

// aliasedEntry is entry for a list that names the key by an id of its own.
func (i *importer) aliasedEntry(name string, alias []byte, key *Key, err error) {
	i.report.Entries++
	if err != nil {
		i.report.Skipped = append(i.report.Skipped, SkippedEntry{name, err.Error()})
		return
	}
	i.report.Imported++
	if key.Source == "" {
		key.Source = name
	}
	i.list.Add(key)
	i.list.addAlias(alias, key)
}

// ReadTrustList reads a trust list in any of the forms that are in use: a DID document (WHO GDHCN), PEM, one
// or more DER certificates, a JWK set, or JSON with certificates in base64 as texts or as the fields
// rawData, x5c, publicKeyPem and the like. The error says that nothing at all could be read; single bad
// entries are in the report.
func ReadTrustList(r io.Reader) (*TrustList, *ImportReport, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxTrustFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("reading the trust list: %w", err)
	}
	if len(data) > maxTrustFile {
		return nil, nil, fmt.Errorf("reading the trust list: it is larger than %d MB", maxTrustFile>>20)
	}
	i := &importer{list: NewTrustList(), report: ImportReport{Skipped: []SkippedEntry{}}}
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	isJSON := len(trimmed) > 0 && bytes.IndexByte([]byte(`{["`), trimmed[0]) >= 0
	switch {
	case len(trimmed) == 0:
		return nil, nil, errors.New("reading the trust list: it is empty")
	case bytes.Contains(data, []byte("-----BEGIN")) && !isJSON:
		i.pem(data)
	case isJSON:
		if err := i.json(trimmed); err != nil {
			return nil, nil, fmt.Errorf("reading the trust list: %w", err)
		}
	case data[0] == 0x30:
		i.der(data)
	default:
		i.lines(trimmed)
	}
	if i.report.Entries == 0 {
		return nil, nil, errors.New("reading the trust list: no certificate or key is in it; give a DID document, PEM, DER or JSON")
	}
	return i.list, &i.report, nil
}

func (i *importer) pem(data []byte) {
	for n := 1; ; n++ {
		var block *pem.Block
		block, data = pem.Decode(data)
		if block == nil {
			return
		}
		name := fmt.Sprintf("PEM block %d", n)
		if block.Type != "CERTIFICATE" {
			i.entry(name, nil, fmt.Errorf("reading the PEM block: a %q is not a certificate", block.Type))
			continue
		}
		key, err := ParseKey(block.Bytes)
		i.entry(name, key, err)
	}
}

// der reads certificates that stand one after the other.
func (i *importer) der(data []byte) {
	for n := 1; len(data) > 0; n++ {
		one, rest, err := splitDER(data)
		if err != nil {
			i.entry(fmt.Sprintf("DER certificate %d", n), nil, err)
			return
		}
		key, err := ParseKey(one)
		i.entry(fmt.Sprintf("DER certificate %d", n), key, err)
		data = rest
	}
}

// lines reads one base64 certificate a line.
func (i *importer) lines(data []byte) {
	for n, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := parseKeyText(line)
		i.entry(fmt.Sprintf("line %d", n+1), key, err)
	}
}

// parseKeyText reads a certificate written as base64 of its DER or PEM form, or as PEM.
func parseKeyText(s string) (*Key, error) {
	if strings.Contains(s, "-----BEGIN") {
		block, _ := pem.Decode([]byte(s))
		if block == nil {
			return nil, errors.New("reading the certificate: the PEM is broken")
		}
		return ParseKey(block.Bytes)
	}
	raw, err := decodeBase64(s)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	if bytes.Contains(raw, []byte("-----BEGIN")) {
		return parseKeyText(string(raw))
	}
	return ParseKey(raw)
}

var base64Folding = strings.NewReplacer("\n", "", "\r", "", "\t", "", " ", "", "-", "+", "_", "/", "=", "")

// decodeBase64 reads either alphabet, padded or not, folded or not.
func decodeBase64(s string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(base64Folding.Replace(s))
}

func (i *importer) json(data []byte) error {
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	for n := 0; d.More(); n++ {
		if err := d.Decode(&v); err != nil {
			return err
		}
		i.walk("$", v, 0)
	}
	return nil
}
