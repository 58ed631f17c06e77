package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"healthcode"
)

// Metrics counts what the service does. No label says anything of a person.
type Metrics struct {
	registry      *prometheus.Registry
	answers       sync.Map // routeStatus to *answers
	requests      *prometheus.CounterVec
	durations     *prometheus.HistogramVec
	facts         *prometheus.CounterVec
	evaluations   *prometheus.CounterVec
	passes        *prometheus.CounterVec
	decisions     *prometheus.CounterVec
	sessions      *prometheus.CounterVec
	registrations *prometheus.CounterVec
	looks         *prometheus.CounterVec
	alarms        *prometheus.CounterVec
	labHours      *prometheus.HistogramVec

	gauges   map[string]*prometheus.GaugeVec
	ping     prometheus.Histogram
	writes   *prometheus.HistogramVec
	lag      *prometheus.HistogramVec
	last     *prometheus.GaugeVec
	reads    *prometheus.CounterVec
	shed     *prometheus.CounterVec
	failures *prometheus.CounterVec
}

// NewMetrics returns metrics in a registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "healthcode", Name: name, Help: help}, labels)
		m.registry.MustRegister(v)
		return v
	}
	m.requests = counter("http_requests_total", "Requests answered, by route and status.", "route", "status")
	m.facts = counter("facts_total", "Facts given to the ledger, by kind and outcome.", "kind", "outcome")
	m.evaluations = counter("evaluations_total", "Evaluations, by jurisdiction.", "jurisdiction")
	m.passes = counter("passes_minted_total", "Passes minted, by jurisdiction.", "jurisdiction")
	m.decisions = counter("decisions_total", "Decisions at doors, by decision and state.", "decision", "state")
	m.sessions = counter("sessions_opened_total", "Sessions opened, by whom.", "who")
	m.registrations = counter("registrations_total", "Enrolments, by jurisdiction and channel.", "jurisdiction", "channel")
	m.looks = counter("looks_total", "Looks at persons, by role and purpose.", "role", "purpose")
	m.alarms = counter("change_alarms_total", "Alarms about many codes changed in a short time, by kind.", "kind")
	m.durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "healthcode", Name: "http_request_seconds",
		Help: "Time to answer a request, by route.", Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}},
		[]string{"route"})
	m.labHours = prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "healthcode", Name: "lab_upload_hours",
		Help: "Hours from sample to upload of new results, by laboratory.", Buckets: []float64{2, 4, 6, 8, 12, 24, 48, 72}}, []string{"lab"})
	m.registry.MustRegister(m.durations, m.labHours, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.operational()
	return m
}

// answers are the counts of a route and a status, so that they needn't be looked for by their labels each time.
type answers struct {
	count prometheus.Counter
	took  prometheus.Observer
}

type routeStatus struct {
	route  string
	status int
}

func (m *Metrics) request(route string, status int, took time.Duration) {
	key := routeStatus{route, status}
	found, ok := m.answers.Load(key)
	if !ok {
		found, _ = m.answers.LoadOrStore(key, &answers{m.requests.WithLabelValues(route, strconv.Itoa(status)), m.durations.WithLabelValues(route)})
	}
	a := found.(*answers)
	a.count.Inc()
	a.took.Observe(took.Seconds())
}

// LabUploaded counts one new result of a laboratory.
func (m *Metrics) LabUploaded(lab string, took time.Duration) {
	m.labHours.WithLabelValues(lab).Observe(took.Hours())
}

// AlarmRaised counts one alarm.
func (m *Metrics) AlarmRaised(kind string) { m.alarms.WithLabelValues(kind).Inc() }

// Evaluated counts one evaluation.
func (m *Metrics) Evaluated(jurisdiction string) { m.evaluations.WithLabelValues(jurisdiction).Inc() }

// Minted counts one pass.
func (m *Metrics) Minted(jurisdiction string) { m.passes.WithLabelValues(jurisdiction).Inc() }

// Describe describes every metric, also those that nothing was counted of yet.
func (m *Metrics) Describe(descriptions chan<- *prometheus.Desc) { m.registry.Describe(descriptions) }

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError})
}

// outcomes names what became of a fact.
var outcomes = map[healthcode.Outcome]string{healthcode.Stored: "stored", healthcode.Duplicate: "duplicate", healthcode.Conflict: "conflict"}
