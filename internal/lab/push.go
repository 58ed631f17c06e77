package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/intake"
	"healthcode/policy"
)

// The outcomes of a line beside merged, confirmed and differs.
const (
	OutcomeStored    = "stored"
	OutcomeDuplicate = "duplicate"
	OutcomeConflict  = "conflict" // the laboratory has sent other content under this id
	OutcomeRefused   = "refused"
)

// Line is what became of one result.
type Line struct {
	Line    int // from 1; of a Bundle, its entry
	ID      string
	Outcome string // "" where the line is empty
	Err     error  // why it was refused, or conflicts
}

// item is one result on its way in.
type item struct {
	line   int
	fact   healthcode.Fact
	number string // of the sample
	err    error
}

const (
	maxPush = 50_000 // results of one call
	// futureSlack is by how much a laboratory's clock may be ahead.
	futureSlack = 5 * time.Minute
	// provisionalID begins the ids of facts that rest on what a person holds. No laboratory sends such an id.
	provisionalID = "provisional:"
)

// Push takes in a signed batch of results, one fact of kind test a line as in docs/facts.md, or a retraction of one that the
// laboratory sent. A line may have the laboratory's number of the sample as "sample". A line that is wrong is
// refused alone. Sending the same again changes nothing.
func (s *Service) Push(ctx context.Context, l healthcode.Lab, body []byte) ([]Line, error) {
	var items []item
	for n, text := range bytes.Split(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), []byte("\n")) {
		if text = bytes.TrimSpace(text); len(text) > 0 {
			i := item{line: n + 1}
			i.fact, i.number, i.err = decodeLine(text)
			items = append(items, i)
		}
	}
	return s.take(ctx, l, items)
}

// decodeLine reads a fact that may have the number of its sample.
func decodeLine(text []byte) (f healthcode.Fact, number string, err error) {
	if !utf8.Valid(text) {
		return f, "", fmt.Errorf("the line isn't UTF-8; convert the batch")
	}
	if bytes.Contains(text, []byte(`"sample"`)) {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(text, &fields); err != nil {
			return f, "", fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: "))
		}
		if raw, ok := fields["sample"]; ok {
			if err := json.Unmarshal(raw, &number); err != nil || number == "" || len(number) > 100 {
				return f, "", fmt.Errorf("sample: the laboratory's number of the sample is a text of at most 100 characters; leave it out where there is none")
			}
			delete(fields, "sample")
			if text, err = json.Marshal(fields); err != nil {
				return f, "", err
			}
		}
	}
	err = f.UnmarshalJSON(text)
	return f, number, err
}

// take checks items and stores those that are right.
func (s *Service) take(ctx context.Context, l healthcode.Lab, items []item) ([]Line, error) {
	if len(items) == 0 {
		return nil, invalid("", "没有任何结果。", "There is no result in the body.")
	}
	if len(items) > maxPush {
		return nil, invalid("", "一次最多 5 万条，请分批发送。", "A batch has at most %d results; send several.", maxPush)
	}
	p, err := s.policies.Policy(l.Jurisdiction)
	if err != nil {
		return nil, err
	}
	feed, err := s.changes.Feed(ctx, healthcode.Actor{Role: healthcode.RoleLab, Staff: l.Source(), Jurisdiction: l.Jurisdiction, Source: l.Source()}, l.Jurisdiction)
	if err != nil {
		return nil, err
	}
	merger, err := s.Merger(l.Jurisdiction)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, len(items))
	var batch bytes.Buffer
	for n := range items {
		i := &items[n]
		lines[n] = Line{Line: i.line, ID: i.fact.ID}
		if i.err == nil {
			i.err = s.check(&l, &i.fact)
		}
		if i.err == nil {
			i.err = feed.Allow(&i.fact)
		}
		if i.err == nil && i.number != "" {
			merger.numbers[i.fact.Ref()] = i.number
		}
		if i.err == nil {
			data, err := json.Marshal(i.fact)
			if err != nil {
				return nil, err
			}
			batch.Write(data)
		} else {
			lines[n].Outcome, lines[n].Err = OutcomeRefused, i.err
		}
		batch.WriteByte('\n')
	}
	_, err = intake.ImportFacts(ctx, &batch, merger, intake.FactOptions{
		Now:          func() time.Time { return s.clock.Now().In(p.Location) },
		SourcePrefix: l.Source(),
		Errors: func(line int, err error) {
			lines[line-1].Err = err
			if lines[line-1].Outcome == "" {
				lines[line-1].Outcome = OutcomeRefused
			}
		},
		Outcome: func(line int, outcome healthcode.Outcome) {
			o := &lines[line-1].Outcome
			switch note := merger.notes[items[line-1].fact.Ref()]; {
			case outcome == healthcode.Conflict:
				*o = OutcomeConflict
			case note != "":
				*o = note
			case outcome == healthcode.Duplicate:
				*o = OutcomeDuplicate
			default:
				*o = OutcomeStored
			}
		}})
	if err != nil {
		return nil, fmt.Errorf("taking results in: %w", err)
	}
	return lines, nil
}

// check says what a laboratory may send, and completes the fact.
func (s *Service) check(l *healthcode.Lab, f *healthcode.Fact) error {
	now := s.clock.Now()
	switch {
	case f.Kind != healthcode.KindTest && f.Kind != healthcode.KindRetraction:
		return invalid("kind", "检测机构只能发送检测结果（test）或撤回（retraction）。", "a laboratory sends tests, and retractions of its own tests, and no %s", f.Kind)
	case f.Source != l.Source():
		return healthcode.Errorf(healthcode.CodeDenied, "source", "该机构只能以 "+l.Source()+" 的名义发送。", "this laboratory sends as %s only", l.Source())
	case strings.HasPrefix(f.ID, provisionalID):
		return invalid("id", "以 provisional: 开头的编号为系统保留。", "ids that begin with %s are the service's own; choose another", provisionalID)
	case f.Retracts != nil && f.Retracts.Source != l.Source():
		return healthcode.Errorf(healthcode.CodeDenied, "retracts", "只能撤回自己发送的结果。", "only facts of %s can be taken back by it", l.Source())
	case f.Recorded.After(now):
		return invalid("recorded", "不能晚于现在，可以不填。", "lies in the future; leave it out and it is set here")
	case f.Time.After(now.Add(futureSlack)):
		return invalid("time", "采样时间晚于现在。", "the sampling time lies in the future")
	case f.Kind == healthcode.KindTest && !l.Platform && f.Lab != "" && labOf(f) != l.ID:
		return healthcode.Errorf(healthcode.CodeDenied, "lab", "只能发送本机构的结果。", "a laboratory sends its own results only; lab is %s or left out", l.ID)
	}
	if f.Kind == healthcode.KindTest && !l.Platform {
		f.Lab = l.ID
	}
	return nil
}

// testSubject is what a case about tests is about: the hold that a test ends, or else the first hold.
func testSubject(p *policy.Policy) string {
	for _, r := range p.Rules {
		for _, end := range r.Until {
			if r.Hold != "" && end.First == healthcode.KindTest {
				return r.Hold
			}
		}
	}
	if len(p.Holds) > 0 {
		return p.Holds[0].Hold
	}
	return ""
}

// Text says in both languages why a line was not taken.
func (l *Line) Text() (healthcode.Code, healthcode.Text) {
	var known *healthcode.Error
	switch {
	case l.Err == nil:
		return "", healthcode.Text{}
	case errors.As(l.Err, &known) && known.Text.Complete():
		text := known.Text
		if known.Field != "" {
			text = healthcode.Text{ZH: known.Field + "：" + text.ZH, EN: known.Field + ": " + text.EN}
		}
		return known.Code, text
	}
	code := healthcode.CodeInvalid
	if l.Outcome == OutcomeConflict {
		code = healthcode.CodeConflict
	}
	return code, healthcode.Text{ZH: "这一条有错，请按英文说明修改：" + l.Err.Error(), EN: l.Err.Error()}
}

// dayOf is the local day of an instant, as 2022-04-28.
func dayOf(t time.Time, loc *time.Location) string { return identity.DateOf(t.In(loc)).String() }
