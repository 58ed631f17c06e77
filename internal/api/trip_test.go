package api

import (
	"net/http"
	"testing"

	"healthcode/internal/servicetest"
)

// TestTrip: no declaration before the phone has answered.
func TestTrip(t *testing.T) {
	h := newHouse(t)
	token := h.register("beijing", servicetest.Zhang)
	h.Clock.Advance(60e9)
	report := map[string]any{"trip": true, "jurisdiction": "beijing"}
	h.call(http.MethodPost, "/v1/me/reports/review", token, report).problem(409, "trip_phones", "")
	var trip TripProgress
	h.call(http.MethodGet, "/v1/me/trip?jurisdiction=beijing", token, nil).want(200, &trip)
	if !trip.Wanted || len(trip.Phones) != 1 || trip.Next != trip.Phones[0].ID || trip.Phones[0].Verified {
		t.Fatalf("at first: %+v", trip)
	}
	phone := map[string]any{"jurisdiction": "beijing", "phone": trip.Next}
	if a := h.call(http.MethodPost, "/v1/me/trip/code", token, phone); a.Code >= 300 {
		t.Fatalf("asking: %d %s", a.Code, a.Body)
	}
	phone["code"] = h.Code(servicetest.Zhang.Phone)
	trip = TripProgress{}
	h.call(http.MethodPost, "/v1/me/trip/phone", token, phone).want(200, &trip)
	if trip.Next != "" || !trip.Phones[0].Verified {
		t.Errorf("after answering: %+v", trip)
	}
	h.call(http.MethodPost, "/v1/me/reports/review", token, report).want(200)
}
