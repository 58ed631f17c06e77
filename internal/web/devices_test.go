package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"healthcode/internal/status"
)

// bindKey enrols a key of this browser, and returns the answer's status.
func (v *browser) bindKey() int {
	v.t.Helper()
	points, texts := make([][]byte, 2), make([]string, 2)
	keys := make([]*ecdsa.PrivateKey, 2)
	for i := range keys {
		var err error
		if keys[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			v.t.Fatal(err)
		}
		if points[i], err = keys[i].PublicKey.Bytes(); err != nil {
			v.t.Fatal(err)
		}
		texts[i] = base64.RawURLEncoding.EncodeToString(points[i])
	}
	sum := sha256.Sum256(status.BindingText("beijing", points[0], points[1:]))
	r, s, err := ecdsa.Sign(rand.Reader, keys[0], sum[:])
	if err != nil {
		v.t.Fatal(err)
	}
	proof := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	body, err := json.Marshal(map[string]any{"device": texts[0], "keys": texts[1:], "proof": base64.RawURLEncoding.EncodeToString(proof)})
	if err != nil {
		v.t.Fatal(err)
	}
	request, err := http.NewRequest("POST", v.http.URL+"/in/beijing/code/credentials", strings.NewReader(string(body)))
	if err != nil {
		v.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := v.client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// TestDevicesInTheAccount: the list of sessions says which one shows the code without a connection, and those who looked name the
// new device and the one that was refused.
func TestDevicesInTheAccount(t *testing.T) {
	s := newSite(t)
	one := s.register("beijing", zhang)
	two := s.browser()
	two.signInTo("/in/beijing/code", zhang)
	if n := len(one.get("/in/beijing/account", 200).all("[data-device]")); n != 0 {
		t.Errorf("%d devices before any was bound", n)
	}
	if got := two.bindKey(); got != http.StatusOK {
		t.Fatalf("binding: %d", got)
	}
	if got := two.bindKey(); got != http.StatusConflict {
		t.Errorf("another key in the same session: %d", got)
	}
	account := one.get("/in/beijing/account", 200)
	if n := len(account.all("[data-device]")); n != 1 || !strings.Contains(account.text("main"), in("zh", textBoundSession)) {
		t.Errorf("%d devices; the page says %s", n, account.text("main"))
	}
	looks := one.get("/in/beijing/looks", 200).text(".rows")
	for _, purpose := range []string{status.LookDevice, status.LookOtherDevice} {
		if words, ok := lookPurposes[purpose]; !ok || !strings.Contains(looks, in("zh", words)) {
			t.Errorf("the looks don't tell of %q: %s", purpose, looks)
		}
	}
	one.post("/in/beijing/account/session", url.Values{"session": {account.one("button[name=session]").attr("value")}}, 200)
	if n := len(one.get("/in/beijing/account", 200).all("[data-device]")); n != 0 {
		t.Error("a device that was signed out is still listed")
	}
}

// TestGlance: the kept page is told the state, whose session it is, and nothing else.
func TestGlance(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	response, err := v.client.Get(v.http.URL + "/in/beijing/code/state")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != 200 || answer["state"] != "green" || answer["session"] == "" || len(answer) != 3 {
		t.Errorf("%d %v", response.StatusCode, answer)
	}
	stranger := s.browser()
	stranger.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if response, err = stranger.client.Get(v.http.URL + "/in/beijing/code/state"); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Errorf("signed out: %d", response.StatusCode)
	}
}
