package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/servicetest"
	"healthcode/internal/sms"
)

var bulletin = map[string]any{"title": map[string]string{"zh": "新增检测点", "en": "A new test site"}, "body": map[string]string{"zh": "朝阳区", "en": "In Chaoyang"}}

func TestBoardAndFeed(t *testing.T) {
	h := newHouse(t)
	token := h.callers()["beijing"][healthcode.RoleAuthority]
	var b Bulletin
	a := h.call(http.MethodPost, "/v1/jurisdictions/beijing/bulletins", token, bulletin)
	if err := json.Unmarshal(a.Body.Bytes(), &b); err != nil || a.Code != 200 || b.State != "current" {
		t.Fatalf("%d %s %v", a.Code, a.Body, err)
	}
	a = h.call(http.MethodPost, "/v1/jurisdictions/beijing/bulletins/"+b.ID+"/withdraw", token, map[string]any{"why": map[string]string{"zh": "地址有误", "en": "Wrong address"}})
	if a.Code != http.StatusNoContent {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	var board BoardBody
	a = h.call(http.MethodGet, "/v1/jurisdictions/beijing/board", "", nil)
	if err := json.Unmarshal(a.Body.Bytes(), &board); err != nil || len(board.Bulletins) != 1 || board.Bulletins[0].State != "withdrawn" || board.Bulletins[0].Why.EN != "Wrong address" || len(board.Rules) == 0 {
		t.Errorf("%d %s %v", a.Code, a.Body, err)
	}
	if strings.Contains(a.Body.String(), "authority-") {
		t.Error("the board names who wrote on it")
	}
	a = h.call(http.MethodGet, "/v1/jurisdictions/beijing/feed", "", nil)
	if got := a.Header().Get("Content-Type"); got != "application/feed+json" || !strings.Contains(a.Body.String(), "(withdrawn) A new test site") {
		t.Errorf("%s %s", got, a.Body)
	}
}

// A gateway's calls are taken with its signature alone.
func TestGatewayCalls(t *testing.T) {
	h := newHouse(t)
	var got []string
	secret := []byte("a secret of 24 characters")
	h.server.Gateway = &sms.Inbound{Secret: secret, Clock: h.Clock,
		Receive: func(_ context.Context, r healthcode.MessageReceipt) error {
			got = append(got, r.Ref+" "+string(r.State))
			return nil
		},
		Incoming: func(_ context.Context, m sms.Incoming) error { got = append(got, m.From+" "+m.Text); return nil }}
	post := func(path, body, timestamp, signature string) int {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(timestamp + "." + body))
		if signature == "" {
			signature = "sha256=" + hex.EncodeToString(mac.Sum(nil))
		}
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Healthcode-Timestamp", timestamp)
		r.Header.Set("Healthcode-Signature", signature)
		w := httptest.NewRecorder()
		h.server.Handler().ServeHTTP(w, r)
		return w.Code
	}
	now := h.Clock.Now().Unix()
	stamp := strconv.FormatInt(now, 10)
	const receipt, message = `{"ref":"r1","state":"delivered"}`, `{"from":"+8613800000001","to":"10690","text":"JKM"}`
	for _, c := range []struct {
		path, body, timestamp, signature string
		want                             int
	}{
		{"/v1/sms/receipts", receipt, stamp, "", 204},
		{"/v1/sms/incoming", message, stamp, "", 204},
		{"/v1/sms/receipts", receipt, stamp, "sha256=00", 403},
		{"/v1/sms/incoming", message, "", "", 403},
		{"/v1/sms/incoming", message, strconv.FormatInt(now-301, 10), "", 403},
		{"/v1/sms/receipts", `{"ref":"r1","state":"queued"}`, stamp, "", 422},
		{"/v1/sms/receipts", `{"state":"failed"}`, stamp, "", 422},
		{"/v1/sms/incoming", `{`, stamp, "", 422},
	} {
		if code := post(c.path, c.body, c.timestamp, c.signature); code != c.want {
			t.Errorf("%s %s at %s: %d, want %d", c.path, c.body, c.timestamp, code, c.want)
		}
	}
	if strings.Join(got, "; ") != "webhook:r1 delivered; +8613800000001 JKM" {
		t.Errorf("got %q", got)
	}
}

// Paper and results by the API: printed once, void when lost.
func TestPaperAndResults(t *testing.T) {
	h := newHouse(t)
	resident := h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(time.Minute) // a phone gets one code a minute
	token := h.SignIn("beijing", servicetest.Zhang)
	var printed PrintedPaper
	a := h.call(http.MethodPost, "/v1/me/codes/beijing/paper", token, nil)
	if err := json.Unmarshal(a.Body.Bytes(), &printed); err != nil || !strings.HasPrefix(printed.Text, "HCO1:") {
		t.Fatalf("%d %s %v", a.Code, a.Body, err)
	}
	if ticket, err := h.Status.ResolveOffline(t.Context(), printed.Text, "beijing"); err != nil || ticket.Person != resident.Person {
		t.Errorf("%+v %v", ticket, err)
	}
	if a := h.call(http.MethodDelete, "/v1/me/codes/beijing/paper", token, nil); a.Code != http.StatusNoContent {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	var list Papers
	a = h.call(http.MethodGet, "/v1/me/codes/beijing/paper", token, nil)
	if err := json.Unmarshal(a.Body.Bytes(), &list); err != nil || len(list.Codes) != 1 || list.Codes[0].Stands || list.Codes[0].Void == nil {
		t.Errorf("%d %s %v", a.Code, a.Body, err)
	}
	h.Learn(resident.Person, `{"id":"t","source":"lab:bj-0007","kind":"test","time":"2022-04-28T07:00:00+08:00","analyte":"nucleic-acid","result":"negative"}`,
		`{"id":"v","source":"clinic:1","kind":"vaccination","time":"2022-03-28T07:00:00+08:00","product":"X","dose":1,"doses":2}`)
	var results Results
	a = h.call(http.MethodGet, "/v1/me/results/beijing", token, nil)
	if err := json.Unmarshal(a.Body.Bytes(), &results); err != nil || len(results.Tests) != 1 || len(results.Vaccinations) != 1 {
		t.Errorf("%d %s %v", a.Code, a.Body, err)
	}
}
