package travel_test

import (
	"strings"
	"testing"

	"healthcode"
	"healthcode/internal/servicetest"
)

// told are the short messages about certificates that the phone got.
func (h *house) told() (bodies []string) {
	h.Helper()
	for _, m := range h.Messages(servicetest.Wang.Phone) {
		if strings.HasPrefix(m.ID, "travel-") {
			bodies = append(bodies, m.Body)
		}
	}
	return bodies
}

// Whoever loses a certificate by somebody else's act is told once, and why; nobody is told of what they did themselves.
func TestHolderIsTold(t *testing.T) {
	h := newHouse(t)
	a := h.wang()
	list, err := h.Travel.Issue(t.Context(), a, request(nucleic, igg, vaccine))
	h.Must(err)
	h.Must(h.Travel.Revoke(t.Context(), a, list[2].ID))
	if told := h.told(); len(told) != 0 {
		t.Errorf("of their own act: %q", told)
	}
	h.Learn(a.Person, `{"id":"r","source":"lab:bj-1","kind":"retraction","time":"2022-04-28T09:00:00+08:00","retracts":{"source":"lab:bj-1","id":"n"},"reason":"mixed up"}`)
	for range 2 {
		_, err = h.Travel.Settle(t.Context(), h.Clock.Now())
		h.Must(err)
	}
	if told := h.told(); len(told) != 1 || !strings.Contains(told[0], "4月28日 09:00") || !strings.Contains(told[0], "撤回") || strings.Contains(told[0], "核酸") {
		t.Errorf("of a record taken back: %q", told)
	}
	_, err = h.Travel.Propose(t.Context(), officer("wei"), list[1].ID, "wrong-content", "来文")
	h.Must(err)
	if told := h.told(); len(told) != 1 {
		t.Errorf("of a proposal alone: %q", told)
	}
	_, err = h.Travel.Agree(t.Context(), officer("li"), list[1].ID)
	h.Must(err)
	ground, _ := h.Travel.Policy.Ground("wrong-content")
	if told := h.told(); len(told) != 2 || !strings.Contains(strings.Join(told, ""), ground.Name.ZH) {
		t.Errorf("of two officers' act: %q", told)
	}
	if got, err := h.Travel.Certificate(t.Context(), a, list[0].ID); err != nil || got.Why != healthcode.TravelEndedRetracted {
		t.Errorf("%+v, %v", got, err)
	}
}
