package main

import (
	"net/http"
	"runtime"
	"time"

	"healthcode/internal/api"
	"healthcode/internal/shed"
	"healthcode/internal/web"
)

// defaultRequests is how many requests a core answers at once: far more than keep it busy, and so few that nobody waits long.
const defaultRequests = 64

// limited lets the less urgent wait, and refuses them in the end, when more is asked than can be answered.
func (a *app) limited(jsonAPI *api.Server, site *web.Server, next http.Handler) http.Handler {
	places := a.settings.Requests
	if places < 0 {
		return next
	}
	if places == 0 {
		places = max(128, defaultRequests*runtime.GOMAXPROCS(0))
	}
	refuse := func(w http.ResponseWriter, r *http.Request, after time.Duration) {
		if api.Handles(r.URL.Path) {
			jsonAPI.Busy(w, r, after)
		} else {
			site.Busy(w, r, after)
		}
	}
	a.limiter = shed.New(places, refuse, func(c shed.Class) { a.metrics.Shed(c.String()) })
	return a.limiter.Wrap(next)
}

// requests sets how many requests are being answered and wait.
func (m *monitor) requests() {
	if m.limiter == nil {
		return
	}
	for _, c := range shed.Classes {
		running, waiting := m.limiter.Count(c)
		m.metrics.Set(api.GaugeInFlight, float64(running), c.String())
		m.metrics.Set(api.GaugeWaiting, float64(waiting), c.String())
	}
}
