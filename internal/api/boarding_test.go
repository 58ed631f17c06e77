package api

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/boarding"
	"healthcode/internal/servicetest"
	"healthcode/missions"
)

// boarding is the service of health statements, with the missions that are built in.
func (h *house) boarding() *boarding.Service {
	h.Helper()
	rules, err := boarding.Load(missions.FS)
	h.Must(err)
	signers := servicetest.NewSigners(h.TB, servicetest.Start.AddDate(-1, 0, 0), servicetest.Start.AddDate(4, 0, 0))
	service, err := boarding.New(boarding.Config{Rules: rules, Store: h.Store, Sealer: h.Vault, Access: h.Access, Clock: h.Clock, Log: slog.New(slog.DiscardHandler),
		Issuer: func(ctx context.Context) (*certificate.Issuer, error) { return signers.Issuer(ctx, 0) },
		Verifier: func(context.Context) (certificate.Verifier, error) {
			return certificate.Verifier{Trust: signers.Trust()}, nil
		}})
	h.Must(err)
	return service
}

// From the notice to the statement, by a correction, and to its end.
func TestBoardingJourney(t *testing.T) {
	h := newHouse(t)
	list := decoded[MissionList](h, h.get("/v1/boarding/missions"), 200)
	if len(list.Missions) < 2 || len(list.Missions[0].Notices) == 0 || list.Missions[0].Notices[0].Sets != nil {
		t.Errorf("missions %+v", list)
	}
	mission := decoded[MissionBody](h, h.get("/v1/boarding/missions/frankfurt"), 200)
	if set := mission.Notices[0].Sets[0]; set.Origins[0] != "DE" || len(set.Transit) != 0 || set.Items[0].Any[0].WithinHours != 48 || set.Items[0].Any[0].Analyte != "nucleic-acid" {
		t.Errorf("requirements %+v", set)
	}
	h.get("/v1/boarding/missions/atlantis").problem(404, "not_found", "mission")

	form := map[string]string{"mission": "frankfurt", "language": "en", "name": "Anna Maria Eriksson", "number": "L898902C3", "country": "SWE", "birth": "1974-08-12", "phone": "+4915112345678"}
	sealed := decoded[Sealed](h, h.call("POST", "/v1/boarding/accounts", "", form), 200)
	token := decoded[Token](h, h.call("POST", "/v1/boarding/accounts/complete", "", map[string]string{"registration": sealed.Registration, "code": h.Code(form["phone"])}), 200).Token
	day := h.Clock.Now().AddDate(0, 0, 1).Format("2006-01-02")
	flight := map[string]any{"number": "ca 936", "date": day, "time": "13:00", "from": "FRA", "to": "PVG", "class": "official"}
	app := decoded[BoardingApplication](h, h.call("POST", "/v1/boarding/applications", token, map[string]any{"mission": "frankfurt", "flight": flight}), 200)
	if app.State != healthcode.ApplicationDraft || app.Flight.Number != "CA936" || len(app.Items) != 1 || app.Items[0].Satisfied || app.Traveller != nil {
		t.Fatalf("application %+v", app)
	}
	mine := "/v1/boarding/applications/" + app.ID
	theirs := "/v1/missions/frankfurt/applications"
	officer, other := h.staff(healthcode.RoleConsular, "frankfurt"), h.staff(healthcode.RoleConsular, "bangkok")
	h.call("GET", mine+"/statement", token, nil).problem(410, "expired", "")
	h.call("POST", mine+"/submit", token, nil).problem(422, "invalid", "item.nucleic-acid")
	h.call("GET", theirs+"/"+app.ID, officer, nil).problem(404, "not_found", "")
	var picture bytes.Buffer
	h.Must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 800, 600))))
	item := mine + "/papers?item=nucleic-acid"
	h.call("POST", item, token, upload{"image/png", []byte("MZ")}).problem(415, "file_kind", "file")
	h.call("POST", item, token, upload{"text/plain", []byte("MZ")}).problem(415, "media_type", "")
	h.call("POST", mine+"/papers?item=visa", token, upload{"image/png", picture.Bytes()}).problem(422, "invalid", "item")
	app = decoded[BoardingApplication](h, h.call("POST", item, token, upload{"image/png", picture.Bytes()}), 200)
	app = decoded[BoardingApplication](h, h.call("DELETE", mine+"/papers/"+app.Papers[0].ID, token, nil), 200)
	app = decoded[BoardingApplication](h, h.call("POST", item, token, upload{"application/octet-stream", picture.Bytes()}), 200)
	paper := app.Papers[len(app.Papers)-1].ID
	if a := h.call("GET", mine+"/papers/"+paper, token, nil); a.Code != 200 || !strings.HasPrefix(a.Header().Get("Content-Type"), "image/") || a.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the paper: %d %v", a.Code, a.Header())
	}
	app = decoded[BoardingApplication](h, h.call("POST", mine+"/submit", token, nil), 200)
	if app.State != healthcode.ApplicationWaiting || app.Due.IsZero() {
		t.Errorf("submitted %+v", app)
	}

	q := decoded[MissionQueue](h, h.call("GET", theirs, officer, nil), 200)
	if len(q.Applications) != 1 || q.Counts[healthcode.ApplicationWaiting] != 1 || q.Applications[0].Traveller != nil {
		t.Errorf("queue %+v", q)
	}
	h.call("GET", theirs, other, nil).problem(403, "denied", "")
	h.call("GET", "/v1/missions/bangkok/applications/"+app.ID, other, nil).problem(404, "not_found", "")
	file := decoded[BoardingApplication](h, h.call("GET", theirs+"/"+app.ID, officer, nil), 200)
	if file.Traveller == nil || file.Traveller.Number != "L898902C3" {
		t.Errorf("file %+v", file)
	}
	if a := h.call("GET", theirs+"/"+app.ID+"/papers/"+paper, officer, nil); a.Code != 200 || a.Body.Len() == 0 {
		t.Errorf("the paper: %d", a.Code)
	}
	decide := func(version int, outcome, why string, verdicts ...map[string]any) answer {
		return h.call("POST", theirs+"/"+app.ID+"/decision", officer, map[string]any{"version": version, "outcome": outcome, "why": why, "papers": verdicts})
	}
	proof := map[string]any{"kind": "test", "target": "covid-19", "analyte": "nucleic-acid", "result": "negative", "time": h.Clock.Now().Add(-1), "day": "soon"}
	accept := map[string]any{"paper": paper, "accept": true, "evidence": proof}
	decide(file.Version, "accept", "", accept).problem(422, "invalid", "papers.0.day")
	delete(proof, "day")
	decide(file.Version+7, "accept", "", accept).problem(409, "conflict", "")
	decide(file.Version, "refuse", "").problem(422, "invalid", "why")
	done := decoded[BoardingApplication](h, decide(file.Version, "accept", "", accept), 200)
	if done.State != healthcode.ApplicationAccepted || done.Statement == nil || done.Statement.Text != "" {
		t.Fatalf("decided %+v", done)
	}
	st := decoded[HealthStatement](h, h.call("GET", mine+"/statement", token, nil), 200)
	if !strings.HasPrefix(st.Text, certificate.StatementPrefix) || st.Flight.Number != "CA936" {
		t.Errorf("statement %+v", st)
	}

	// Another flight: the old statement ends, and a new one is there.
	flight["number"] = "CA932"
	app = decoded[BoardingApplication](h, h.call("PUT", mine+"/flight", token, flight), 200)
	if app.Statement == nil || app.Statement.ID == st.ID || app.Statement.Flight.Number != "CA932" {
		t.Errorf("changed %+v", app.Statement)
	}
	act := map[string]any{"version": app.Version, "why": "The report was forged."}
	h.call("POST", theirs+"/"+app.ID+"/revocation", officer, act).want(http.StatusNoContent)
	h.call("POST", theirs+"/"+app.ID+"/revocation", officer, act).problem(409, "conflict", "")
	h.call("GET", mine+"/statement", token, nil).problem(410, "expired", "")
	if all := decoded[BoardingApplications](h, h.call("GET", "/v1/boarding/applications", token, nil), 200); len(all.Applications) != 1 || all.Applications[0].Why == "" {
		t.Errorf("mine %+v", all)
	}
	h.call("GET", mine, h.register("beijing", servicetest.Zhang), nil).problem(403, "no_foreign_passport", "")
}

// Who gave an application away decides it no more.
func TestRecusal(t *testing.T) {
	h := newHouse(t)
	officer := h.staff(healthcode.RoleConsular, "frankfurt")
	person, err := h.Store.FindPerson(h.Context(), servicetest.Anna.Document)
	if err != nil {
		h.register("beijing", servicetest.Anna)
		person, err = h.Store.FindPerson(h.Context(), servicetest.Anna.Document)
		h.Must(err)
	}
	traveller := healthcode.Actor{Role: healthcode.RoleResident, Person: person}
	flight := boarding.Flight{Number: "CA936", Date: h.Clock.Now().AddDate(0, 0, 1).Format("2006-01-02"), Time: "13:00", From: "FRA", To: "PVG", Class: "official"}
	app, err := h.server.Boarding.Open(h.Context(), traveller, "frankfurt", flight)
	h.Must(err)
	var picture bytes.Buffer
	h.Must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 800, 600))))
	app, err = h.server.Boarding.Upload(h.Context(), traveller, app.ID, "nucleic-acid", picture.Bytes())
	h.Must(err)
	app, err = h.server.Boarding.Submit(h.Context(), traveller, app.ID)
	h.Must(err)
	path := "/v1/missions/frankfurt/applications/" + app.ID
	h.call("POST", path+"/recusal", officer, map[string]any{"version": app.Version, "why": ""}).problem(422, "invalid", "why")
	h.call("POST", path+"/recusal", officer, map[string]any{"version": app.Version, "why": "A neighbour."}).want(http.StatusNoContent)
	h.call("POST", path+"/decision", officer, map[string]any{"version": app.Version + 1, "outcome": "refuse", "why": "No."}).problem(403, "denied", "")
}
