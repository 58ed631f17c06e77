package web

import (
	"errors"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/assist"
	"healthcode/internal/boarding"
	"healthcode/internal/change"
	"healthcode/internal/checkpoint"
	"healthcode/internal/identity"
	"healthcode/internal/lab"
	"healthcode/internal/resident"
	"healthcode/internal/status"
	"healthcode/internal/travel"
)

// The error codes of the pages themselves.
const (
	codeTooLarge    healthcode.Code = "too_large"
	codeCrossOrigin healthcode.Code = "cross_origin"
	codeNoPage      healthcode.Code = "no_page"
)

// statuses says which HTTP status a code has. Whatever isn't here is 500.
var statuses = map[healthcode.Code]int{
	healthcode.CodeInvalid:   http.StatusUnprocessableEntity,
	healthcode.CodeNotFound:  http.StatusNotFound,
	healthcode.CodeConflict:  http.StatusConflict,
	healthcode.CodeDenied:    http.StatusForbidden,
	healthcode.CodeSignedOut: http.StatusUnauthorized,
	healthcode.CodeTooMany:   http.StatusTooManyRequests,
	healthcode.CodeExpired:   http.StatusGone,
	access.CodeWrongSignIn:   http.StatusUnprocessableEntity,
	access.CodeStale:         http.StatusForbidden,
	resident.CodeDeclaration: http.StatusUnprocessableEntity,
	resident.CodeRegistered:  http.StatusConflict,
	resident.CodeForm:        http.StatusGone,
	resident.CodePhoneBound:  http.StatusConflict,
	resident.CodePhoneMany:   http.StatusConflict,
	resident.CodePhoneLast:   http.StatusConflict,
	resident.CodeTripPhones:  http.StatusConflict,
	status.CodeNoPolicy:      http.StatusNotFound,
	lab.CodeSignature:        http.StatusUnprocessableEntity,
	lab.CodeUnknownKey:       http.StatusUnprocessableEntity,
	lab.CodeKeyOver:          http.StatusUnprocessableEntity,
	lab.CodeClosed:           http.StatusUnprocessableEntity,
	lab.CodeNotYours:         http.StatusUnprocessableEntity,
	assist.CodeAge:           http.StatusUnprocessableEntity,
	assist.CodeRefused:       http.StatusUnprocessableEntity,
	status.CodeOtherDevice:   http.StatusConflict,
	checkpoint.CodeVenue:     http.StatusForbidden,
	boarding.CodeNotForeign:  http.StatusForbidden,
	boarding.CodeOtherPhone:  http.StatusConflict,
	boarding.CodeNoNotice:    http.StatusUnprocessableEntity,
	boarding.CodeNoSet:       http.StatusUnprocessableEntity,
	boarding.CodeClass:       http.StatusUnprocessableEntity,
	boarding.CodeFileEmpty:   http.StatusUnprocessableEntity,
	boarding.CodeFileLarge:   http.StatusUnprocessableEntity,
	boarding.CodeFileKind:    http.StatusUnprocessableEntity,
	boarding.CodeFilePages:   http.StatusUnprocessableEntity,
	boarding.CodeFileBroken:  http.StatusUnprocessableEntity,
	boarding.CodeFileActive:  http.StatusUnprocessableEntity,
	change.CodeNoGround:      http.StatusUnprocessableEntity,
	change.CodeSameHand:      http.StatusForbidden,
	change.CodeThirdHand:     http.StatusForbidden,
	change.CodeStopped:       http.StatusConflict,
	travel.CodeKind:          http.StatusUnprocessableEntity,
	travel.CodeExpired:       http.StatusUnprocessableEntity,
	travel.CodeLatin:         http.StatusUnprocessableEntity,
	travel.CodeNotOwn:        http.StatusConflict,
	travel.CodeNothingNewer:  http.StatusConflict,
	travel.CodeEligible:      http.StatusForbidden,
	codeTooLarge:             http.StatusRequestEntityTooLarge,
	codeCrossOrigin:          http.StatusForbidden,
	codeNoPage:               http.StatusNotFound,
}

// statusOf returns the HTTP status of an error.
func statusOf(err error) int {
	if code, ok := statuses[identity.Class(healthcode.CodeOf(err))]; ok {
		return code
	}
	return http.StatusInternalServerError
}

// fail answers with an error page. What may not be shown is logged and shown as "our fault".
func (c *call) fail(err error) {
	switch code := healthcode.CodeOf(err); {
	case code == healthcode.CodeSignedOut && c.r.Method == http.MethodGet:
		c.redirect(c.signInPath() + "?next=" + url.QueryEscape(c.r.URL.RequestURI()))
		return
	case code == access.CodeStale:
		c.redirect(c.signInPath() + "?again=1&next=" + url.QueryEscape(c.r.URL.Path))
		return
	}
	httpStatus := statusOf(err)
	problem := problem{title: textProblem, text: textOurFault, code: healthcode.CodeInternal, way: c.view().home(), wayText: textGoHome}
	if httpStatus == http.StatusUnauthorized {
		problem.way, problem.wayText = c.signInPath(), textSignIn
	}
	var known *healthcode.Error
	if errors.As(err, &known) && httpStatus != http.StatusInternalServerError {
		problem.text, problem.code = known.Text, known.Code
	} else {
		c.server.Log.ErrorContext(c.ctx, "a page failed", "route", c.r.Pattern, "error", err)
	}
	if title, ok := titles[httpStatus]; ok {
		problem.title = title
	}
	if err := c.page(httpStatus, problemPage(c.view(), problem)); err != nil {
		http.Error(c.w, in(c.lang, textOurFault), httpStatus)
	}
}

// signInPath is where somebody signs in who may use the route: residents in
// the place of the page, where it belongs to one.
func (c *call) signInPath() string {
	switch {
	case strings.HasPrefix(c.r.URL.Path, "/boarding/"):
		return "/boarding/sign-in"
	case !slices.Contains(c.route.Roles, healthcode.RoleResident):
		return "/staff/sign-in"
	case c.policy != nil:
		return c.in("sign-in")
	}
	return "/sign-in"
}

// problem is what an error page says.
type problem struct {
	title, text healthcode.Text
	code        healthcode.Code
	way         string // what to do next: its address, and its words
	wayText     healthcode.Text
}

var titles = map[int]healthcode.Text{
	http.StatusNotFound:              textNoPageTitle,
	http.StatusForbidden:             textDeniedTitle,
	http.StatusRequestEntityTooLarge: textTooLargeTitle,
	http.StatusTooManyRequests:       textTooManyTitle,
	http.StatusUnauthorized:          textSignedOutTitle,
}

// recover turns a panic into the plain page for our own faults.
func (c *call) recover() {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	c.server.Log.ErrorContext(c.ctx, "a page panicked", "route", c.r.Pattern, "panic", cause, "stack", string(debug.Stack()))
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	c.w.WriteHeader(http.StatusInternalServerError)
	for _, lang := range healthcode.Languages {
		c.w.Write([]byte(in(lang, textOurFault) + "\n"))
	}
}

func unknownPage(c *call) error {
	return &healthcode.Error{Code: codeNoPage, Text: textNoPage}
}

// crossOrigin answers a form that another site sent in the person's name.
func crossOrigin(c *call) error {
	return &healthcode.Error{Code: codeCrossOrigin, Text: textCrossOrigin}
}

// A fieldError is what is wrong with one field of a form. Field is "" where it is the form as a whole.
type fieldError struct {
	field string
	text  healthcode.Text
}

// formErrors returns what a form can show of an error beside its fields. It
// is nil for an error that needs a page of its own.
func formErrors(err error) []fieldError {
	var list []fieldError
	for _, e := range split(err) {
		var known *healthcode.Error
		if !errors.As(e, &known) || known.Code == access.CodeStale || !slices.Contains(formStatuses, statusOf(e)) {
			return nil
		}
		list = append(list, fieldError{known.Field, known.Text})
	}
	return list
}

var formStatuses = []int{http.StatusUnprocessableEntity, http.StatusConflict, http.StatusGone, http.StatusTooManyRequests, http.StatusForbidden, http.StatusNotFound}

// split returns the errors that errors.Join joined.
func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
