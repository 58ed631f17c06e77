package web

import (
	"bytes"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// portal is another address of the service, and what was asked for there.
type portal struct {
	origin  string
	address templ.SafeURL
}

// ParsePortals reads other addresses at which the same people are served, such as https://b.example: each an origin alone.
func ParsePortals(list []string) ([]string, error) {
	origins := make([]string, len(list))
	for i, text := range list {
		u, err := url.Parse(strings.TrimSuffix(text, "/"))
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return nil, fmt.Errorf("portals: %q: write the scheme and the host alone, such as https://b.example", text)
		}
		origins[i] = u.Scheme + "://" + u.Host
	}
	return origins, nil
}

// Busy refuses a page because too many are asked for, and says when to come back and where else to go. It
// costs next to nothing.
func (s *Server) Busy(w http.ResponseWriter, r *http.Request, after time.Duration) {
	s.setHeaders(w.Header(), Route{})
	seconds := strconv.Itoa(int(math.Ceil(after.Seconds())))
	w.Header().Set("Retry-After", seconds)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	var portals []portal
	for _, origin := range s.Portals {
		if strings.EqualFold(origin[strings.Index(origin, "://")+3:], r.Host) {
			continue
		}
		address := origin + "/"
		if read {
			address = origin + (&url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}).String()
		}
		portals = append(portals, portal{origin, templ.SafeURL(address)})
	}
	if len(portals) > 0 {
		// The page asks each whether it has room.
		content := strings.Replace(contentPolicy, "connect-src 'self'", "connect-src 'self' "+strings.Join(s.Portals, " "), 1)
		w.Header().Set("Content-Security-Policy", content)
	}
	var page bytes.Buffer
	if err := busyPage(seconds, read, s.assets.url("portal.js"), portals).Render(r.Context(), &page); err != nil {
		http.Error(w, "", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusServiceUnavailable)
	w.Write(page.Bytes()) // who went away doesn't miss it
}
