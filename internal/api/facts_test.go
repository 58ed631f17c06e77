package api

import (
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"healthcode"
	"healthcode/internal/servicetest"
)

const ndjson = "application/x-ndjson"

// line is a fact about Zhang.
func line(id, source, kind, rest string) string {
	return fmt.Sprintf(`{"id":%q,"source":%q,"person":{"document":{"type":"CN-ID","number":%q}},"kind":%q%s}`,
		id, source, servicetest.Zhang.Document.Number, kind, rest)
}

const negative = `,"analyte":"nucleic-acid","result":"negative","time":"2022-04-27T10:00:00+08:00"`

func (h *house) send(role healthcode.Role, lines ...string) FactsSent {
	h.Helper()
	var sent FactsSent
	h.call("POST", "/v1/jurisdictions/beijing/facts", h.staff(role, "beijing"), upload{ndjson, []byte(strings.Join(lines, "\n"))}).want(200, &sent)
	return sent
}

func TestFacts(t *testing.T) {
	h := newHouse(t)
	lines := []string{
		line("1", "lab:beijing", "test", negative),
		"",
		line("2", "lab:tianjin", "test", negative),
		"not JSON",
		line("3", "lab:beijing", "test", negative+`,"plate":"京A12345"`),
		line("4", "lab:beijing", "lift", `,"hold":"4","covers":"2022-04-27T10:00:00+08:00"`),
		line("5", "lab:beijing", "retraction", `,"retracts":{"source":"border:PEK","id":"1"}`),
		line("6", "lab:beijing", "test", negative+`,"recorded":"2022-04-29T10:00:00+08:00"`),
		line("7", "lab:beijing", "retraction", `,"retracts":{"source":"lab:beijing","id":"1"}`),
		strings.Replace(line("8", "lab:beijing", "test", negative), "02", "03", 1),
		strings.Repeat(" ", 2<<20) + line("9", "lab:beijing", "test", negative),
		"\xef\xbb\xbf" + line("10", "lab:tianjin", "test", negative),
		"\u00a0" + line("11", "lab:tianjin", "test", negative),
	}
	sent := h.send(healthcode.RoleLab, lines...)
	if sent.Lines != 13 || sent.Stored != 2 || sent.Refused != 10 || len(sent.Errors) != 10 {
		t.Errorf("sent: %+v", sent)
	}
	want := map[int]string{3: "only send as lab:beijing", 4: "invalid character", 5: "plate", 6: "lift", 7: "take back", 8: "recorded", 10: "number", 11: "longer", 12: "", 13: "lab:beijing"}
	last := 0
	for _, e := range sent.Errors {
		if text, ok := want[e.Line]; !ok || !strings.Contains(e.Text.EN, text) || !e.Text.Complete() || e.Code == "" || e.Line <= last {
			t.Errorf("line %d: %+v", e.Line, e)
		}
		if strings.Contains(e.Text.EN, servicetest.Zhang.Document.Number) {
			t.Errorf("line %d tells who it is about: %s", e.Line, e.Text.EN)
		}
		last = e.Line
	}
	again := h.send(healthcode.RoleLab, lines[0], line("1", "lab:beijing", "test", strings.Replace(negative, "negative", "positive", 1)))
	if again.Duplicates != 1 || again.Conflicts != 1 || len(again.Errors) != 1 || again.Errors[0].Line != 2 {
		t.Errorf("again: %+v", again)
	}
	h.get("/metrics").want(200).has(`healthcode_facts_total{kind="test",outcome="stored"} 1`, `healthcode_facts_total{kind="test",outcome="duplicate"} 1`)

	person, err := h.Store.FindPerson(t.Context(), servicetest.Zhang.Document)
	h.Must(err)
	facts, err := h.Store.Facts(t.Context(), person)
	h.Must(err)
	if len(facts) != 2 || !facts[0].Recorded.Equal(h.Clock.Now()) {
		t.Errorf("stored: %+v", facts)
	}
}

func TestFactsOfAnAuthority(t *testing.T) {
	h := newHouse(t)
	sent := h.send(healthcode.RoleAuthority,
		line("1", "border:PEK", "entry", `,"time":"2022-04-20T08:00:00+08:00"`),
		line("1", "cdc:beijing", "lift", `,"hold":"4","covers":"2022-04-27T10:00:00+08:00"`),
		line("1", "person", "declaration", `,"time":"2022-04-20T08:00:00+08:00"`),
		line("1", "venue:beijing-mall", "stay", `,"area":"110105","evidence":"venue","from":"2022-04-20T08:00:00+08:00"`),
		line("1", "caseworker:wu", "lift", `,"hold":"4","covers":"2022-04-27T10:00:00+08:00"`),
		line("2", "cdc:beijing", "retraction", `,"retracts":{"source":"border:PEK","id":"1"}`),
		line("3", "cdc:beijing", "retraction", `,"retracts":{"source":"person","id":"1"}`))
	if sent.Stored != 2 || sent.Refused != 5 {
		t.Errorf("sent: %+v", sent)
	}
	for _, e := range sent.Errors {
		if e.Code != healthcode.CodeDenied {
			t.Errorf("line %d: %+v", e.Line, e)
		}
	}
}

func TestFactsNeedNDJSON(t *testing.T) {
	h := newHouse(t)
	h.call("POST", "/v1/jurisdictions/beijing/facts", h.staff(healthcode.RoleLab, "beijing"), upload{"text/csv", []byte("a,b")}).problem(415, "media_type", "")
	if sent := h.send(healthcode.RoleLab); sent.Lines != 0 || sent.Errors == nil {
		t.Errorf("nothing sent: %+v", sent)
	}
}

// TestScreenKeepsLines cuts the input at every place that a network could.
func TestScreenKeepsLines(t *testing.T) {
	good := line("1", "lab:a", "test", negative)
	bad := line("1", "lab:b", "test", negative)
	in := good + "\n\n" + bad + "\r\n" + good + "\n" + bad
	s := newScreen(iotest.OneByteReader(strings.NewReader(in)), healthcode.Actor{Role: healthcode.RoleLab, Source: "lab:a"}, servicetest.Start, func(*healthcode.Fact) error { return nil })
	var out strings.Builder
	buf := make([]byte, 7)
	for {
		n, err := s.Read(buf)
		out.Write(buf[:n])
		if err != nil {
			break
		}
	}
	if want := good + "\n\n\n" + good + "\n\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	if s.refused != 2 || s.errors[0].Line != 3 || s.errors[1].Line != 5 {
		t.Errorf("refused %d: %+v", s.refused, s.errors)
	}
}

// TestInterruptedFacts stores no half line, and what was sent can be sent again.
func TestInterruptedFacts(t *testing.T) {
	h := newHouse(t)
	cut := line("1", "lab:beijing", "test", negative)
	a := h.with("Content-Type: "+ndjson).stream("/v1/jurisdictions/beijing/facts", h.staff(healthcode.RoleLab, "beijing"), cut+"\n"+cut[:40])
	a.problem(400, "body_interrupted", "")
	if sent := h.send(healthcode.RoleLab, cut); sent.Stored+sent.Duplicates != 1 {
		t.Errorf("sent again: %+v", sent)
	}
}

func TestAreas(t *testing.T) {
	h := newHouse(t)
	h.get("/v1/areas").want(200).has(`"code":"310115"`)
	one := h.get("/v1/areas?code=310115,110105").want(200).Body.String()
	if strings.Count(one, `"code"`) != 2 {
		t.Errorf("two counties: %s", one)
	}
	put := func(jurisdiction, body string) answer {
		return h.call("PUT", "/v1/jurisdictions/"+jurisdiction+"/areas", h.staff(healthcode.RoleAuthority, jurisdiction), body)
	}
	history := `{"areas":[{"code":%q,"name":{"zh":"平谷区","en":"Pinggu"},"levels":[{"from":"2022-04-28","level":%q}]}]}`
	put("beijing", fmt.Sprintf(history, "119999", "high")).problem(422, "invalid", "areas[0].code")
	if p := put("beijing", fmt.Sprintf(history, "110117", "severe")).problem(422, "invalid", "areas"); !strings.Contains(p.Detail, "severe") {
		t.Errorf("detail: %s", p.Detail)
	}
	put("beijing", `{"areas":[]`).problem(422, "invalid", "areas")
	put("beijing", `{"regions":[]}`).problem(422, "invalid", "areas")

	token := h.register("tianjin", servicetest.Zhang)
	h.Learn(h.Actor(token).Person, `{"id":"1","source":"telecom","kind":"stay","evidence":"telecom","area":"110117","from":"2022-04-28T00:30:00+08:00"}`)
	if state := h.code(token, "tianjin").Status.State; state != "green" {
		t.Fatalf("before: %s", state)
	}
	var done AreasPut
	put("beijing", fmt.Sprintf(history, "110117", "high")).want(200, &done)
	if done.Counties != 1 || done.Version < 2 {
		t.Errorf("put: %+v", done)
	}
	// Risk areas are national: what Beijing's authority says holds in Tianjin's next request.
	if state := h.code(token, "tianjin").Status.State; state != "orange" {
		t.Errorf("after: %s", state)
	}
	h.get("/v1/areas?code=110117").want(200).has(`"level":"high"`, `"2022-04-28T00:00:00+08:00"`)
}
