package certificate

import (
	"encoding/json"
	"fmt"
	"net/url"
)

// ExportDID writes keys as a DID document of JsonWebKey2020 entries, the form of the WHO GDHCN trust lists.
// did is the document's identifier, such as did:web:example.org:trustlist. During a rotation give the old
// key and the new one: readers then accept both. Keys of SMART Health Cards stand under issuerInfo, as in the VCI directory.
func ExportDID(did string, keys []*Key) ([]byte, error) {
	methods := make([]any, 0, len(keys))
	ids := make([]string, 0, len(keys))
	var smart []any
	for _, k := range keys {
		if k.isSMART() {
			issuer, err := smartJSON(k)
			if err != nil {
				return nil, fmt.Errorf("exporting the trust list: key %s: %w", k.IDText(), err)
			}
			smart = append(smart, issuer)
			continue
		}
		jwk, err := jwkOf(k)
		if err != nil {
			return nil, fmt.Errorf("exporting the trust list: key %s: %w", k.IDText(), err)
		}
		id := did + "#" + url.PathEscape(k.IDText())
		ids = append(ids, id)
		methods = append(methods, map[string]any{
			"id": id, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk,
		})
	}
	document := map[string]any{
		"@context":           []string{"https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"},
		"id":                 did,
		"controller":         did,
		"verificationMethod": methods,
		"assertionMethod":    ids,
	}
	if smart != nil {
		document["issuerInfo"] = smart
	}
	return json.MarshalIndent(document, "", "  ")
}
