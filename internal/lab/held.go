package lab

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
)

// CodeNotYours is the error of a result that is about somebody else.
const CodeNotYours healthcode.Code = "result_of_another"

// Held is the payload of a result that a laboratory signs for the person to hold: a JWS in compact form, as text or as a QR code.
type Held struct {
	Issuer  string    `json:"iss"` // the laboratory: lab:bj-0007
	Issued  int64     `json:"iat,omitempty"`
	Expires int64     `json:"exp,omitempty"` // seconds since 1970
	ID      string    `json:"id"`
	Subject Subject   `json:"sub"`
	Sample  string    `json:"sample,omitempty"`
	Analyte string    `json:"analyte"`
	Result  string    `json:"result"`
	Time    time.Time `json:"time"`
}

// Subject names a document without showing it: Hash is base64url of the SHA-256 of salt, type, country and number with a
// line feed after each but the last.
type Subject struct {
	Type healthcode.DocumentType `json:"type"`
	Salt string                  `json:"salt"` // at least 16 characters
	Hash string                  `json:"hash"`
}

// SubjectOf makes the subject of a document.
func SubjectOf(d healthcode.Document, salt string) Subject {
	sum := sha256.Sum256([]byte(strings.Join([]string{salt, string(d.Type), d.Country, d.Number}, "\n")))
	return Subject{Type: d.Type, Salt: salt, Hash: base64.RawURLEncoding.EncodeToString(sum[:])}
}

// of reports whether a person has the document.
func (s Subject) of(person *healthcode.Person) bool {
	for _, d := range person.Documents {
		if d.Type == s.Type && subtle.ConstantTimeCompare([]byte(SubjectOf(d.Document, s.Salt).Hash), []byte(strings.TrimRight(s.Hash, "="))) == 1 {
			return true
		}
	}
	return false
}

// Presented is what became of a result that a person holds.
type Presented struct {
	Lab  healthcode.Lab
	Fact healthcode.Fact
	// Until is until when it counts without the laboratory's own word; zero where that is here already.
	Until time.Time
	// Differs: another result of the sample is known, and casework has both.
	Differs bool
}

// Present takes a laboratory's signed result from the person whom it is about. It counts at once, for as long as [Limits] says, and the
// laboratory is asked; its own upload of the same sample confirms it.
func (s *Service) Present(ctx context.Context, a healthcode.Actor, jurisdiction, text string) (Presented, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return Presented{}, err
	}
	p, err := s.policies.Policy(jurisdiction)
	if err != nil {
		return Presented{}, err
	}
	now := s.clock.Now()
	if err := s.count(ctx, heldLimit, a.Person, now.In(p.Location)); err != nil {
		return Presented{}, err
	}
	held, l, err := s.readHeld(ctx, text)
	var known *healthcode.Error
	if errors.As(err, &known) {
		known.Field = "result"
	}
	if err != nil {
		return Presented{}, err
	}
	person, err := s.store.Person(ctx, a.Person)
	if err != nil {
		return Presented{}, err
	}
	if !held.Subject.of(&person) {
		return Presented{}, healthcode.Errorf(CodeNotYours, "result", "这份结果不是您本人证件的，不能使用。", "This result belongs to another document than yours.")
	}
	sum := sha256.Sum256([]byte(held.ID + "\n" + held.Result + "\n" + held.Time.UTC().Format(time.RFC3339)))
	f := healthcode.Fact{ID: provisionalID + base64.RawURLEncoding.EncodeToString(sum[:12]), Source: l.Source(), Kind: healthcode.KindTest,
		Time: held.Time, Recorded: now.Truncate(time.Second), Analyte: held.Analyte, Result: held.Result, Lab: l.ID}
	if err := f.Validate(); err != nil {
		return Presented{}, invalid("result", "签名结果的内容不完整："+err.Error(), "The signed result is incomplete: %v.", err)
	}
	done := Presented{Lab: l, Fact: f, Until: now.Add(s.limits.Provisional)}
	merger, err := s.Merger(jurisdiction)
	if err != nil {
		return done, err
	}
	if err := s.notExpired(ctx, a.Person, f.Ref()); err != nil {
		return done, err
	}
	merger.provisional = done.Until
	if held.Sample != "" {
		merger.numbers[f.Ref()] = held.Sample
	}
	if _, err := merger.Append(ctx, []healthcode.PersonFact{{Person: a.Person, Fact: f}}); err != nil {
		return done, fmt.Errorf("storing a result that a person holds: %w", err)
	}
	done.Differs = merger.notes[f.Ref()] == noteDiffers
	samples, err := s.store.SamplesOf(ctx, a.Person)
	if err != nil {
		return done, fmt.Errorf("reading samples: %w", err)
	}
	for _, v := range samples {
		if v.Lab == l.ID && v.Analyte == f.Analyte && v.Result == f.Result && (v.Ref == f.Ref() || v.Taken.Equal(f.Time) || v.Number != "" && v.Number == held.Sample) {
			done.Until = v.Provisional
		}
	}
	if !done.Until.IsZero() && l.Jurisdiction == jurisdiction {
		_, err = s.ask(ctx, a.Person, p, l, dayOf(held.Time, p.Location), held.Sample, false)
	}
	return done, err
}

// notExpired refuses a result that has had its time already.
func (s *Service) notExpired(ctx context.Context, person healthcode.PersonID, ref healthcode.FactRef) error {
	facts, err := s.store.Facts(ctx, person)
	if err != nil {
		return fmt.Errorf("reading the facts: %w", err)
	}
	for _, f := range facts {
		if f.Retracts != nil && *f.Retracts == ref && f.Source == Source && strings.HasPrefix(f.ID, unconfirmed) {
			return healthcode.Errorf(healthcode.CodeExpired, "result", "这份结果已临时使用过，检测机构没有确认。请联系检测机构上传，或重新检测。",
				"This result has counted for its time, and the laboratory hasn't confirmed it. Ask the laboratory to upload it, or take another test.")
		}
	}
	return nil
}

// readHeld reads and verifies a signed result.
func (s *Service) readHeld(ctx context.Context, text string) (held Held, l healthcode.Lab, err error) {
	refused := func(zh, en string) (Held, healthcode.Lab, error) {
		return held, l, healthcode.Errorf(CodeSignature, "result", zh, "%s", en)
	}
	unreadable := func() (Held, healthcode.Lab, error) {
		return refused("这不是检测机构签名的结果，请检查是否完整。", "This is no result signed by a laboratory; check that it is complete.")
	}
	text = strings.TrimPrefix(strings.Join(strings.Fields(text), ""), "LAB1:")
	j, err := readJWS(text)
	if err != nil || j.header.B64 != nil {
		return unreadable()
	}
	body, err := raw64.DecodeString(j.payload)
	if err == nil {
		err = json.Unmarshal(body, &held)
	}
	if err != nil || held.ID == "" || len(held.Subject.Salt) < 16 || held.Time.IsZero() {
		return unreadable()
	}
	l, err = s.store.Lab(ctx, strings.TrimPrefix(held.Issuer, "lab:"))
	if healthcode.CodeOf(err) == healthcode.CodeNotFound && err != nil || err == nil && l.Platform {
		return refused("签发这份结果的机构不在名录里。", "The laboratory that signed this isn't in the registry.")
	}
	if err != nil {
		return held, l, err
	}
	key, err := s.key(&l, j)
	if err != nil {
		return held, l, err
	}
	now := s.clock.Now()
	switch {
	case !j.signs(key, body):
		return refused("签名不正确：内容可能被改动过。", "The signature is wrong: the result was changed, or isn't by this laboratory.")
	case held.Expires > 0 && !now.Before(time.Unix(held.Expires, 0)):
		return held, l, healthcode.Errorf(healthcode.CodeExpired, "result", "这份结果已过有效期。", "This result has expired.")
	case held.Time.After(now.Add(futureSlack)):
		return refused("采样时间晚于现在。", "The sampling time lies in the future.")
	}
	return held, l, nil
}
