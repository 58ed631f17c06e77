package api

import (
	"encoding/base64"
	"testing"

	"healthcode/internal/servicetest"
)

// TestDevices: a resident sees which of their sign-ins signs its pass itself, and ends it.
func TestDevices(t *testing.T) {
	h := newHouse(t)
	token, stranger := h.register("beijing", servicetest.Zhang), h.register("beijing", servicetest.Li)
	var list DeviceList
	h.call("GET", "/v1/me/devices", token, nil).want(200, &list)
	if list.Devices == nil || len(list.Devices) != 0 {
		t.Errorf("devices before any was bound: %+v", list)
	}
	d := h.NewDevice()
	b := d.Binding("beijing", 1)
	text := base64.RawURLEncoding.EncodeToString
	h.call("POST", "/v1/me/codes/beijing/credentials", token,
		map[string]any{"device": text(b.Device), "keys": []string{text(b.Keys[0])}, "proof": text(b.Proof)}).want(200)
	h.call("GET", "/v1/me/devices", token, nil).want(200, &list)
	if len(list.Devices) != 1 || !list.Devices[0].Current || !list.Devices[0].Enrolled.Equal(h.Clock.Now()) || len(list.Devices[0].ID) != 16 {
		t.Fatalf("devices %+v", list)
	}
	id := list.Devices[0].ID
	h.call("DELETE", "/v1/me/devices/"+id, stranger, nil).problem(404, "not_found", "id")
	h.call("DELETE", "/v1/me/devices/0123456789abcdef", token, nil).problem(404, "not_found", "id")
	h.call("DELETE", "/v1/me/devices/xyz", token, nil).problem(422, "invalid", "id")
	h.call("DELETE", "/v1/me/devices/"+id, token, nil).want(204)
	h.call("GET", "/v1/me/devices", token, nil).want(401)
}
