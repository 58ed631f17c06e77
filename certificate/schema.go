package certificate

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// strictness is how closely content must follow its schema.
type strictness bool

const (
	readLiberally  strictness = false // for content that others issued
	issuedStrictly strictness = true  // for our own
)

// A schemaCheck collects what content lacks of its schema.
type schemaCheck struct {
	strictness
	problems []string
}

func (c *schemaCheck) problem(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// checkSchema compares the content with the schema of its format.
func (d *Document) checkSchema(how strictness) *Failure {
	c := &schemaCheck{strictness: how}
	if d.parts > 1 {
		c.problem("the health claim holds %d documents; one is allowed", d.parts)
	}
	switch d.Format {
	case FormatDCC:
		c.dcc(d.Content)
	case FormatICVP:
		c.icvp(d.Content)
	case FormatDVC:
		c.dvc(d.Content)
	case FormatDDCCTR:
		c.ddcc(d.Content, c.ddccTest)
	case FormatDDCCVS:
		c.ddcc(d.Content, c.ddccVaccination)
	case FormatVDSNC:
		c.seal(d.Content)
	case FormatHealthLink:
		c.healthLink(d.Content)
	case FormatSMART:
		c.smart(d)
	case FormatStatement:
		c.statement(d.Content)
		if d.Expires.IsZero() || d.NotBefore.IsZero() {
			c.problem("a statement must say from when until when it holds")
		}
	default:
		c.problem("the format %q is not known", d.Format)
	}
	if len(c.problems) == 0 {
		return nil
	}
	return fail(Schema, "%s", strings.Join(c.problems, "; "))
}

// object gives v as a map.
func (c *schemaCheck) object(path string, v any) map[string]any {
	m, ok := v.(map[string]any)
	if !ok {
		c.problem("%s must be an object", path)
	}
	return m
}

// presence says whether a field must be there. An empty text is there, except where content is required.
type presence int

const (
	optional presence = iota
	required
	filled // required, and not empty
)

// A textRule says what a text field may hold. Lengths are in characters.
type textRule struct {
	max     int            // 0: not limited
	pattern *regexp.Regexp // nil: any
	strict  *regexp.Regexp // in place of pattern when issuing
	says    string         // what the patterns ask, in words
}

// text checks a text field and gives its value.
func (c *schemaCheck) text(path string, m map[string]any, key string, must presence, rule textRule) string {
	v := m[key]
	if v == nil {
		if must != optional {
			c.problem("%s%s is missing", path, key)
		}
		return ""
	}
	s, ok := v.(string)
	if !ok {
		c.problem("%s%s must be a text", path, key)
		return ""
	}
	if rule.max > 0 && utf8.RuneCountInString(s) > rule.max {
		c.problem("%s%s is longer than %d characters", path, key, rule.max)
	}
	if s == "" && (must == filled || c.strictness == issuedStrictly && must == required) {
		c.problem("%s%s is empty", path, key)
	}
	pattern := rule.pattern
	if c.strictness == issuedStrictly && rule.strict != nil {
		pattern = rule.strict
	}
	if s != "" && pattern != nil && !pattern.MatchString(s) {
		c.problem("%s%s must be %s", path, key, rule.says)
	} else if c.strictness == issuedStrictly && !inCalendar(s, rule.strict) {
		c.problem("%s%s is %s, which no calendar has", path, key, s)
	}
	return s
}

// inCalendar refuses a 30th of February, which has the form of a date.
func inCalendar(s string, pattern *regexp.Regexp) bool {
	layout, isDate := map[*regexp.Regexp]string{fullDate: time.DateOnly, fullTime: time.RFC3339}[pattern]
	if !isDate || s == "" {
		return true
	}
	_, err := time.Parse(layout, s)
	return err == nil
}

// count checks a whole number from 1. A number written as a float is read; it is not issued.
func (c *schemaCheck) count(path string, m map[string]any, key string, must presence) int64 {
	switch n := m[key].(type) {
	case nil:
		if must != optional {
			c.problem("%s%s is missing", path, key)
		}
		return 0
	case int64:
		if n >= 1 {
			return n
		}
	case float64:
		if c.strictness == readLiberally && n >= 1 && n == math.Trunc(n) && n < 1e6 {
			return int64(n)
		}
	}
	c.problem("%s%s must be a whole number from 1", path, key)
	return 0
}

// Patterns that several schemas share. The liberal ones also let a time follow a date.
var (
	anyDate     = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2}([T ].*)?)?)?$`)
	fullDate    = regexp.MustCompile(`^(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)
	fullTime    = regexp.MustCompile(`^(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)
	anyCountry  = regexp.MustCompile(`[A-Z]`)
	alpha2      = regexp.MustCompile(`^[A-Z]{2}$`)
	alpha3      = regexp.MustCompile(`^[A-Z]{3}$`)
	version     = regexp.MustCompile(`^\d+.\d+.\d+$`)
	machineName = regexp.MustCompile(`^[A-Z<]*$`)

	dateRule    = textRule{pattern: anyDate, strict: fullDate, says: "a date such as 2021-05-29"}
	timeRule    = textRule{pattern: anyDate, strict: fullTime, says: "a time such as 2021-05-29T10:30:15+08:00"}
	countryRule = textRule{max: 80, pattern: anyCountry, strict: alpha2, says: "a country code such as CN"}
	line        = textRule{max: 80}
)
