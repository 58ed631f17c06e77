package bench

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"healthcode/pass"
)

// Baseline does as little as an answer of its kind can: "/bare" writes JSON made by hand; "/sign" checks an HMAC bearer
// token and signs 59 bytes besides, which is a pass's payload; "/verify" checks the token, reads a JSON body and verifies the pass in it.
func Baseline(now func() time.Time) (http.Handler, error) {
	key := make([]byte, 32)
	rand.Read(key)
	_, signer, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	keys, err := pass.NewKeySet()
	if err != nil {
		return nil, err
	}
	keys, _, err = keys.Rotate(now(), pass.Rotation{Period: 24 * time.Hour, Ahead: time.Hour, Keep: time.Hour})
	if err != nil {
		return nil, err
	}
	issuer, err := pass.NewIssuer(jurisdiction, keys)
	if err != nil {
		return nil, err
	}
	verifier, err := pass.NewVerifier(map[string][]pass.PublicKey{jurisdiction: keys.Public()})
	if err != nil {
		return nil, err
	}
	mac := func(name string) string {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(name))
		return name + "." + hex.EncodeToString(h.Sum(nil))
	}
	allowed := func(r *http.Request) bool {
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		name, _, _ := strings.Cut(token, ".")
		return hmac.Equal([]byte(token), []byte(mac(name)))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /token", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, mac("somebody")) })
	mux.HandleFunc("GET /pass", func(w http.ResponseWriter, r *http.Request) {
		text, err := issuer.Mint(pass.Content{State: "green", Name: "张三", Lifetime: time.Minute}, now())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		io.WriteString(w, text)
	})
	mux.HandleFunc("POST /bare", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"state":"green","issued":"2022-04-28T09:00:00+08:00","expires":"2022-04-28T09:01:00+08:00"}`)
	})
	mux.HandleFunc("POST /sign", func(w http.ResponseWriter, r *http.Request) {
		if !allowed(r) {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		payload := make([]byte, 59)
		copy(payload, now().Format(time.RFC3339Nano))
		signature := ed25519.Sign(signer, payload)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"text":"`+base64.RawURLEncoding.EncodeToString(append(payload, signature...))+
			`","issued":"2022-04-28T09:00:00+08:00","expires":"2022-04-28T09:01:00+08:00","state":"green"}`)
	})
	mux.HandleFunc("POST /verify", func(w http.ResponseWriter, r *http.Request) {
		if !allowed(r) {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		var body struct{ Code string }
		err := json.NewDecoder(r.Body).Decode(&body)
		if err == nil {
			var claims pass.Claims
			if claims, err = verifier.Verify(body.Code, now()); err == nil && claims.State != "green" {
				err = errors.New("not green")
			}
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"decision":"admit","state":"green"}`)
	})
	return mux, nil
}
