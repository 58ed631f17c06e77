package api

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"healthcode"
)

// The gauges that a process sets from time to time, by [Metrics.Set]. Instants are seconds since 1970.
const (
	GaugeQueue        = "queue_waiting"
	GaugeQueueAge     = "queue_oldest_seconds"
	GaugeTask         = "task_held"
	GaugeStoreUp      = "store_up"
	GaugeClockSkew    = "clock_skew_seconds"
	GaugeDiskFree     = "disk_free_bytes"
	GaugeDiskSize     = "disk_size_bytes"
	GaugeBackup       = "backup_timestamp_seconds"
	GaugeAreas        = "areas_looked_timestamp_seconds"
	GaugeKeyEnd       = "key_expiry_timestamp_seconds"
	GaugeTrustList    = "trust_list_imported_timestamp_seconds"
	GaugePolicyEnd    = "policy_until_timestamp_seconds"
	GaugeModelBytes   = "model_bytes"
	GaugeModelFollows = "model_following"
	GaugeStreams      = "live_streams"
	GaugeInFlight     = "requests_in_flight"
	GaugeWaiting      = "requests_waiting"
)

var gauges = []struct {
	name, help string
	labels     []string
}{
	{GaugeQueue, "How much waits, at most 100,000.", []string{"queue", "jurisdiction"}},
	{GaugeQueueAge, "For how long the one that waits longest has; 0 where nothing waits.", []string{"queue", "jurisdiction"}},
	{GaugeTask, "1 while this process does a task that one process does.", []string{"task"}},
	{GaugeStoreUp, "1 where the database answered the last time that it was asked.", nil},
	{GaugeClockSkew, "How far this process's clock is ahead of another.", []string{"against"}},
	{GaugeDiskFree, "Free room on the disk of the data directory.", nil},
	{GaugeDiskSize, "Size of the disk of the data directory.", nil},
	{GaugeBackup, "When the last backup of this data directory ended; 0 = never.", nil},
	{GaugeAreas, "When a list of risk areas was last looked at; 0 = never.", nil},
	{GaugeKeyEnd, "Until when there is a key that signs.", []string{"use", "jurisdiction"}},
	{GaugeTrustList, "When a trust list was imported.", []string{"list"}},
	{GaugePolicyEnd, "When the last version of a policy ends; +Inf where it has no end.", []string{"jurisdiction"}},
	{GaugeModelBytes, "What the copies in memory take.", nil},
	{GaugeModelFollows, "1 while copies in memory follow the changes of the database and are used.", nil},
	{GaugeStreams, "Open pages that are told of changes.", nil},
	{GaugeInFlight, "Requests that are being answered, by class.", []string{"class"}},
	{GaugeWaiting, "Requests that wait to be answered, by class.", []string{"class"}},
}

// operational makes what tells operators how the process does.
func (m *Metrics) operational() {
	m.gauges = make(map[string]*prometheus.GaugeVec, len(gauges))
	for _, g := range gauges {
		v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "healthcode", Name: g.name, Help: g.help}, g.labels)
		m.gauges[g.name] = v
		m.registry.MustRegister(v)
	}
	m.ping = prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "healthcode", Name: "store_ping_seconds",
		Help: "Time in which the database answered a read of one row.", Buckets: latencies})
	m.writes = prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "healthcode", Name: "store_write_seconds",
		Help: "Time until a write was durable.", Buckets: latencies}, []string{"operation"})
	m.lag = prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "healthcode", Name: "fact_lag_seconds",
		Help: "From the time of a fact until it was recorded, by kind.", Buckets: []float64{1, 60, 600, 3600, 4 * 3600, 8 * 3600, 24 * 3600, 72 * 3600, 168 * 3600}}, []string{"kind"})
	m.last = prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "healthcode", Name: "fact_timestamp_seconds",
		Help: "When this process last stored a fact of a kind."}, []string{"kind"})
	m.reads = prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "healthcode", Name: "model_reads_total",
		Help: "Reads of people's facts, by whether the copy in memory was used."}, []string{"result"})
	m.shed = prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "healthcode", Name: "requests_shed_total",
		Help: "Requests that were refused because there were too many, by class."}, []string{"class"})
	m.failures = prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "healthcode", Name: "monitor_failures_total",
		Help: "Failed looks at how the service does, by what was looked at."}, []string{"what"})
	m.registry.MustRegister(m.ping, m.writes, m.lag, m.last, m.reads, m.shed, m.failures)
	for _, what := range []string{"hit", "miss"} {
		m.reads.WithLabelValues(what)
	}
}

var latencies = []float64{.0001, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}

// Set sets one of the gauges; labels stand in the order of its label names.
func (m *Metrics) Set(gauge string, value float64, labels ...string) {
	m.gauges[gauge].WithLabelValues(labels...).Set(value)
}

// SetTime sets a gauge of an instant; the zero time is 0.
func (m *Metrics) SetTime(gauge string, at time.Time, labels ...string) {
	value := 0.0
	if !at.IsZero() {
		value = float64(at.UnixMilli()) / 1000
	}
	m.Set(gauge, value, labels...)
}

// Forget removes what was set of a gauge, whose labels may have gone.
func (m *Metrics) Forget(gauge string) { m.gauges[gauge].Reset() }

// SetBacklogs sets what waits.
func (m *Metrics) SetBacklogs(list []healthcode.Backlog, now time.Time) {
	for _, b := range list {
		age := 0.0
		if !b.Oldest.IsZero() {
			age = max(0, now.Sub(b.Oldest).Seconds())
		}
		m.Set(GaugeQueue, float64(b.Waiting), b.Queue, b.Jurisdiction)
		m.Set(GaugeQueueAge, age, b.Queue, b.Jurisdiction)
	}
}

// StoreAnswered notes how long the database took for a read of one row, or that it failed.
func (m *Metrics) StoreAnswered(took time.Duration, err error) {
	if err != nil {
		m.Set(GaugeStoreUp, 0)
		return
	}
	m.Set(GaugeStoreUp, 1)
	m.ping.Observe(took.Seconds())
}

// LookFailed counts a failed look at how the service does.
func (m *Metrics) LookFailed(what string) { m.failures.WithLabelValues(what).Inc() }

// ModelRead adds reads that used copies in memory, and reads that didn't.
func (m *Metrics) ModelRead(hits, misses uint64) {
	m.reads.WithLabelValues("hit").Add(float64(hits))
	m.reads.WithLabelValues("miss").Add(float64(misses))
}

// Shed counts a request that was refused because there were too many.
func (m *Metrics) Shed(class string) { m.shed.WithLabelValues(class).Inc() }

// arrived notes when a fact came, and how long after what it tells of.
func (m *Metrics) arrived(f *healthcode.Fact) {
	m.last.WithLabelValues(string(f.Kind)).Set(float64(f.Recorded.UnixMilli()) / 1000)
	at := f.Time
	if at.IsZero() {
		at = f.From
	}
	if lag := f.Recorded.Sub(at); !at.IsZero() && lag >= 0 {
		m.lag.WithLabelValues(string(f.Kind)).Observe(lag.Seconds())
	}
}

// wrote notes how long a write took.
func (m *Metrics) wrote(operation string, began *prometheus.Timer) {
	m.writes.WithLabelValues(operation).Observe(began.ObserveDuration().Seconds())
}
