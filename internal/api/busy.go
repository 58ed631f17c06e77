package api

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"healthcode"
)

// Handles reports whether a path is one of the API's.
func Handles(path string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

// Busy refuses a request because there are too many, and says when to come back.
func (s *Server) Busy(w http.ResponseWriter, r *http.Request, after time.Duration) {
	s.setHeaders(w.Header(), nil)
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
	c := &call{server: s, ctx: r.Context(), r: r, header: w.Header(), lang: languageOf(r)}
	c.newProblem(http.StatusServiceUnavailable, []FieldProblem{{Code: codeBusy, Text: textOverloaded}}).write(w)
}

var textOverloaded = healthcode.Text{
	ZH: "现在使用的人太多，这个请求没有处理。请按 Retry-After 等待后再试。",
	EN: "Too many people use the service just now, so this request wasn't handled. Try again after the time in Retry-After.",
}
