package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/casework"
	"healthcode/internal/change"
)

func (s *Server) caseRoutes() []Route {
	const base = "/v1/jurisdictions/{jurisdiction}/cases"
	here := forRoles(caseworkers)
	act := func(verb, summary string, do_ func(*call, *caseActInput) error, more ...option) Route {
		return do(http.MethodPost, base+"/{id}/"+verb, verb+"-case", summary, do_, append(more, here)...)
	}
	return []Route{
		handle(http.MethodGet, base, "list-cases", "A page of the queue, by the clock", s.listCases, here),
		handle(http.MethodGet, base+"/{id}", "get-case", "One case with its evidence and history", s.getCase, here,
			about("The person sees the look. Each action names the version that was seen; on any other it answers 409 conflict, and sent twice it happens once.")),
		act("assign", "Take a case, or give it to a colleague", s.assignCase),
		act("ask", "Put a question to the person", s.askInCase, about("A short message says that there is one; it doesn't say which.")),
		act("verify", "Record what was found", s.verifyCase),
		act("accept", "Propose to retract records that are wrong", s.acceptCase, about("A second officer has to agree to each.")),
		act("lift", "Propose to end the case's hold", s.liftCase, about("A second officer has to agree.")),
		act("uphold", "Decide that what is known stays, and say why", s.upholdCase),
		act("close", "End a work order that was carried out", s.closeCase),
		act("extend", "Move the last deadline, and say why", s.extendCase),
		handle(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/calls", "take-call", "Open cases for somebody who called the hotline", s.takeCall,
			forRoles([]healthcode.Role{healthcode.RoleHotline, healthcode.RoleCaseworker}),
			about("The agent learns the cases' numbers, offices and clocks, and nothing of the records. The person sees the look.")),
	}
}

// CaseBody is a case.
type CaseBody struct {
	ID        string               `json:"id"`
	Subject   string               `json:"subject" doc:"A hold, or the rule of a colour"`
	Episode   int                  `json:"episode"`
	Origin    string               `json:"origin" enum:"hold,dispute,hotline,work-order,report,essential-trip"`
	Office    string               `json:"office" doc:"A contact of the policy"`
	Where     string               `json:"where,omitempty"`
	Stays     string               `json:"stays,omitempty"`
	Area      string               `json:"area,omitempty" doc:"Of a work order"`
	State     healthcode.CaseState `json:"state" enum:"received,assigned,verified,decided"`
	Officer   string               `json:"officer,omitempty"`
	Opened    time.Time            `json:"opened"`
	Since     time.Time            `json:"since" doc:"When the state began"`
	Due       *time.Time           `json:"due,omitempty" doc:"Until when the state may last"`
	Last      time.Time            `json:"last" doc:"Then the hold is suspended in the person's favour"`
	Escalated *time.Time           `json:"escalated,omitempty"`
	Asked     bool                 `json:"asked" doc:"The person has a question to answer"`
	Outcome   string               `json:"outcome,omitempty" doc:"lifted, retracted, upheld, ended, suspended, closed or granted"`
	Version   int                  `json:"version"`
}

func caseBody(c healthcode.Case) CaseBody {
	return CaseBody{ID: c.ID, Subject: c.Subject, Episode: c.Episode, Origin: c.Origin, Office: c.Office, Where: c.Where, Stays: c.Stays,
		Area: c.Area, State: c.State, Officer: c.Officer, Opened: c.Opened, Since: c.Since, Due: at(c.Due), Last: c.Last,
		Escalated: at(c.Escalated), Asked: c.Asked, Outcome: c.Outcome, Version: c.Version}
}

func caseBodies(cases []healthcode.Case) []CaseBody {
	list := make([]CaseBody, len(cases))
	for i, c := range cases {
		list[i] = caseBody(c)
	}
	return list
}

// CaseEntryBody is one line of a case's history.
type CaseEntryBody struct {
	At   time.Time       `json:"at"`
	Role healthcode.Role `json:"role,omitempty" doc:"Absent for the service itself"`
	By   string          `json:"by,omitempty"`
	Kind string          `json:"kind" example:"statement"`
	Text string          `json:"text,omitempty"`
}

func entryBodies(entries []healthcode.CaseEntry) []CaseEntryBody {
	list := make([]CaseEntryBody, len(entries))
	for i, e := range entries {
		list[i] = CaseEntryBody{e.At, e.Role, e.By, e.Kind, e.Text}
	}
	return list
}

type casesInput struct {
	Jurisdiction string               `path:"jurisdiction" maxLength:"16" example:"beijing"`
	State        healthcode.CaseState `query:"state" enum:"received,assigned,verified,decided" default:"received"`
	Office       string               `query:"office" maxLength:"80"`
	Officer      string               `query:"officer" maxLength:"80"`
	Late         bool                 `query:"late" doc:"Those alone whose clock has run out"`
	After        string               `query:"after" maxLength:"120" doc:"What the page before gave as next"`
}

// CaseQueue is a page of cases.
type CaseQueue struct {
	Cases  []CaseBody                   `json:"cases"`
	Counts map[healthcode.CaseState]int `json:"counts" doc:"By state"`
	Next   string                       `json:"next,omitempty" doc:"For after, where there is another page"`
}

func (s *Server) listCases(c *call, in *casesInput) (CaseQueue, error) {
	f := healthcode.CaseFilter{State: in.State, Office: in.Office, Officer: in.Officer}
	if in.Late {
		f.DueBefore = c.now()
	}
	if in.After != "" {
		due, id, ok := strings.Cut(in.After, ".")
		n, err := strconv.ParseInt(due, 10, 64)
		if !ok || err != nil {
			return CaseQueue{}, healthcode.Errorf(healthcode.CodeInvalid, "after", "请使用上一页给出的 next。", "Use what the page before gave as next.")
		}
		if f.AfterID = id; n != 0 {
			f.AfterDue = time.Unix(0, n)
		}
	}
	q, err := s.Cases.Queue(c.ctx, c.actor, f)
	if err != nil {
		return CaseQueue{}, err
	}
	page := CaseQueue{Cases: caseBodies(q.Cases), Counts: q.Counts}
	if q.More {
		last := q.Cases[len(q.Cases)-1]
		var due int64
		if !last.Due.IsZero() {
			due = last.Due.UnixNano()
		}
		page.Next = strconv.FormatInt(due, 10) + "." + last.ID
	}
	return page, nil
}

// CaseFile is a case with what an officer needs for deciding it.
type CaseFile struct {
	Case       CaseBody        `json:"case"`
	Name       string          `json:"name"`
	Status     ChangeStatus    `json:"status"`
	Evidence   []factBody      `json:"evidence" doc:"The facts on which the case rests"`
	Others     []factBody      `json:"others" doc:"What else is known, the newest first"`
	Entries    []CaseEntryBody `json:"entries" doc:"The oldest first"`
	Changes    []ChangeBody    `json:"changes" doc:"Proposed in the case"`
	Colleagues []string        `json:"colleagues" doc:"To whom it can be given"`
}

type caseInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	ID           string `path:"id" maxLength:"64"`
}

func (s *Server) getCase(c *call, in *caseInput) (CaseFile, error) {
	f, err := s.Cases.File(c.ctx, c.actor, in.ID)
	if err != nil {
		return CaseFile{}, err
	}
	colleagues := f.Colleague
	if colleagues == nil {
		colleagues = []string{}
	}
	return CaseFile{Case: caseBody(f.Case), Name: f.Person.Name, Status: changeStatus(f.Status), Evidence: factBodies(f.Facts), Others: factBodies(f.Others),
		Entries: entryBodies(f.Entries), Changes: changeBodies(f.Changes).Changes, Colleagues: colleagues}, nil
}

// caseActInput is an action; each takes the fields that its own description names.
type caseActInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	ID           string `path:"id" maxLength:"64"`
	Body         struct {
		Version  int                  `json:"version" minimum:"1" doc:"That was seen"`
		Officer  string               `json:"officer,omitempty" maxLength:"80" doc:"assign: a caseworker; absent for oneself"`
		Question string               `json:"question,omitempty" maxLength:"8000" doc:"ask: up to 2,000 characters, like each text here"`
		Finding  string               `json:"finding,omitempty" maxLength:"8000" doc:"verify"`
		Ground   string               `json:"ground,omitempty" maxLength:"40" doc:"accept and lift: of list-grounds"`
		Evidence string               `json:"evidence,omitempty" maxLength:"8000" doc:"accept and lift: what shows it"`
		Facts    []healthcode.FactRef `json:"facts,omitempty" maxItems:"50" doc:"accept: the records that are wrong"`
		Why      string               `json:"why,omitempty" maxLength:"8000" doc:"uphold, close and extend"`
		Hours    int                  `json:"hours,omitempty" doc:"extend"`
	}
}

func (in *caseActInput) seen() casework.Seen {
	return casework.Seen{ID: in.ID, Version: in.Body.Version}
}

func (s *Server) assignCase(c *call, in *caseActInput) error {
	to := in.Body.Officer
	if to == "" {
		to = c.actor.Staff
	}
	return s.Cases.Assign(c.ctx, c.actor, in.seen(), to)
}

func (s *Server) askInCase(c *call, in *caseActInput) error {
	return s.Cases.Ask(c.ctx, c.actor, in.seen(), in.Body.Question)
}

func (s *Server) verifyCase(c *call, in *caseActInput) error {
	return s.Cases.Verify(c.ctx, c.actor, in.seen(), in.Body.Finding)
}

func (s *Server) acceptCase(c *call, in *caseActInput) error {
	return s.Cases.Accept(c.ctx, c.actor, in.seen(), change.Ground(in.Body.Ground), in.Body.Evidence, in.Body.Facts)
}

func (s *Server) liftCase(c *call, in *caseActInput) error {
	return s.Cases.Lift(c.ctx, c.actor, in.seen(), change.Ground(in.Body.Ground), in.Body.Evidence)
}

func (s *Server) upholdCase(c *call, in *caseActInput) error {
	return s.Cases.Uphold(c.ctx, c.actor, in.seen(), in.Body.Why)
}

func (s *Server) closeCase(c *call, in *caseActInput) error {
	return s.Cases.CloseOrder(c.ctx, c.actor, in.seen(), in.Body.Why)
}

func (s *Server) extendCase(c *call, in *caseActInput) error {
	return s.Cases.Extend(c.ctx, c.actor, in.seen(), in.Body.Hours, in.Body.Why)
}

type callInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         struct {
		Document  DocumentBody `json:"document" doc:"The caller's"`
		Once      string       `json:"once" minLength:"8" maxLength:"32" doc:"Made by the agent's program: the same call sent twice counts once"`
		Statement string       `json:"statement" maxLength:"8000" doc:"What the caller says"`
	}
}

// CallTaken lists the cases that are open about what the caller's code says.
type CallTaken struct {
	Cases []CaseBody `json:"cases"`
}

func (s *Server) takeCall(c *call, in *callInput) (CallTaken, error) {
	cases, err := s.Cases.Call(c.ctx, c.actor, in.Body.Document.document(), in.Body.Once, in.Body.Statement)
	return CallTaken{caseBodies(cases)}, err
}
