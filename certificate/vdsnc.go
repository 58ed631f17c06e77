package certificate

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// FormatVDSNC is an ICAO visible digital seal for non-constrained environments: JSON with the signer's
// certificate in it. It is read, not issued.
const FormatVDSNC Format = "vds-nc"

// vdsNC is the outer form (ICAO TR VDS-NC).
type vdsNC struct {
	Data json.RawMessage `json:"data"`
	Sig  struct {
		Algorithm   string `json:"alg"`
		Certificate string `json:"cer"`
		Value       string `json:"sigvl"`
	} `json:"sig"`
}

var vdsAlgorithms = map[string]Algorithm{"ES256": ES256, "ES384": ES384, "ES512": ES512}

// looksLikeVDS tells a seal from other JSON by its header.
func looksLikeVDS(text string) bool {
	var seal struct {
		Data struct {
			Header struct {
				Type string `json:"t"`
			} `json:"hdr"`
		} `json:"data"`
	}
	return strings.HasPrefix(text, "{") && len(text) <= maxText && json.Unmarshal([]byte(text), &seal) == nil &&
		strings.HasPrefix(seal.Data.Header.Type, "icao.")
}

// decodeVDS takes a seal apart. Its signature covers the canonical form of data (RFC 8785).
func decodeVDS(text string) (*Document, *Failure) {
	var seal vdsNC
	if err := json.Unmarshal([]byte(text), &seal); err != nil {
		return nil, failWith(COSE, fmt.Errorf("reading the seal: %w", err))
	}
	algorithm, known := vdsAlgorithms[seal.Sig.Algorithm]
	if !known {
		return nil, fail(COSE, "reading the seal: alg %q is not ES256, ES384 or ES512", seal.Sig.Algorithm)
	}
	certificate, err := decodeBase64(seal.Sig.Certificate)
	if err != nil || len(certificate) == 0 {
		return nil, fail(COSE, "reading the seal: cer is not a certificate in base64url")
	}
	signature, err := decodeBase64(seal.Sig.Value)
	if err != nil || len(signature) == 0 {
		return nil, fail(COSE, "reading the seal: sigvl is not a signature in base64url")
	}
	canonical := jsontext.Value(seal.Data)
	if err := canonical.Canonicalize(); err != nil {
		return nil, failWith(COSE, fmt.Errorf("reading the seal: %w", err))
	}
	d := &Document{
		Message: &Message{Algorithm: algorithm, KeyID: KeyID(certificate), Payload: canonical, Signature: signature, bare: true},
		Format:  FormatVDSNC, parts: 1, certificate: certificate,
	}
	if err := json.Unmarshal(canonical, &d.Content); err != nil {
		return nil, failWith(COSE, fmt.Errorf("reading the seal: %w", err))
	}
	header, _ := d.fields()["hdr"].(map[string]any)
	d.Issuer, _ = header["is"].(string)
	return d, nil
}

// sealType gives icao.test, icao.vacc or another type.
func (d *Document) sealType() string {
	header, _ := d.fields()["hdr"].(map[string]any)
	t, _ := header["t"].(string)
	return t
}

// seal checks what tells who was tested or vaccinated, and when.
func (c *schemaCheck) seal(content any) {
	m := c.object("data", content)
	if m == nil {
		return
	}
	header, msg := c.object("hdr", m["hdr"]), c.object("msg", m["msg"])
	if header == nil || msg == nil {
		return
	}
	c.text("hdr.", header, "is", filled, line)
	pid := c.object("msg.pid", msg["pid"])
	if pid == nil {
		return
	}
	c.text("msg.pid.", pid, "n", filled, line)
	c.text("msg.pid.", pid, "dob", optional, dateRule)
	switch header["t"] {
	case "icao.test":
		c.text("msg.", msg, "utci", filled, line)
		if dat := c.object("msg.dat", msg["dat"]); dat != nil {
			c.text("msg.dat.", dat, "sc", filled, timeRule)
		}
		c.object("msg.tr", msg["tr"])
	case "icao.vacc":
		c.text("msg.", msg, "uvci", filled, line)
		if events, ok := msg["ve"].([]any); !ok || len(events) == 0 {
			c.problem("msg.ve must be a list of vaccinations")
		}
	default:
		c.problem("hdr.t must be icao.test or icao.vacc")
	}
}
