package web

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"healthcode"
	"healthcode/pass"
	"healthcode/policy"
)

// TestOfflineDecisionsAreThePolicys compares what a door keeps with what its policy decides.
func TestOfflineDecisionsAreThePolicys(t *testing.T) {
	s := newSite(t)
	s.register("ningbo", zhang)
	for _, kind := range []string{"city-entry", "employment", "metro"} {
		v := s.staff(healthcode.RoleCheckpoint, "ningbo", kind)
		r, err := v.client.Get(v.http.URL + "/door/offline")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || r.StatusCode != 200 {
			t.Fatalf("%d, %v", r.StatusCode, err)
		}
		if strings.Contains(string(body), "张") || strings.Contains(string(body), `"d"`) {
			t.Errorf("%s: a person, or a secret key: %s", kind, body)
		}
		var data doorOffline
		if err := json.Unmarshal(body, &data); err != nil {
			t.Fatal(err)
		}
		if keys, err := pass.ParsePublicKeys(data.Keys); err != nil || len(keys) == 0 {
			t.Errorf("%s: the keys are %s: %v", kind, data.Keys, err)
		}
		p, err := s.server.Status.Policy("ningbo")
		if err != nil {
			t.Fatal(err)
		}
		if !data.Until.Equal(p.Until) || !data.Now.Equal(s.now) || data.Venue != "ningbo-"+kind || len(data.Failures) != 11 {
			t.Errorf("%s: %+v", kind, data)
		}
		temperatures := map[string]*float64{"unmeasured": nil, "normal": new(36.5), "fever": new(p.FeverAt)}
		states := []string{policy.StateNone, healthcode.StateHeld, "red", "yellow", "green"}
		if len(data.Decisions) != len(states)*len(temperatures) {
			t.Errorf("%s: there are %d decisions", kind, len(data.Decisions))
		}
		for _, state := range states {
			for class, temperature := range temperatures {
				want, err := p.Decide(kind, state, temperature)
				if err != nil {
					t.Fatal(err)
				}
				got := data.Decisions[state+"/"+class]
				if got.Decision != want.Decision || !strings.Contains(got.HTML, textDoorOffline.EN) || strings.Contains(got.HTML, "data-name") != (state != policy.StateNone) {
					t.Errorf("%s, %s/%s: %+v, want %s", kind, state, class, got, want.Decision)
				}
			}
		}
	}
}

func TestDoorWorker(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleCheckpoint, "ningbo", "metro")
	r := v.get("/door/worker.js", 200).response
	if r.Header.Get("Service-Worker-Allowed") != "/door" || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/javascript") {
		t.Errorf("the headers are %v", r.Header)
	}
}
