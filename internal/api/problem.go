package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"healthcode"
)

// Problem is an error as the caller gets it: a problem document (RFC 9457).
type Problem struct {
	Type   string          `json:"type" doc:"urn:healthcode:problem: and the code"`
	Title  string          `json:"title" doc:"The HTTP status in words"`
	Status int             `json:"status" doc:"The HTTP status"`
	Detail string          `json:"detail" doc:"What is wrong and what to do, in the language of Accept-Language"`
	Code   healthcode.Code `json:"code" doc:"A stable name of the error, for programs"`
	Field  string          `json:"field,omitempty" doc:"The input field at fault, such as document.number"`
	Text   healthcode.Text `json:"text" doc:"The detail in every language"`
	// Errors holds each fault where there are several.
	Errors    []FieldProblem `json:"errors,omitempty" doc:"Every fault, where there are several"`
	RequestID string         `json:"request_id" doc:"Names this request in the operator's log"`
}

// FieldProblem is one of several faults.
type FieldProblem struct {
	Code  healthcode.Code `json:"code"`
	Field string          `json:"field,omitempty"`
	Text  healthcode.Text `json:"text"`
}

func (p *Problem) Error() string { return string(p.Code) + ": " + p.Text.EN }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problem documents, whatever was asked for.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func (p *Problem) write(w http.ResponseWriter) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p); err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	w.Write(b.Bytes()) // who went away doesn't miss it
}

// problem turns an error into what the caller gets. What may not be shown is
// logged, and shown as "internal" with the name under which the log has it.
func (c *call) problem(err error) *Problem {
	switch {
	case errors.Is(err, context.Canceled): // the caller went away
		err = &healthcode.Error{Code: codeInterrupted, Text: textInterrupted}
	case errors.Is(err, context.DeadlineExceeded):
		c.log("a call took too long", err)
		c.header.Set("Retry-After", "10")
		err = &healthcode.Error{Code: codeBusy, Text: textBusy}
	}
	var faults []FieldProblem
	status := 0
	for _, e := range split(err) {
		var known *healthcode.Error
		if !errors.As(e, &known) || statusOf(known.Code) == 0 {
			return c.internal(err)
		}
		faults = append(faults, FieldProblem{known.Code, known.Field, known.Text})
		status = max(status, statusOf(known.Code))
	}
	c.retryAfter(err)
	return c.newProblem(status, faults)
}

// split returns the errors that errors.Join joined.
func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

func (c *call) internal(err error) *Problem {
	c.log("a call failed", err)
	return c.newProblem(http.StatusInternalServerError, []FieldProblem{{Code: healthcode.CodeInternal, Text: textInternal}})
}

func (c *call) log(message string, err error) {
	c.server.Log.ErrorContext(c.ctx, message, "request_id", RequestID(c.ctx), "route", c.route.name(), "error", err)
}

func (c *call) newProblem(status int, faults []FieldProblem) *Problem {
	first := faults[0]
	p := &Problem{Type: "urn:healthcode:problem:" + string(first.Code), Title: http.StatusText(status), Status: status,
		Detail: first.Text.In(c.lang), Code: first.Code, Field: first.Field, Text: first.Text, RequestID: RequestID(c.ctx)}
	if len(faults) > 1 {
		p.Errors = faults
	}
	c.header.Set("Cache-Control", "no-store")
	c.header.Set("Content-Language", string(c.lang))
	if status == http.StatusUnauthorized {
		c.header.Set("WWW-Authenticate", `Bearer realm="healthcode"`)
	}
	return p
}

var textBusy = healthcode.Text{
	ZH: "系统繁忙，没有及时办完。请稍后再试。",
	EN: "The service is busy and didn't finish in time. Try again in a while.",
}

var textInternal = healthcode.Text{
	ZH: "系统出了问题，您的信息没有丢失。请稍后再试；如果一直这样，请把请求编号告诉运维人员。",
	EN: "Something went wrong on our side. Try again in a while; if it goes on, tell the operator the request id.",
}
