package travel_test

import (
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/change"
	"healthcode/internal/servicetest"
	"healthcode/internal/travel"
)

func officer(name string) healthcode.Actor {
	return healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: name, Jurisdiction: "beijing"}
}

func (h *house) stage(text string) certificate.Stage {
	h.Helper()
	set := h.revoked()
	verifier := certificate.Verifier{Trust: h.signers.Trust(), Revoked: set.Revoked}
	return verifier.Verify(text, h.Clock.Now()).Stage()
}

// revoked is the revocation list as the store has it.
func (h *house) revoked() certificate.RevocationSet {
	h.Helper()
	list, err := h.Store.Revocations(h.Context())
	h.Must(err)
	set := certificate.RevocationSet{}
	for _, r := range list {
		set.Add(certificate.RevocationHash(r.Hash))
	}
	return set
}

func TestHolderRevokes(t *testing.T) {
	h := newHouse(t)
	a := h.wang()
	list, err := h.Travel.Issue(t.Context(), a, request(nucleic))
	h.Must(err)
	c := list[0]
	if got := h.stage(c.Text); got != "" {
		t.Fatalf("before: %s", got)
	}
	other := h.Register("beijing", servicetest.Li)
	h.WantCode(h.Travel.Revoke(t.Context(), other, c.ID), healthcode.CodeNotFound)
	_, err = h.Travel.Certificate(t.Context(), other, c.ID)
	h.WantCode(err, healthcode.CodeNotFound)
	h.Must(h.Travel.Revoke(t.Context(), a, c.ID))
	h.Clock.Advance(time.Minute)
	h.Must(h.Travel.Revoke(t.Context(), a, c.ID))
	got, err := h.Travel.Certificate(t.Context(), a, c.ID)
	h.Must(err)
	if got.Why != healthcode.TravelEndedHolder || !got.Ended.Equal(servicetest.Start) {
		t.Errorf("%+v", got)
	}
	if got := h.stage(c.Text); got != certificate.Revoked {
		t.Errorf("after: %q", got)
	}
}

func TestTwoOfficersRevoke(t *testing.T) {
	h := newHouse(t)
	a := h.wang()
	list, err := h.Travel.Issue(t.Context(), a, request(nucleic))
	h.Must(err)
	paper, err := certificate.WithChecksum(list[0].Identifier)
	h.Must(err)
	for ground, code := range map[string]healthcode.Code{"protest": change.CodeNoGround, "": change.CodeNoGround, "holder": change.CodeNoGround} {
		_, err := h.Travel.Propose(t.Context(), officer("wei"), paper, ground, "来文")
		h.WantCode(err, code)
	}
	_, err = h.Travel.Propose(t.Context(), officer("wei"), paper, "fraud", " ")
	h.WantCode(err, healthcode.CodeInvalid)
	_, err = h.Travel.Propose(t.Context(), officer("wei"), paper[:len(paper)-1]+"/", "fraud", "来文")
	h.WantCode(err, healthcode.CodeInvalid)
	elsewhere := healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: "tj", Jurisdiction: "tianjin"}
	_, err = h.Travel.Propose(t.Context(), elsewhere, paper, "fraud", "来文")
	h.WantCode(err, healthcode.CodeNotFound)
	c, err := h.Travel.Propose(t.Context(), officer("wei"), strings.ToLower(paper), "fraud", "来文")
	h.Must(err)
	_, err = h.Travel.Propose(t.Context(), officer("li"), paper, "fraud", "来文")
	h.WantCode(err, healthcode.CodeConflict)
	if got := h.stage(c.Text); got != "" {
		t.Errorf("a proposal alone: %s", got)
	}
	waiting, err := h.Travel.Waiting(t.Context(), officer("li"))
	h.Must(err)
	if len(waiting) != 1 || waiting[0].Proposal.Evidence != "来文" {
		t.Errorf("waiting %+v", waiting)
	}
	_, err = h.Travel.Agree(t.Context(), officer("wei"), c.ID)
	h.WantCode(err, change.CodeSameHand)
	_, err = h.Travel.Agree(t.Context(), elsewhere, c.ID)
	h.WantCode(err, healthcode.CodeNotFound)
	_, err = h.Travel.Refuse(t.Context(), officer("li"), c.ID)
	h.Must(err)
	_, err = h.Travel.Agree(t.Context(), officer("li"), c.ID)
	h.WantCode(err, healthcode.CodeConflict)
	_, err = h.Travel.Propose(t.Context(), officer("wei"), c.ID, "document-invalid", "护照已挂失")
	h.Must(err)
	done, err := h.Travel.Agree(t.Context(), officer("li"), c.ID)
	h.Must(err)
	if done.Why != "document-invalid" || done.EndedBy != "li" || h.stage(c.Text) != certificate.Revoked {
		t.Errorf("%+v", done)
	}
	looks, err := h.Store.Looks(t.Context(), a.Person, 10)
	h.Must(err)
	if len(looks) == 0 || looks[0].Purpose != "certificate" {
		t.Errorf("looks %+v", looks)
	}
	for _, refused := range []healthcode.Actor{{}, a, {Role: healthcode.RoleCheckpoint, Staff: "x", Jurisdiction: "beijing"}} {
		for name, call := range map[string]func() error{
			"Find":    func() error { _, err := h.Travel.Find(t.Context(), refused, c.ID); return err },
			"Waiting": func() error { _, err := h.Travel.Waiting(t.Context(), refused); return err },
			"Agree":   func() error { _, err := h.Travel.Agree(t.Context(), refused, c.ID); return err },
			"Refuse":  func() error { _, err := h.Travel.Refuse(t.Context(), refused, c.ID); return err },
		} {
			if code := healthcode.CodeOf(call()); code != healthcode.CodeDenied && code != healthcode.CodeSignedOut {
				t.Errorf("%s by %q: %s", name, refused.Role, code)
			}
		}
	}
}

// A certificate ends with the fact it says, and comes back with no new one.
func TestFactTakenBack(t *testing.T) {
	h := newHouse(t)
	a := h.wang()
	list, err := h.Travel.Issue(t.Context(), a, request(nucleic, igg))
	h.Must(err)
	link, err := h.Travel.Share(t.Context(), a, linkOf(list[0]))
	h.Must(err)
	h.Learn(a.Person, `{"id":"r","source":"lab:bj-1","kind":"retraction","time":"2022-04-28T09:00:00+08:00","retracts":{"source":"lab:bj-1","id":"n"},"reason":"mixed up"}`)
	n, err := h.Travel.Settle(t.Context(), h.Clock.Now())
	h.Must(err)
	if n != 1 || h.stage(list[0].Text) != certificate.Revoked || h.stage(list[1].Text) != "" {
		t.Errorf("%d ended; %q and %q", n, h.stage(list[0].Text), h.stage(list[1].Text))
	}
	got, err := h.Travel.Certificate(t.Context(), a, list[0].ID)
	h.Must(err)
	if got.Why != healthcode.TravelEndedRetracted {
		t.Errorf("%+v", got)
	}
	if o, err := h.Travel.Open(t.Context(), link.ID, "Border", passcode); err != nil || o.State != "ended" {
		t.Errorf("the link: %+v %v", o, err)
	}
	_, err = h.Travel.Issue(t.Context(), a, request(nucleic))
	if got := fields(err); got != "facts invalid" {
		t.Errorf("again: %s", got)
	}
	_, err = h.Travel.Renew(t.Context(), a, list[0].ID)
	h.WantCode(err, travel.CodeNothingNewer)
	if n, err := h.Travel.Settle(t.Context(), h.Clock.Now()); err != nil || n != 0 {
		t.Errorf("settled twice: %d %v", n, err)
	}
}
