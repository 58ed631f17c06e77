package api

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"healthcode"
)

// huma makes its own errors through these two variables and knows no other way.
// This package alone uses huma, so they are set once, before anything runs.
func init() {
	huma.NewError = func(int, string, ...error) huma.StatusError { return &Problem{} }
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return callOf(ctx.Context()).rejected(status, msg, errs)
	}
}

// rejected turns what huma says of an input into a problem. The value at fault
// is never repeated: it may be somebody's name or number.
func (c *call) rejected(status int, msg string, errs []error) *Problem {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return c.problem(&healthcode.Error{Code: codeTooLarge, Text: textTooLarge})
	case http.StatusUnsupportedMediaType:
		return c.problem(&healthcode.Error{Code: codeMediaType, Text: textMediaType})
	case http.StatusRequestTimeout:
		return c.problem(&healthcode.Error{Code: codeInterrupted, Text: textInterrupted})
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
	default:
		err := errors.Join(errs...)
		return c.problem(bodyError(fmt.Errorf("%s: %w", msg, err)))
	}
	var faults []FieldProblem
	for _, err := range errs {
		faults = append(faults, fault(err))
	}
	if len(faults) == 0 {
		faults = []FieldProblem{{Code: healthcode.CodeInvalid, Text: textNoBody}}
	}
	slices.SortFunc(faults, func(a, b FieldProblem) int { return cmp.Compare(a.Field, b.Field) })
	return c.newProblem(status, faults)
}

var missing = regexp.MustCompile(`^expected required property (\S+) to be present$`)

// fault names the field as in the input: document.number, stays[0].area.
func fault(err error) FieldProblem {
	f := FieldProblem{Code: healthcode.CodeInvalid, Text: healthcode.Text{ZH: "这一项的格式不对，请对照接口文档。", EN: err.Error()}}
	var d *huma.ErrorDetail
	if !errors.As(err, &d) {
		return f
	}
	_, f.Field, _ = strings.Cut(d.Location, ".")
	f.Text.EN = d.Message
	switch m := missing.FindStringSubmatch(d.Message); {
	case m != nil:
		f.Field = strings.TrimPrefix(f.Field+"."+m[1], ".")
		f.Text = healthcode.Text{ZH: "缺少这一项。", EN: "It is missing."}
	case d.Message == "unexpected property" || d.Message == "unknown query parameter":
		f.Text = healthcode.Text{ZH: "没有这一项，请去掉。", EN: "There is no such field; leave it out."}
	}
	return f
}

var (
	textTooLarge    = healthcode.Text{ZH: "内容太大，请缩小后再发送。", EN: "The body is too large; send less at a time."}
	textMediaType   = healthcode.Text{ZH: "不接受这种内容类型，请对照接口文档。", EN: "This content type isn't accepted; see the OpenAPI document."}
	textInterrupted = healthcode.Text{ZH: "内容没有收完，请重新发送。", EN: "The body ended early; send it again."}
	textNoBody      = healthcode.Text{ZH: "没有内容，请对照接口文档。", EN: "The body is empty; see the OpenAPI document."}
)
