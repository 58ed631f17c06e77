package web

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/issuer"
	"healthcode/internal/trustlist"
)

// trust gives the lists of a site, with keys of its own.
func (s *site) trust(sealer healthcode.Sealer, clock healthcode.Clock) Trust {
	s.issuer = issuer.New(s.store, sealer, clock, issuer.Options{Country: "CN"})
	s.lists = trustlist.New(s.store, clock, s.issuer.Published)
	return s.lists
}

// A vector is one of package certificate's.
type dgcVector struct {
	ID, Clock, HC1 string
	Certificate    string `json:"cert_b64"`
}

func dgcVectors(t *testing.T) []dgcVector {
	t.Helper()
	data, err := os.ReadFile("../../certificate/testdata/dgc-vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var all []dgcVector
	for line := range strings.Lines(string(data)) {
		var v dgcVector
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// The verdicts in the browser are those of the Go library, over every vector, good ones and bad ones.
func TestVerifierInTheBrowserAgreesWithTheLibrary(t *testing.T) {
	s := newSite(t)
	w := chromium(t, s.browser())
	w.visit(s.http.URL + "/verify")
	w.await(`["ready", "empty"].includes(document.querySelector("[data-verify]").dataset.verify)`)
	w.eval(`globalThis.started = 0, globalThis.readyAfter = performance.getEntriesByName("inspector-ready")[0].startTime, ""`)
	good, bad := 0, 0
	for _, v := range dgcVectors(t) {
		at, err := time.Parse(time.RFC3339, v.Clock)
		if err != nil {
			t.Fatal(err)
		}
		certificates := fmt.Sprintf("[%q]", v.Certificate)
		trusted, _, err := certificate.ReadTrustList(strings.NewReader(certificates))
		if err != nil {
			t.Fatal(err)
		}
		want := (&certificate.Verifier{Trust: trusted}).Verify(v.HC1, at.UTC()).Report()
		question, err := json.Marshal(map[string]any{"text": v.HC1, "now": at})
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ Report certificate.Report }
		out := w.eval(fmt.Sprintf(`healthInspector.trust(%q, []), healthInspector.ask(%q, 0)`, certificates, question))
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%s: %v in %s", v.ID, err, out)
		}
		if got.Report.OK != want.OK || got.Report.Stage != want.Stage || got.Report.Reason != want.Reason {
			t.Errorf("%s: %v %q %q, want %v %q %q", v.ID, got.Report.OK, got.Report.Stage, got.Report.Reason, want.OK, want.Stage, want.Reason)
		}
		if want.OK {
			good++
		} else {
			bad++
		}
	}
	t.Logf("ready %s ms after opening; %s ms for one verification", w.eval(`String(Math.round(readyAfter))`), w.eval(fmt.Sprintf(
		`healthInspector.trust(%q, []), started = performance.now(), Array.from({ length: 50 }, () => healthInspector.ask(%q, 0)), ((performance.now() - started) / 50).toFixed(1)`,
		fmt.Sprintf("[%q]", dgcVectors(t)[0].Certificate), fmt.Sprintf(`{"text":%q,"now":"2021-05-06T18:00:00Z"}`, dgcVectors(t)[0].HC1))))
	if good < 40 || bad < 10 {
		t.Errorf("%d good and %d bad vectors were compared", good, bad)
	}
}

// issued makes a vaccination certificate of Anna Maria Eriksson, whose passport is the specimen of ICAO 9303.
func (s *site) issued(t *testing.T) string {
	t.Helper()
	if err := s.issuer.EnsureDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	signer, err := s.issuer.Issuer(t.Context(), issuer.Vaccination)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signer.Issue(certificate.DCC{Name: certificate.DCCName{Surname: "Eriksson", SurnameMachine: "ERIKSSON", Forename: "Anna Maria", ForenameMachine: "ANNA<MARIA"},
		BirthDate: "1974-08-12", Vaccination: []certificate.DCCVaccination{{Disease: "840539006", Vaccine: "1119349007", Product: "EU/1/20/1528",
			Maker: "ORG-100030215", Dose: 2, Doses: 2, Date: "2022-02-18", Country: "CN", Issuer: "Test", UVCI: "URN:UVCI:01:CN:ERIKSSON"}}},
		s.now, s.now.Add(30*24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// ask fills the form in and gives the verdict and the checks.
func (w window) ask(values map[string]string) string {
	w.t.Helper()
	w.eval(`document.querySelector("[data-clear]").click(), ""`)
	for name, value := range values {
		w.eval(fmt.Sprintf(`document.querySelector("[data-form]").elements[%q].value = %q, ""`, name, value))
	}
	w.eval(`document.querySelector("[data-ask]").click(), ""`)
	w.await(`document.querySelector("[data-verdict]") !== null`)
	return w.eval(`document.querySelector("[data-verdict]").dataset.verdict + " " + document.querySelector("[data-verdict]").dataset.stage + " " + [...document.querySelectorAll("[data-check]")].map((e) => e.dataset.check).join(" ")`)
}

const specimenMRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"

// TestVerifierWithoutAServer: after the first load nothing more is needed, and nothing of a traveller stays behind.
func TestVerifierWithoutAServer(t *testing.T) {
	s := newSite(t)
	text := s.issued(t)
	if _, err := s.lists.Import(t.Context(), "test", "file", []byte(fmt.Sprintf("[%q, %q]", dgcVectors(t)[0].Certificate, strings.Repeat("A", 300)))); err != nil {
		t.Fatal(err)
	}
	w := chromium(t, s.browser())
	w.visit(s.http.URL + "/verify")
	w.await(`document.querySelector("[data-verify]").dataset.offline === "ready"`)
	// The clock of the site stands in 2022, and the browser's doesn't.
	if note := w.eval(`document.querySelector("[data-clock]").hidden ? "" : document.querySelector("[data-clock]").textContent`); !strings.Contains(note, " d ") {
		t.Errorf("a clock that is years off: %q", note)
	}
	if lists := w.eval(`document.querySelector("[data-list-names]").textContent`); !strings.Contains(lists, "test") || !strings.Contains(lists, "1 entries skipped") || !strings.Contains(lists, "$[1]: ") {
		t.Errorf("the lists: %s", lists)
	}
	s.http.CloseClientConnections()
	s.http.Close()
	soon := s.now.Add(48 * time.Hour).Format("2006-01-02T15:04")
	for _, opened := range []string{"before", "after"} {
		for _, try := range []struct {
			what, want string
			values     map[string]string
		}{
			{"the right passport", "good  certificate:good departure:good name:good birth:good number:skipped", map[string]string{"text": text, "mrz": specimenMRZ, "departure": soon}},
			{"typed", "good  certificate:good name:good birth:good", map[string]string{"text": text, "name": "Eriksson Anna Maria", "birth": "1974-08-12"}},
			{"somebody else's", "bad  certificate:good name:bad birth:good", map[string]string{"text": text, "name": "Eriksson Anton", "birth": "1974-08-12"}},
			{"another birthday", "bad  certificate:good birth:bad", map[string]string{"text": text, "birth": "1975-08-12"}},
			{"a flight after its end", "bad expired certificate:bad departure:good name:unclear", map[string]string{"text": text, "departure": s.now.AddDate(0, 2, 0).Format("2006-01-02T15:04")}},
			{"no passport", "unclear  certificate:good name:unclear", map[string]string{"text": text}},
			{"a mistyped zone", "bad  certificate:good name:bad", map[string]string{"text": text, "mrz": strings.Replace(specimenMRZ, "C36", "C37", 1)}},
			{"changed", "bad base45 certificate:bad", map[string]string{"text": text[:len(text)-3] + ":::"}},
			{"something else", "bad not-hc1 certificate:bad", map[string]string{"text": "https://example.org"}},
		} {
			if got := w.ask(try.values); got != try.want {
				t.Errorf("opened %s, %s: %q, want %q", opened, try.what, got, try.want)
			}
		}
		w.visit(s.http.URL + "/verify")
		w.await(`document.querySelector("[data-verify]").dataset.verify === "ready"`)
	}
	w.ask(map[string]string{"text": text, "mrz": specimenMRZ, "number": "L898902C3"})
	w.eval(`(async () => {
		let all = JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie + location.href;
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) if (!request.url.includes("/static/")) all += request.url + await (await cache.match(request)).text();
		}
		globalThis.stored = all + JSON.stringify(await indexedDB.databases());
	})(), ""`)
	w.await(`globalThis.stored !== undefined`)
	stored := w.eval(`stored`)
	if !strings.Contains(stored, "verify-clock") || !strings.Contains(stored, "trust.json") {
		t.Errorf("what is stored: %.500s", stored)
	}
	for _, secret := range []string{"ERIKSSON", "Eriksson", "L898902C3", "1974", text[4:40]} {
		if strings.Contains(stored, secret) {
			t.Errorf("the device keeps %s", secret)
		}
	}
}

// What is published is what a reader elsewhere needs, and a revoked certificate is refused.
func TestOwnKeysAndRevocationsArePublished(t *testing.T) {
	s := newSite(t)
	text := s.issued(t)
	v := s.browser()
	for _, path := range []string{didPath, didNetworkPath} {
		p := v.get(path, 200)
		list, report, err := certificate.ReadTrustList(strings.NewReader(p.source))
		if err != nil || list.Len() != 5 || len(report.Skipped) != 0 {
			t.Fatalf("%s: %v, %v", path, report, err)
		}
		if r := (&certificate.Verifier{Trust: list}).Verify(text, s.now); !r.OK() {
			t.Errorf("%s: %+v", path, r.Report())
		}
		if !strings.Contains(p.source, `"x5c"`) || !strings.Contains(p.source, "did:web:127.0.0.1%3A") {
			t.Errorf("%s: %.300s", path, p.source)
		}
	}
	d, err := certificate.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	hash := d.RevocationHashes().Signature
	if err := s.store.Revoke(t.Context(), []healthcode.Revocation{{Hash: hash[:], Revoked: s.now, Until: d.Expires}}); err != nil {
		t.Fatal(err)
	}
	published := v.get(revocationsPath, 200).source
	verifier, err := s.lists.Verifier(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if stage := verifier.Verify(text, s.now).Stage(); stage != certificate.Revoked {
		t.Errorf("revoked by us: %q", stage)
	}
	// Another country imports it.
	if _, err := s.store.PurgeRevocations(t.Context(), d.Expires); err != nil {
		t.Fatal(err)
	}
	if _, err := s.lists.ImportRevocations(t.Context(), "cn", "address", []byte(published)); err != nil {
		t.Fatal(err)
	}
	if verifier, err = s.lists.Verifier(t.Context()); err != nil {
		t.Fatal(err)
	}
	if stage := verifier.Verify(text, s.now).Stage(); stage != certificate.Revoked {
		t.Errorf("revoked by an imported list: %q", stage)
	}
}
