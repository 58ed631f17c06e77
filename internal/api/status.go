package api

import (
	"errors"
	"math"
	"net/http"
	"strconv"

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

// The error codes of the API itself.
const (
	codeNoRoute     healthcode.Code = "no_route"
	codeMethod      healthcode.Code = "method_not_allowed"
	codeTooLarge    healthcode.Code = "too_large"
	codeMediaType   healthcode.Code = "media_type"
	codeInterrupted healthcode.Code = "body_interrupted"
	codeNotReady    healthcode.Code = "not_ready"
	codeBusy        healthcode.Code = "busy"
)

// statuses says which HTTP status a code has. A code that isn't here is never shown.
var statuses = map[healthcode.Code]int{
	healthcode.CodeInvalid:   http.StatusUnprocessableEntity,
	healthcode.CodeNotFound:  http.StatusNotFound,
	healthcode.CodeConflict:  http.StatusConflict,
	healthcode.CodeDenied:    http.StatusForbidden,
	healthcode.CodeSignedOut: http.StatusUnauthorized,
	healthcode.CodeTooMany:   http.StatusTooManyRequests,
	healthcode.CodeExpired:   http.StatusGone,
	access.CodeWrongSignIn:   http.StatusUnauthorized,
	access.CodeStale:         http.StatusForbidden,
	status.CodeNoPolicy:      http.StatusNotFound,
	status.CodeNumber:        http.StatusNotFound,
	status.CodeOtherDevice:   http.StatusConflict,
	resident.CodeDeclaration: http.StatusUnprocessableEntity,
	resident.CodeRegistered:  http.StatusConflict,
	resident.CodeForm:        http.StatusGone,
	resident.CodePhoneBound:  http.StatusConflict,
	resident.CodePhoneMany:   http.StatusConflict,
	resident.CodePhoneLast:   http.StatusConflict,
	resident.CodeTripPhones:  http.StatusConflict,
	checkpoint.CodeVenue:     http.StatusForbidden,
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
	boarding.CodeNotForeign:  http.StatusForbidden,
	boarding.CodeOtherPhone:  http.StatusConflict,
	boarding.CodeNoNotice:    http.StatusUnprocessableEntity,
	boarding.CodeNoSet:       http.StatusUnprocessableEntity,
	boarding.CodeClass:       http.StatusUnprocessableEntity,
	boarding.CodeFileEmpty:   http.StatusUnprocessableEntity,
	boarding.CodeFileLarge:   http.StatusRequestEntityTooLarge,
	boarding.CodeFileKind:    http.StatusUnsupportedMediaType,
	boarding.CodeFilePages:   http.StatusUnprocessableEntity,
	boarding.CodeFileBroken:  http.StatusUnprocessableEntity,
	boarding.CodeFileActive:  http.StatusUnprocessableEntity,
	assist.CodeAge:           http.StatusUnprocessableEntity,
	assist.CodeRefused:       http.StatusUnprocessableEntity,
	lab.CodeUnsigned:         http.StatusUnauthorized,
	lab.CodeSignature:        http.StatusUnauthorized,
	lab.CodeUnknownKey:       http.StatusUnauthorized,
	lab.CodeKeyOver:          http.StatusForbidden,
	lab.CodeClosed:           http.StatusForbidden,
	lab.CodeNotYours:         http.StatusUnprocessableEntity,
	codeNoRoute:              http.StatusNotFound,
	codeMethod:               http.StatusMethodNotAllowed,
	codeTooLarge:             http.StatusRequestEntityTooLarge,
	codeMediaType:            http.StatusUnsupportedMediaType,
	codeInterrupted:          http.StatusBadRequest,
	codeNotReady:             http.StatusServiceUnavailable,
	codeBusy:                 http.StatusServiceUnavailable,
}

// statusOf returns the HTTP status of a code, 0 for one that is never shown.
func statusOf(code healthcode.Code) int { return statuses[identity.Class(code)] }

// retryAfter says when to come back, where a limit knows.
func (c *call) retryAfter(err error) {
	var often *identity.TooOften
	if errors.As(err, &often) {
		c.header.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(often.RetryAfter.Seconds())))))
	}
}
