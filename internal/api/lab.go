package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"healthcode"
	"healthcode/internal/lab"
)

const maxLabBody = 16 << 20 // bytes: the whole body must be there before its signature can be checked

func (s *Server) labRoutes() []Route {
	manage, mine := forRoles(lab.Managers), forRoles(residents)
	const signing = "No account is needed: the body is signed by a key of the registry. The header " + lab.Header + " has a detached JWS (RFC 7515 appendix F, RFC 7797): " +
		`the protected header {"alg":"EdDSA" or "ES256","kid":"…","b64":false,"crit":["b64"]} as base64url, two dots, and the signature. `
	return []Route{
		handle(http.MethodGet, "/v1/jurisdictions/{jurisdiction}/labs", "list-labs", "The laboratories of a place, and how long they take", s.listLabs, public, cacheable,
			about("Hours from sample to upload, of the last seven days.")),
		handle(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/labs", "create-lab", "Register a laboratory, or a platform that passes on the results of many", s.createLab, manage),
		handle(http.MethodGet, "/v1/jurisdictions/{jurisdiction}/labs/{name}", "get-lab", "A laboratory with its keys", s.getLab, forRoles(lab.Readers)),
		handle(http.MethodPut, "/v1/jurisdictions/{jurisdiction}/labs/{name}", "update-lab", "Change, close or open a laboratory", s.updateLab, manage),
		handle(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/labs/{name}/keys", "add-lab-key", "Register one more key of a laboratory", s.addLabKey, manage,
			about("Keys that are there stay valid, so that the laboratory can go over to the new one.")),
		handle(http.MethodDelete, "/v1/jurisdictions/{jurisdiction}/labs/{name}/keys/{id}", "revoke-lab-key", "Trust a key no longer", s.revokeLabKey, manage),

		document(http.MethodPost, "/v1/labs/{name}/results", "push-results", "Send signed results", []string{"application/json", "application/fhir+json"}, s.pushResults, public, limited(s.limits.signed), body(maxLabBody), within(2*time.Minute),
			reads(map[string]*huma.Schema{"application/x-ndjson": {Type: huma.TypeString, Description: "One fact of kind test a line, or a retraction of one; it may have the laboratory's number of the sample as sample"},
				"application/fhir+json": {Type: huma.TypeObject, Description: "FHIR R4 Observation, or Bundle of type batch, transaction or collection"}}),
			about(signing+"Each line or entry has an outcome of its own: stored, duplicate, merged (another platform has sent it already), confirmed (the person held it), differs (another result of the sample is known, and "+
				"casework has both), conflict, refused. Sending the same again changes nothing. FHIR is answered by an OperationOutcome, or for a batch or transaction by a Bundle.")),
		handle(http.MethodPost, "/v1/labs/{name}/queries/pull", "pull-lab-queries", "Fetch the questions that wait for the laboratory", s.pullQueries, public, limited(s.limits.signed),
			reads(map[string]*huma.Schema{"application/json": {Type: huma.TypeObject, Description: `{"at":"2022-04-28T09:00:00+08:00"}: the time, at most 5 minutes from now`}}),
			about(signing+"Whoever is found is sent like any other result, which answers the question.")),
		do(http.MethodPost, "/v1/labs/{name}/queries/{id}", "answer-lab-query", "Say that there is no such sample", s.answerQuery, public, limited(s.limits.signed),
			reads(map[string]*huma.Schema{"application/json": {Type: huma.TypeObject, Description: `{"query":"…","answer":"no-such-sample"}`}}), about(signing)),

		handle(http.MethodGet, "/v1/me/lab-queries", "list-lab-queries", "What laboratories were asked for the resident", s.listQueries, mine),
		handle(http.MethodPost, "/v1/me/lab-queries", "ask-lab", "Say that a laboratory took a sample: it is asked for the result", s.askLab, mine,
			about("Asking the same again returns the first question. A result that is here already answers at once.")),
		handle(http.MethodPost, "/v1/me/lab-results", "present-result", "Show a result that a laboratory signed for the resident", s.presentResult, mine,
			about("It counts at once, until its end or until the laboratory's own upload confirms it.")),
	}
}

// LabHours says how long a laboratory takes from sample to upload.
type LabHours struct {
	ID        string          `json:"id"`
	Name      healthcode.Text `json:"name"`
	Area      string          `json:"area"`
	Phone     string          `json:"phone,omitempty"`
	Open      bool            `json:"open"`
	Uploads   int             `json:"uploads" doc:"Of the last seven days"`
	Median    float64         `json:"median_hours"`
	P90       float64         `json:"p90_hours" doc:"Nine of ten results took no longer"`
	Longest   float64         `json:"longest_hours"`
	Histogram []LabBar        `json:"histogram"`
	Questions int             `json:"open_questions"`
	Overdue   int             `json:"overdue_questions"`
	Oldest    float64         `json:"oldest_question_hours"`
}

// LabBar is one bar of a histogram.
type LabBar struct {
	UpTo    int `json:"up_to_hours,omitempty" doc:"Absent for the last one"`
	Uploads int `json:"uploads"`
}

// LabList lists laboratories by id.
type LabList struct {
	Labs []LabHours `json:"labs"`
}

func (s *Server) listLabs(c *call, in *inJurisdiction) (LabList, error) {
	list := LabList{Labs: []LabHours{}}
	if _, err := s.Status.Policy(in.Jurisdiction); err != nil {
		return list, err
	}
	all, err := s.Labs.Hours(c.ctx, in.Jurisdiction)
	for _, h := range all {
		l := LabHours{ID: h.Lab.ID, Name: h.Lab.Name, Area: h.Lab.Area, Phone: h.Lab.Phone, Open: h.Lab.Closed.IsZero(), Uploads: h.Uploads,
			Median: h.Median.Hours(), P90: h.P90.Hours(), Longest: h.Longest.Hours(), Questions: h.Open, Overdue: h.Overdue, Oldest: h.Oldest.Hours()}
		for i, n := range h.Bars {
			bar := LabBar{Uploads: n}
			if i < len(lab.Bounds) {
				bar.UpTo = lab.Bounds[i]
			}
			l.Histogram = append(l.Histogram, bar)
		}
		list.Labs = append(list.Labs, l)
	}
	return list, err
}

// LabBody is a laboratory of the registry.
type LabBody struct {
	ID       string          `json:"id"`
	Source   string          `json:"source" doc:"Of its facts"`
	Name     healthcode.Text `json:"name"`
	Area     string          `json:"area,omitempty"`
	Platform bool            `json:"platform"`
	Phone    string          `json:"phone,omitempty"`
	Webhook  string          `json:"webhook,omitempty"`
	Open     bool            `json:"open"`
	Keys     []LabKeyBody    `json:"keys"`
}

// LabKeyBody is a key of a laboratory.
type LabKeyBody struct {
	ID        string    `json:"kid"`
	Algorithm string    `json:"alg"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until,omitzero"`
	Revoked   time.Time `json:"revoked,omitzero"`
}

func labBody(l healthcode.Lab) LabBody {
	b := LabBody{ID: l.ID, Source: l.Source(), Name: l.Name, Area: l.Area, Platform: l.Platform, Phone: l.Phone, Webhook: l.Webhook, Open: l.Closed.IsZero(), Keys: []LabKeyBody{}}
	for _, k := range l.Keys {
		b.Keys = append(b.Keys, LabKeyBody{k.ID, k.Algorithm, k.From, k.Until, k.Revoked})
	}
	return b
}

// LabEdit is what an officer writes of a laboratory.
type LabEdit struct {
	Name     healthcode.Text `json:"name"`
	Area     string          `json:"area,omitempty" maxLength:"6" example:"110105" doc:"A county of the jurisdiction; a platform may have none"`
	Phone    string          `json:"phone,omitempty" maxLength:"30"`
	Webhook  string          `json:"webhook,omitempty" maxLength:"500" doc:"Is told when questions wait; https"`
	Platform bool            `json:"platform,omitempty" doc:"It passes on the results of others; can't be changed later"`
	Closed   bool            `json:"closed,omitempty"`
}

func (b *LabEdit) entry(id string) lab.Entry {
	return lab.Entry{ID: id, Name: b.Name, Area: b.Area, Platform: b.Platform, Phone: b.Phone, Webhook: b.Webhook, Open: !b.Closed}
}

type createLabInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         struct {
		ID string `json:"id" maxLength:"32" example:"bj-0007" doc:"Unique among all jurisdictions"`
		LabEdit
	}
}

func (s *Server) createLab(c *call, in *createLabInput) (LabBody, error) {
	l, err := s.Labs.Create(c.ctx, c.actor, in.Body.entry(in.Body.ID))
	return labBody(l), err
}

// LabPath names a laboratory of a jurisdiction.
type LabPath struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Name         string `path:"name" maxLength:"32" example:"bj-0007" doc:"The laboratory's id"`
}

func (s *Server) getLab(c *call, in *LabPath) (LabBody, error) {
	l, err := s.Labs.Lab(c.ctx, c.actor, in.Name)
	return labBody(l), err
}

type updateLabInput struct {
	LabPath
	Body LabEdit
}

func (s *Server) updateLab(c *call, in *updateLabInput) (LabBody, error) {
	l, err := s.Labs.Update(c.ctx, c.actor, in.Body.entry(in.Name))
	return labBody(l), err
}

type addLabKeyInput struct {
	LabPath
	Body struct {
		ID     string    `json:"kid" maxLength:"64"`
		Public string    `json:"public" maxLength:"2000" doc:"An Ed25519 or P-256 public key, as PEM or JWK"`
		From   time.Time `json:"from,omitzero" doc:"Absent = now"`
		Until  time.Time `json:"until,omitzero" doc:"Absent = without end"`
	}
}

func (s *Server) addLabKey(c *call, in *addLabKeyInput) (LabBody, error) {
	b := in.Body
	l, err := s.Labs.AddKey(c.ctx, c.actor, in.Name, lab.NewKey{ID: b.ID, Public: b.Public, From: b.From, Until: b.Until})
	return labBody(l), err
}

type ofLabKey struct {
	LabPath
	ID string `path:"id" maxLength:"64" doc:"The key's kid"`
}

func (s *Server) revokeLabKey(c *call, in *ofLabKey) (LabBody, error) {
	l, err := s.Labs.RevokeKey(c.ctx, c.actor, in.Name, in.ID)
	return labBody(l), err
}

// LabName names a laboratory.
type LabName struct {
	Name string `path:"name" maxLength:"32" example:"bj-0007" doc:"The laboratory's id"`
}

// signed returns the laboratory that signed the body of the call, and the body.
func (s *Server) signed(c *call, id string, types ...string) (healthcode.Lab, []byte, error) {
	return s.Labs.Signed(c.ctx, id, c.r.Header.Get(lab.Header), func() ([]byte, error) {
		select { // each may be large, and stays until the call ends
		case s.pushes <- struct{}{}:
			context.AfterFunc(c.ctx, func() { <-s.pushes })
		case <-c.ctx.Done():
			return nil, c.ctx.Err()
		}
		return c.read(types...)
	})
}

// ResultsSent says what became of each line.
type ResultsSent struct {
	Lines    int            `json:"lines"`
	Outcomes map[string]int `json:"outcomes" doc:"How many lines have each outcome"`
	Results  []ResultSent   `json:"results"`
}

// ResultSent says what became of one line.
type ResultSent struct {
	Line    int              `json:"line" doc:"From 1"`
	ID      string           `json:"id,omitempty"`
	Outcome string           `json:"outcome" enum:"stored,duplicate,merged,confirmed,differs,conflict,refused"`
	Code    healthcode.Code  `json:"code,omitempty"`
	Text    *healthcode.Text `json:"text,omitempty" doc:"The field and what to do"`
}

const fhirType = "application/fhir+json"

func (s *Server) pushResults(c *call, in *LabName) (file, error) {
	if kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) == fhirType {
		return s.pushFHIR(c, in.Name)
	}
	l, data, err := s.signed(c, in.Name, "application/x-ndjson", "application/json")
	if err != nil {
		return file{}, err
	}
	lines, err := s.Labs.Push(c.ctx, l, data)
	if err != nil {
		return file{}, err
	}
	sent := ResultsSent{Lines: len(lines), Outcomes: map[string]int{}}
	for i := range lines {
		line := ResultSent{Line: lines[i].Line, ID: lines[i].ID, Outcome: lines[i].Outcome}
		sent.Outcomes[line.Outcome]++
		if code, text := lines[i].Text(); code != "" {
			line.Code, line.Text = code, &text
		}
		sent.Results = append(sent.Results, line)
	}
	text, err := json.Marshal(sent)
	return file{"application/json", text}, err
}

// pushFHIR answers in FHIR whatever happens.
func (s *Server) pushFHIR(c *call, id string) (file, error) {
	var answer lab.FHIRAnswer
	l, data, err := s.signed(c, id, fhirType)
	if err == nil {
		answer, err = s.Labs.PushFHIR(c.ctx, l, data)
	}
	if err != nil {
		p := c.problem(err)
		answer = lab.FHIRAnswer{Status: p.Status, Resource: lab.FHIRError(p.Code, p.Text.EN)}
	}
	c.status = answer.Status
	text, err := json.Marshal(answer.Resource)
	return file{fhirType, text}, err
}

// LabQueries lists the questions that wait for a laboratory.
type LabQueries struct {
	Queries []LabQueryOpen `json:"queries"`
}

// LabQueryOpen is one of them.
type LabQueryOpen struct {
	ID        string                `json:"id"`
	Documents []healthcode.Document `json:"documents" doc:"Of the person"`
	Day       string                `json:"day" doc:"On which the person says that the sample was taken"`
	Sample    string                `json:"sample,omitempty" doc:"The laboratory's number of it, where the person has it"`
	Asked     time.Time             `json:"asked"`
	Due       time.Time             `json:"due"`
}

func (s *Server) pullQueries(c *call, in *LabName) (LabQueries, error) {
	list := LabQueries{Queries: []LabQueryOpen{}}
	l, data, err := s.signed(c, in.Name, "application/json")
	if err != nil {
		return list, err
	}
	open, err := s.Labs.Pull(c.ctx, l, data)
	for _, q := range open {
		list.Queries = append(list.Queries, LabQueryOpen{q.ID, q.Documents, q.Day, q.Number, q.Asked, q.Due})
	}
	return list, err
}

type byLabQuery struct {
	LabName
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) answerQuery(c *call, in *byLabQuery) error {
	l, data, err := s.signed(c, in.Name, "application/json")
	if err != nil {
		return err
	}
	return s.Labs.AnswerNone(c.ctx, l, in.ID, data)
}

// OwnLabQueries lists what laboratories were asked for a resident.
type OwnLabQueries struct {
	Queries []OwnLabQuery `json:"queries" doc:"The newest first"`
}

// OwnLabQuery is one question.
type OwnLabQuery struct {
	ID       string          `json:"id"`
	Lab      string          `json:"lab"`
	Name     healthcode.Text `json:"name"`
	Phone    string          `json:"phone,omitempty"`
	Day      string          `json:"day"`
	Sample   string          `json:"sample,omitempty"`
	State    string          `json:"state" enum:"open,found,none" doc:"none: the laboratory says that it has no such sample"`
	Overdue  bool            `json:"overdue" doc:"The laboratory should have answered by now: show a result that it signed, or take another test"`
	Asked    time.Time       `json:"asked"`
	Due      time.Time       `json:"due"`
	Fetched  time.Time       `json:"fetched,omitzero" doc:"When the laboratory got it"`
	Answered time.Time       `json:"answered,omitzero"`
}

func ownLabQuery(q lab.Question) OwnLabQuery {
	return OwnLabQuery{q.ID, q.Lab.ID, q.Lab.Name, q.Lab.Phone, q.Day, q.Number, q.State, q.Overdue, q.Asked, q.Due, q.Fetched, q.Answered}
}

func (s *Server) listQueries(c *call, in *tripInput) (OwnLabQueries, error) {
	list := OwnLabQueries{Queries: []OwnLabQuery{}}
	all, err := s.Labs.Questions(c.ctx, c.actor, in.Jurisdiction)
	for _, q := range all {
		list.Queries = append(list.Queries, ownLabQuery(q))
	}
	return list, err
}

type askLabInput struct {
	Body struct {
		Jurisdiction string `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Lab          string `json:"lab" maxLength:"32" example:"bj-0007"`
		Day          string `json:"day" maxLength:"10" example:"2022-04-28" doc:"Of the sample"`
		Sample       string `json:"sample,omitempty" maxLength:"100" doc:"Its number, where the person has it"`
	}
}

func (s *Server) askLab(c *call, in *askLabInput) (OwnLabQuery, error) {
	q, err := s.Labs.Ask(c.ctx, c.actor, in.Body.Jurisdiction, in.Body.Lab, in.Body.Day, in.Body.Sample)
	return ownLabQuery(q), err
}

type presentResultInput struct {
	Body struct {
		Jurisdiction string `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Result       string `json:"result" maxLength:"8000" doc:"The signed result, as in its QR code: a JWS in compact form"`
	}
}

// ResultPresented is what became of a signed result.
type ResultPresented struct {
	Lab         string    `json:"lab"`
	Fact        factBody  `json:"fact"`
	Provisional bool      `json:"provisional" doc:"The laboratory's own upload hasn't come yet"`
	Until       time.Time `json:"until,omitzero" doc:"Until when it counts unless the laboratory confirms it"`
	Differs     bool      `json:"differs,omitempty" doc:"Another result of the sample is known: an office looks at both"`
}

func (s *Server) presentResult(c *call, in *presentResultInput) (ResultPresented, error) {
	p, err := s.Labs.Present(c.ctx, c.actor, in.Body.Jurisdiction, in.Body.Result)
	return ResultPresented{p.Lab.ID, factBody{p.Fact}, !p.Until.IsZero(), p.Until, p.Differs}, err
}
