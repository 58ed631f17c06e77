package api

import (
	"net/http"
	"testing"

	"healthcode"
	"healthcode/internal/servicetest"
)

func TestMainPhoneIsReplaced(t *testing.T) {
	h := newHouse(t)
	token := h.register("beijing", servicetest.Zhang)
	h.Clock.Advance(60e9)
	officer, elsewhere := h.staff(healthcode.RoleCaseworker, "beijing"), h.staff(healthcode.RoleCaseworker, "tianjin")
	body := map[string]any{"document": map[string]any{"type": "CN-ID", "number": servicetest.Zhang.Document.Number}, "phone": "+8613700000001"}
	h.call(http.MethodPost, "/v1/jurisdictions/tianjin/main-phones/code", elsewhere, body).problem(404, "not_found", "document.number")
	var owner PhoneOwner
	h.call(http.MethodPost, "/v1/jurisdictions/beijing/main-phones/code", officer, body).want(200, &owner)
	if owner.New != "+8613700000001" || owner.Name == servicetest.Zhang.Name || owner.Old == servicetest.Zhang.Phone {
		t.Errorf("owner %+v", owner)
	}
	body["code"], body["why"] = h.Code(owner.New), "lost"
	h.call(http.MethodPost, "/v1/jurisdictions/beijing/main-phones", officer, body).problem(422, "invalid", "ground")
	body["ground"] = "seen-by-video"
	h.call(http.MethodPost, "/v1/jurisdictions/beijing/main-phones", officer, body).want(204)
	h.call(http.MethodGet, "/v1/me/phones?jurisdiction=beijing", token, nil).problem(401, "signed_out", "")
}
