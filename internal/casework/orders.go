package casework

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/policy"
)

// What became of a line of work orders.
const (
	OrderOpened    = "opened"    // a new case
	OrderJoined    = "joined"    // noted in the open case about the same person and reason
	OrderDuplicate = "duplicate" // the same line was there already
	OrderRefused   = "refused"
)

// OrderResult says what became of one line. Line 1 is the header.
type OrderResult struct {
	Line   int
	Result string
	Case   string
	Text   healthcode.Text // why it was refused
}

// orderColumns are the columns of a file, in any order; those after the first four may be left out.
var orderColumns = []string{"document", "reason", "area", "note", "type", "country", "stays"}

// orderBatch is how many lines are stored in one transaction.
const orderBatch = 500

// order is one checked line.
type order struct {
	line     int
	document healthcode.Document
	subject  string
	area     string
	note     string
	stays    string
	person   healthcode.PersonID
	lead     string // what a lead is about; "" for a line of a file
}

// id is the same for the same line, so that a file can be sent again.
func (o *order) id() string {
	if o.lead != "" {
		return leadID(o.lead)
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{o.person.String(), o.subject, o.area, o.note}, "\x00")))
	return "order-" + base64.RawURLEncoding.EncodeToString(sum[:12])
}

// leadID names the entry of a lead.
func leadID(lead string) string {
	sum := sha256.Sum256([]byte(lead))
	return "lead-" + base64.RawURLEncoding.EncodeToString(sum[:12])
}

// Orders reads work orders, CSV with a header (document, reason, area, note; type, country and stays where they aren't CN-ID, none and home), and
// makes a case of each line, or notes it in the open one. It holds one batch at a time, and calls each for every line in order. The error is
// of the file as a whole: what was reported is stored.
func (s *Cases) Orders(ctx context.Context, a healthcode.Actor, file io.Reader, each func(OrderResult) error) error {
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return err
	}
	p, err := s.status.Policy(a.Jurisdiction)
	if err != nil {
		return err
	}
	if !p.Casework.Any() {
		return healthcode.Errorf(healthcode.CodeInvalid, "", "这里的政策没有办理规定。", "The policy here opens no cases.")
	}
	r := csv.NewReader(file)
	r.FieldsPerRecord, r.ReuseRecord, r.TrimLeadingSpace = -1, true, true
	columns, err := header(r)
	if err != nil {
		return err
	}
	check := orderCheck{policy: p, columns: columns, today: identity.DateOf(s.clock.Now().In(p.Location))}
	for {
		var orders []order
		var results []OrderResult
		for len(results) < orderBatch {
			record, err := r.Read()
			if err == io.EOF {
				break
			}
			var broken *csv.ParseError
			if err != nil && !errors.As(err, &broken) {
				return fmt.Errorf("reading work orders: %w", err)
			}
			var result OrderResult
			if err != nil {
				result.Line = broken.StartLine
				result.refuse(err)
			} else if o, err := check.line(record); err != nil {
				result.Line, _ = r.FieldPos(0)
				result.refuse(err)
			} else {
				result.Line, _ = r.FieldPos(0)
				o.line = len(results)
				orders = append(orders, o)
			}
			results = append(results, result)
		}
		if err := s.placeOrders(ctx, a, p, orders, results); err != nil {
			return err
		}
		for _, result := range results {
			if err := each(result); err != nil {
				return err
			}
		}
		if len(results) < orderBatch {
			return nil
		}
	}
}

func (r *OrderResult) refuse(err error) {
	var known *healthcode.Error
	if r.Result = OrderRefused; errors.As(err, &known) {
		r.Text = known.Text
		return
	}
	r.Text = healthcode.Text{ZH: "这一行格式有误：" + err.Error(), EN: err.Error()}
}

// header reads where each column is.
func header(r *csv.Reader) (map[string]int, error) {
	record, err := r.Read()
	if err != nil {
		return nil, healthcode.Errorf(healthcode.CodeInvalid, "file", "文件是空的，或不是 CSV。", "The file is empty, or no CSV.")
	}
	columns := map[string]int{}
	for i, name := range record {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if !slices.Contains(orderColumns, name) {
			return nil, healthcode.Errorf(healthcode.CodeInvalid, "file", "第一行应为列名："+strings.Join(orderColumns, ", "),
				"the first line names the columns, of %s; %q is none of them", strings.Join(orderColumns, ", "), name)
		}
		columns[name] = i
	}
	for _, name := range orderColumns[:4] {
		if _, ok := columns[name]; !ok {
			return nil, healthcode.Errorf(healthcode.CodeInvalid, "file", "缺少这一列："+name, "the column %s is missing", name)
		}
	}
	return columns, nil
}

type orderCheck struct {
	policy  *policy.Policy
	columns map[string]int
	today   identity.Date
}

func (c *orderCheck) line(record []string) (o order, err error) {
	get := func(name string) string {
		if i, ok := c.columns[name]; ok && i < len(record) {
			return strings.Clone(strings.TrimSpace(record[i]))
		}
		return ""
	}
	typed := healthcode.Document{Type: healthcode.DocumentType(get("type")), Number: get("document"), Country: get("country")}
	if typed.Type == "" {
		typed.Type = healthcode.DocumentID
	}
	checked, err := identity.CheckDocument(typed, c.today)
	if err != nil {
		return o, err
	}
	o = order{document: checked.Document, subject: get("reason"), area: get("area"), stays: get("stays")}
	if subject := c.policy.Subject(o.subject); subject != "" {
		o.subject = subject
	} else if _, ok := c.policy.HoldOf(o.subject); !ok {
		return o, healthcode.Errorf(healthcode.CodeInvalid, "reason", "reason 应为政策中的规则或弹窗编号。", "reason %q is neither a rule nor a hold of the policy", o.subject)
	}
	if o.stays == "" {
		o.stays = policy.Stays[0]
	}
	if !slices.Contains(policy.Stays, o.stays) {
		return o, healthcode.Errorf(healthcode.CodeInvalid, "stays", "stays 应为 home、hotel 或 campus。", "stays %q is none of %s", o.stays, strings.Join(policy.Stays, ", "))
	}
	if o.area != "" && !healthcode.ValidAreaCode(o.area) {
		return o, healthcode.Errorf(healthcode.CodeInvalid, "area", "area 应为六位县级代码。", "area %q is no county code", o.area)
	}
	o.note, err = written("note", get("note"))
	return o, err
}
