package api

import (
	"encoding/json"
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/change"
	"healthcode/internal/identity"
)

func (s *Server) changeRoutes() []Route {
	const base = "/v1/jurisdictions/{jurisdiction}/"
	officers, overseers := forRoles(change.Officers), forRoles(change.Overseers)
	return []Route{
		handle(http.MethodGet, "/v1/changes/grounds", "list-grounds", "The grounds on which a code may be changed by hand", s.listGrounds, public, cacheable),
		handle(http.MethodGet, "/v1/changes/counts", "count-changes", "How many changes by hand there were, by month, office, kind and ground", s.countChanges, public, cacheable,
			about("Counted from the transparency log at /log/, so that anybody can recount them.")),
		handle(http.MethodGet, "/v1/me/changes", "list-my-changes", "What officers have changed in the resident's own code, the newest first", s.listMyChanges, forRoles(residents)),
		handle(http.MethodGet, base+"changes", "list-changes", "The changes that wait for a second officer, the oldest first", s.listChanges, officers),
		handle(http.MethodPost, base+"changes", "propose-change", "Propose a change of a person's code", s.proposeChange, officers,
			about("Nothing changes until a second officer agrees.")),
		handle(http.MethodGet, base+"changes/{id}", "get-change", "One change, and the code without and with it", s.getChange, officers, about("The person sees the look.")),
		handle(http.MethodPost, base+"changes/{id}/agree", "agree-to-change", "Agree to another officer's change", s.agreeToChange, officers,
			about("Who proposed it can't. Where too many codes were changed within a day it answers 409 stopped, until a third person releases the alarm.")),
		do(http.MethodPost, base+"changes/{id}/refuse", "refuse-change", "Refuse a change, or take one's own back", s.refuseChange, officers),
		handle(http.MethodGet, base+"alarms", "list-alarms", "The alarms about many changes, the newest first", s.listAlarms, overseers),
		do(http.MethodPost, base+"alarms/{id}/release", "release-alarm", "Let changes go on after an alarm", s.releaseAlarm,
			forRoles(change.Releasers),
			about("Only for somebody who has taken no part in them.")),
	}
}

// GroundBody is a ground of the list.
type GroundBody struct {
	Ground string            `json:"ground" example:"no-link"`
	Text   healthcode.Text   `json:"text"`
	Kinds  []healthcode.Kind `json:"kinds" doc:"The kinds of fact that it can be the ground of"`
}

// GroundList lists the grounds.
type GroundList struct {
	Grounds []GroundBody `json:"grounds"`
}

func (s *Server) listGrounds(_ *call, _ *none) (GroundList, error) {
	var list GroundList
	for _, g := range change.Grounds {
		list.Grounds = append(list.Grounds, GroundBody{string(g.Ground), g.Text, g.Kinds})
	}
	return list, nil
}

// ChangeCounts counts changes by hand.
type ChangeCounts struct {
	Entries uint64                   `json:"entries" doc:"Of the log"`
	Counts  []healthcode.ChangeCount `json:"counts" doc:"The latest month first"`
}

func (s *Server) countChanges(c *call, _ *none) (ChangeCounts, error) {
	counts, entries, err := s.Counts(c.ctx)
	return ChangeCounts{entries, counts}, err
}

// ChangeBody is a change by hand.
type ChangeBody struct {
	ID       string                 `json:"id"`
	State    healthcode.ChangeState `json:"state" enum:"proposed,applied,refused"`
	Office   string                 `json:"office"`
	Ground   string                 `json:"ground" example:"no-link"`
	Text     healthcode.Text        `json:"text" doc:"The ground in words"`
	Fact     factBody               `json:"fact"`
	Evidence string                 `json:"evidence,omitempty"`
	Case     string                 `json:"case,omitempty"`
	By       string                 `json:"by" doc:"The officer who proposed it"`
	Proposed time.Time              `json:"proposed"`
	Agreed   string                 `json:"agreed,omitempty" doc:"The second officer"`
	Decided  *time.Time             `json:"decided,omitempty"`
	Why      string                 `json:"why,omitempty" doc:"Why it was refused"`
	Entry    []byte                 `json:"entry,omitempty" doc:"The hash in the transparency log"`
	Index    *int64                 `json:"index,omitempty" doc:"Where in the log it is"`
}

// ChangeList lists changes.
type ChangeList struct {
	Changes []ChangeBody `json:"changes"`
}

func changeBody(c healthcode.Change) ChangeBody {
	info, _ := change.Ground(c.Ground).Info()
	b := ChangeBody{ID: c.ID, State: c.State, Office: c.Office, Ground: c.Ground, Text: info.Text, Fact: factBody{c.Fact}, Evidence: c.Evidence,
		Case: c.CaseID, By: c.By, Proposed: c.At, Agreed: c.Agreed, Why: c.Why}
	if !c.Decided.IsZero() {
		b.Decided = &c.Decided
	}
	if c.Index >= 0 {
		b.Index = &c.Index
	}
	if c.State == healthcode.ChangeApplied {
		b.Entry, _ = c.Entry() // of a change that was read, which has one
	}
	return b
}

func changeBodies(changes []healthcode.Change) ChangeList {
	list := ChangeList{Changes: make([]ChangeBody, len(changes))}
	for i, c := range changes {
		list.Changes[i] = changeBody(c)
	}
	return list
}

func (s *Server) listMyChanges(c *call, _ *none) (ChangeList, error) {
	changes, err := s.Change.Of(c.ctx, c.actor)
	list := changeBodies(changes)
	for i := range list.Changes {
		list.Changes[i].Evidence, list.Changes[i].Case = "", "" // what an officer wrote may name others
	}
	return list, err
}

func (s *Server) listChanges(c *call, _ *inJurisdiction) (ChangeList, error) {
	changes, err := s.Change.Waiting(c.ctx, c.actor)
	return changeBodies(changes), err
}

type proposeInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         struct {
		Document DocumentBody   `json:"document" doc:"Whose code"`
		Fact     map[string]any `json:"fact" doc:"The lift, the retraction or the raising fact, without id, source and recorded; a lift without covers covers what is known now"`
		Ground   string         `json:"ground" maxLength:"40" example:"no-link"`
		Evidence string         `json:"evidence" maxLength:"4000" doc:"What shows it"`
		Office   string         `json:"office,omitempty" maxLength:"80"`
		Venue    string         `json:"venue,omitempty" maxLength:"80" doc:"The place where all of it began"`
		Case     string         `json:"case,omitempty" maxLength:"80"`
	}
}

func (s *Server) proposeChange(c *call, in *proposeInput) (ChangeBody, error) {
	p := change.Proposal{Jurisdiction: in.Jurisdiction, Office: in.Body.Office, Venue: in.Body.Venue, Ground: change.Ground(in.Body.Ground),
		Evidence: in.Body.Evidence, CaseID: in.Body.Case}
	// The service names the fact itself; a fact without a name can't be read.
	in.Body.Fact["id"], in.Body.Fact["source"] = "new", healthcode.ManualSource+"new"
	if in.Body.Fact["kind"] == string(healthcode.KindLift) && in.Body.Fact["covers"] == nil {
		in.Body.Fact["covers"] = c.now() // everything that is known
	}
	text, err := json.Marshal(in.Body.Fact)
	if err != nil {
		return ChangeBody{}, err
	}
	if err := p.Fact.UnmarshalJSON(text); err != nil {
		return ChangeBody{}, &healthcode.Error{Code: healthcode.CodeInvalid, Field: "fact",
			Text: healthcode.Text{ZH: "内容不完整或有误，请按英文说明修改：" + err.Error(), EN: err.Error()}}
	}
	document, err := identity.CheckDocument(in.Body.Document.document(), identity.DateOf(c.now()))
	if err != nil {
		return ChangeBody{}, err
	}
	if p.Person, err = s.Store.FindPerson(c.ctx, document.Document); err != nil {
		return ChangeBody{}, err
	}
	proposed, err := s.Change.Propose(c.ctx, c.actor, p)
	return changeBody(proposed), err
}

type changeInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	ID           string `path:"id" maxLength:"64"`
}

// ChangeView is a change and what it does.
type ChangeView struct {
	Change ChangeBody   `json:"change"`
	Before ChangeStatus `json:"before" doc:"The code without it"`
	After  ChangeStatus `json:"after" doc:"The code with it"`
}

// ChangeStatus is what a code says without or with a change.
type ChangeStatus struct {
	State string   `json:"state"`
	Holds []string `json:"holds"`
}

func changeStatus(s healthcode.Status) ChangeStatus {
	out := ChangeStatus{State: s.State, Holds: []string{}}
	for _, h := range s.Holds {
		out.Holds = append(out.Holds, h.Hold)
	}
	return out
}

func (s *Server) getChange(c *call, in *changeInput) (ChangeView, error) {
	v, err := s.Change.View(c.ctx, c.actor, in.ID)
	if err != nil {
		return ChangeView{}, err
	}
	return ChangeView{changeBody(v.Change), changeStatus(v.Before), changeStatus(v.After)}, nil
}

func (s *Server) agreeToChange(c *call, in *changeInput) (ChangeBody, error) {
	agreed, err := s.Change.Agree(c.ctx, c.actor, in.ID)
	return changeBody(agreed), err
}

type refuseInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	ID           string `path:"id" maxLength:"64"`
	Body         struct {
		Why string `json:"why" maxLength:"4000"`
	}
}

func (s *Server) refuseChange(c *call, in *refuseInput) error {
	return s.Change.Refuse(c.ctx, c.actor, in.ID, in.Body.Why)
}

// AlarmBody is an alarm. It names no person.
type AlarmBody struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind" enum:"officer,ground,venue,feed"`
	Key        string     `json:"key" doc:"Which officer, ground, venue or account"`
	By         []string   `json:"by" doc:"Who has taken part"`
	Limit      int        `json:"limit" doc:"How many people's codes may be changed within a day"`
	At         time.Time  `json:"at"`
	Released   *time.Time `json:"released,omitempty"`
	ReleasedBy string     `json:"released_by,omitempty"`
}

// AlarmList lists alarms.
type AlarmList struct {
	Alarms []AlarmBody `json:"alarms"`
}

func (s *Server) listAlarms(c *call, _ *inJurisdiction) (AlarmList, error) {
	alarms, err := s.Change.Alarms(c.ctx, c.actor)
	list := AlarmList{Alarms: make([]AlarmBody, len(alarms))}
	for i, a := range alarms {
		list.Alarms[i] = AlarmBody{ID: a.ID, Kind: a.Kind, Key: a.Key, By: a.By, Limit: a.Limit, At: a.At, ReleasedBy: a.ReleasedBy}
		if !a.Released.IsZero() {
			list.Alarms[i].Released = &a.Released
		}
	}
	return list, err
}

func (s *Server) releaseAlarm(c *call, in *changeInput) error {
	_, err := s.Change.Release(c.ctx, c.actor, in.ID)
	return err
}
