package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/policy"
)

// How far back a test may lie that a person asks about, and how often they may ask.
const (
	askBack  = 30 // days
	maxAsked = 10 // a day
	// fresh is how old a signed request for questions may be: it answers with documents.
	fresh = 5 * time.Minute
)

var (
	askLimit  = identity.Limit{Action: "ask-lab", Per: identity.PerPerson, Window: 24 * time.Hour, Max: maxAsked}
	heldLimit = identity.Limit{Action: "held-result", Per: identity.PerPerson, Window: 24 * time.Hour, Max: 20}
)

// Question is a question to a laboratory as its person sees it.
type Question struct {
	healthcode.LabQuery
	Lab     healthcode.Lab
	Overdue bool // the laboratory should have answered by now
}

// Choices lists the laboratories that a person can name: those of the jurisdiction that are open.
func (s *Service) Choices(ctx context.Context, jurisdiction string) ([]healthcode.Lab, error) {
	all, err := s.store.LabsOf(ctx, jurisdiction)
	if err != nil {
		return nil, fmt.Errorf("listing laboratories: %w", err)
	}
	return slices.DeleteFunc(all, func(l healthcode.Lab) bool { return l.Platform || !l.Closed.IsZero() }), nil
}

// Ask asks a laboratory about a test that the resident says it took: on which local day (2022-04-28), and the number of the sample
// where they have it. Asking the same again returns the first question. Where the result is here already the question is answered.
func (s *Service) Ask(ctx context.Context, a healthcode.Actor, jurisdiction, id, day, number string) (Question, error) {
	p, l, err := s.asked(ctx, a, jurisdiction, id)
	if err != nil {
		return Question{}, err
	}
	number = strings.TrimSpace(number)
	if err := checkDay(day, s.clock.Now().In(p.Location)); err != nil {
		return Question{}, err
	}
	if len(number) > 100 {
		return Question{}, invalid("sample", "样本编号太长。", "The number of the sample is too long.")
	}
	return s.ask(ctx, a.Person, p, l, day, number, true)
}

func (s *Service) asked(ctx context.Context, a healthcode.Actor, jurisdiction, id string) (*policy.Policy, healthcode.Lab, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, healthcode.Lab{}, err
	}
	p, err := s.policies.Policy(jurisdiction)
	if err != nil {
		return nil, healthcode.Lab{}, err
	}
	l, err := s.store.Lab(ctx, id)
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return nil, l, err
	}
	if err != nil || l.Jurisdiction != jurisdiction || l.Platform || !l.Closed.IsZero() {
		return nil, l, invalid("lab", "请从列表中选择检测机构。", "Choose a laboratory of the list.")
	}
	return p, l, nil
}

func checkDay(day string, now time.Time) error {
	date, err := time.ParseInLocation(time.DateOnly, day, now.Location())
	switch {
	case err != nil:
		return invalid("day", "请填写采样日期，例如 2022-04-28。", "Give the day of the sample, such as 2022-04-28.")
	case date.After(now):
		return invalid("day", "采样日期晚于今天。", "The day of the sample lies in the future.")
	case date.Before(now.AddDate(0, 0, -askBack-1)):
		return invalid("day", "只能查询最近 30 天的检测。", "Ask about tests of the last %d days.", askBack)
	}
	return nil
}

// ask stores a question unless the same is open.
func (s *Service) ask(ctx context.Context, person healthcode.PersonID, p *policy.Policy, l healthcode.Lab, day, number string, counted bool) (Question, error) {
	now := s.clock.Now()
	mine, err := s.store.LabQueriesOf(ctx, person)
	if err != nil {
		return Question{}, fmt.Errorf("reading questions: %w", err)
	}
	for _, q := range mine {
		if q.Lab == l.ID && q.Day == day && q.State == healthcode.LabQueryOpen && (q.Number == number || number == "") {
			return s.question(q, l), nil
		}
	}
	if counted {
		if err := s.count(ctx, askLimit, person, now.In(p.Location)); err != nil {
			return Question{}, err
		}
	}
	q := healthcode.LabQuery{ID: newID(), Lab: l.ID, Jurisdiction: p.Jurisdiction, Person: person, Day: day, Number: number, Asked: now,
		Due: now.Add(s.limits.Answer), State: healthcode.LabQueryOpen}
	if l.Webhook != "" {
		q.Wake = now
	}
	samples, err := s.store.SamplesOf(ctx, person)
	if err != nil {
		return Question{}, fmt.Errorf("reading samples: %w", err)
	}
	for _, v := range samples {
		if !v.Uploaded.IsZero() && answers(&v, &q, p.Location) {
			q.State, q.Answered, q.Wake = healthcode.LabQueryFound, now, time.Time{}
		}
	}
	if err := s.store.PutLabQuery(ctx, q); err != nil {
		return Question{}, fmt.Errorf("asking a laboratory: %w", err)
	}
	return s.question(q, l), nil
}

func (s *Service) count(ctx context.Context, limit identity.Limit, person healthcode.PersonID, now time.Time) error {
	n, err := s.store.Count(ctx, limit.Key(person.String()), limit.Start(now))
	if err != nil {
		return fmt.Errorf("counting: %w", err)
	}
	return limit.Check(n, now)
}

func (s *Service) question(q healthcode.LabQuery, l healthcode.Lab) Question {
	return Question{LabQuery: q, Lab: l, Overdue: q.State == healthcode.LabQueryOpen && s.clock.Now().After(q.Due)}
}

// answers reports whether a sample is the one that a question is about.
func answers(v *healthcode.Sample, q *healthcode.LabQuery, loc *time.Location) bool {
	if v.Person != q.Person || v.Lab != q.Lab {
		return false
	}
	if v.Number != "" && q.Number != "" && v.Number == q.Number {
		return true
	}
	return dayOf(v.Taken, loc) == q.Day && (v.Number == "" || q.Number == "")
}

// Questions lists the resident's questions, the newest first.
func (s *Service) Questions(ctx context.Context, a healthcode.Actor, jurisdiction string) ([]Question, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	mine, err := s.store.LabQueriesOf(ctx, a.Person)
	if err != nil {
		return nil, fmt.Errorf("reading questions: %w", err)
	}
	var all []Question
	for _, q := range mine {
		if q.Jurisdiction != jurisdiction {
			continue
		}
		l, err := s.store.Lab(ctx, q.Lab)
		if err != nil {
			return nil, fmt.Errorf("reading a laboratory: %w", err)
		}
		all = append(all, s.question(q, l))
	}
	return all, nil
}

// Open is an open question as the laboratory gets it.
type Open struct {
	healthcode.LabQuery
	Documents []healthcode.Document
}

// Pull answers a laboratory's signed request for its open questions. Its body is {"at": "…"}, the time, so that who records
// a request can't send it again later. Each is a look at its person, recorded first.
func (s *Service) Pull(ctx context.Context, l healthcode.Lab, body []byte) ([]Open, error) {
	var request struct {
		At time.Time `json:"at"`
	}
	now := s.clock.Now()
	if err := json.Unmarshal(body, &request); err != nil || request.At.IsZero() {
		return nil, invalid("at", "请求内容为 {\"at\":\"当前时间\"}。", `The body is {"at":"2022-04-28T09:00:00+08:00"}, the time of the request.`)
	}
	if request.At.Before(now.Add(-fresh)) || request.At.After(now.Add(fresh)) {
		return nil, healthcode.Errorf(healthcode.CodeExpired, "at", "请求时间与现在相差超过 5 分钟，请校准时钟后重新签名。",
			"The time of the request is more than 5 minutes from now, %s; set the clock and sign again.", now.Format(time.RFC3339))
	}
	questions, err := s.store.LabQueries(ctx, l.ID, healthcode.LabQueryOpen, 500)
	if err != nil {
		return nil, fmt.Errorf("reading questions: %w", err)
	}
	all := []Open{}
	for _, q := range questions {
		person, err := s.store.Person(ctx, q.Person)
		if err != nil {
			return nil, fmt.Errorf("reading whom a question is about: %w", err)
		}
		if err := s.store.PutLook(ctx, healthcode.Look{Person: q.Person, At: now, Role: healthcode.RoleLab, By: l.ID,
			Jurisdiction: l.Jurisdiction, Purpose: "lab-query", Saw: "document"}); err != nil {
			return nil, fmt.Errorf("recording the look: %w", err)
		}
		if q.Fetched.IsZero() {
			err := s.store.ChangeLabQuery(ctx, q.ID, func(q *healthcode.LabQuery) error { q.Fetched = now; return nil })
			if err != nil {
				return nil, fmt.Errorf("marking a question: %w", err)
			}
		}
		o := Open{LabQuery: q}
		for _, d := range person.Documents {
			o.Documents = append(o.Documents, d.Document)
		}
		all = append(all, o)
	}
	return all, nil
}

var errAnswered = errors.New("answered already")

// AnswerNone records a laboratory's signed answer that it has no such sample: {"query":"…","answer":"no-such-sample"}. A result is sent like any
// other, and answers the question by itself. Sending the answer again changes nothing.
func (s *Service) AnswerNone(ctx context.Context, l healthcode.Lab, id string, body []byte) error {
	var answer struct {
		Query  string `json:"query"`
		Answer string `json:"answer"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Query != id {
		return invalid("query", "请求内容中的 query 须与地址中的编号一致。", `The body is {"query":"%s","answer":"no-such-sample"}: the query is the one of the address.`, id)
	}
	if answer.Answer != "no-such-sample" {
		return invalid("answer", "没有这份样本时回答 no-such-sample；有结果请按结果发送。", "The answer is no-such-sample; a result is sent to the results of the laboratory.")
	}
	unknown := healthcode.Errorf(healthcode.CodeNotFound, "query", "没有向贵机构提出的这个查询。", "There is no such question to this laboratory.")
	err := s.store.ChangeLabQuery(ctx, id, func(q *healthcode.LabQuery) error {
		switch {
		case q.Lab != l.ID:
			return unknown
		case q.State == healthcode.LabQueryNone:
			return errAnswered
		case q.State != healthcode.LabQueryOpen:
			return healthcode.Errorf(healthcode.CodeConflict, "query", "这个查询已有结果。", "A result has answered this question already.")
		}
		q.State, q.Answered, q.Wake = healthcode.LabQueryNone, s.clock.Now(), time.Time{}
		return nil
	})
	switch {
	case errors.Is(err, errAnswered):
		return nil
	case healthcode.CodeOf(err) == healthcode.CodeNotFound && err != nil:
		return unknown
	}
	return err
}

// answerQueries closes the questions that samples answer, also those whose laboratory had said that it has none.
func (m *Merger) answerQueries(ctx context.Context, samples []healthcode.Sample) error {
	byLab := map[string][]healthcode.Sample{}
	for _, v := range samples {
		if !v.Uploaded.IsZero() {
			byLab[v.Lab] = append(byLab[v.Lab], v)
		}
	}
	for id, list := range byLab {
		people := map[healthcode.PersonID]bool{}
		for _, v := range list {
			people[v.Person] = true
		}
		for _, state := range []string{healthcode.LabQueryOpen, healthcode.LabQueryNone} {
			questions, err := m.service.store.LabQueries(ctx, id, state, 100_000)
			if err != nil {
				return fmt.Errorf("reading questions: %w", err)
			}
			for _, q := range questions {
				if !people[q.Person] || !slices.ContainsFunc(list, func(v healthcode.Sample) bool { return answers(&v, &q, m.location) }) {
					continue
				}
				err := m.service.store.ChangeLabQuery(ctx, q.ID, func(q *healthcode.LabQuery) error {
					q.State, q.Answered, q.Wake = healthcode.LabQueryFound, m.service.clock.Now(), time.Time{}
					return nil
				})
				if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
					return fmt.Errorf("answering a question: %w", err)
				}
			}
		}
	}
	return nil
}
