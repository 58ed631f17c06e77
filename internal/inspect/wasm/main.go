//go:build js && wasm

// Command wasm is package inspect for a browser. It sets globalThis.healthInspector to {trust, ask}: trust takes the
// text of a DID document and an array of revocation hashes in base64 and returns how many keys it has, or an
// error's text; ask takes a question as JSON and the minutes that the device's time zone is ahead of UTC, and returns an answer as JSON.
package main

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"syscall/js"
	"time"

	"healthcode/certificate"
	"healthcode/internal/inspect"
)

func main() {
	verifier := &certificate.Verifier{}
	js.Global().Set("healthInspector", js.ValueOf(map[string]any{
		"trust": js.FuncOf(func(_ js.Value, args []js.Value) any {
			list, _, err := certificate.ReadTrustList(strings.NewReader(args[0].String()))
			if err != nil {
				list = certificate.NewTrustList()
			}
			revoked := certificate.RevocationSet{}
			for i := range args[1].Length() {
				raw, err := base64.StdEncoding.DecodeString(args[1].Index(i).String())
				if err == nil && len(raw) == len(certificate.RevocationHash{}) {
					revoked.Add(certificate.RevocationHash(raw))
				}
			}
			verifier.Trust, verifier.Revoked = list, revoked.Revoked
			return list.Len()
		}),
		"ask": js.FuncOf(func(_ js.Value, args []js.Value) any {
			var q inspect.Question
			if err := json.Unmarshal([]byte(args[0].String()), &q); err != nil {
				return js.ValueOf(err.Error())
			}
			q.Zone = time.FixedZone("device", args[1].Int()*60)
			out, err := json.Marshal(inspect.Ask(verifier, q))
			if err != nil {
				return js.ValueOf(err.Error())
			}
			return string(out)
		}),
	}))
	select {}
}
