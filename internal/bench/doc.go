// Package bench measures what one machine holds: the real server and two bare ones, which do as little as can be
// done, each a process of its own whose CPU time the kernel counts, asked in turns within one run. Absolute figures
// depend on the machine and on what else it does; the ratios of one run hardly do.
package bench

import (
	"context"
	"time"

	"healthcode"
)

// Options says what to measure.
type Options struct {
	// People are the sizes of the databases, in ascending order.
	People []int
	Askers int           // how many of the people sign in and ask, spread over all of them
	Facts  int           // facts of each person
	Others int           // facts of those beyond the first size who don't ask; 0 = Facts
	Lines  int           // lines of the import
	Rounds int           // how often everything is measured
	Round  time.Duration // how long each operation is asked in a round
	Open   time.Duration // how long it is asked at a fixed rate; 0 = not
	Quick  bool
	// Dir holds the databases; it is made and deleted by the caller.
	Dir string
	// Profile is a folder for CPU profiles of the servers; "" = none.
	Profile string
	// Engine names the storage.
	Engine string
	// OpenStore opens the database for people in the folder data and makes it where there is none.
	OpenStore func(ctx context.Context, data string) (healthcode.Store, error)
	// Size returns how many bytes a closed database takes.
	Size func(ctx context.Context, data string) (int64, error)
	// Command returns the arguments of this binary that serve ("server"), import a file ("import") or serve the
	// bare baseline ("baseline"). A server prints its address as its first line.
	Command func(what, data string, more ...string) []string
	// Progress is told what is going on.
	Progress func(format string, args ...any)
	// Now is the real clock.
	Now func() time.Time
}

// Start is when the servers' clocks begin: the built-in policies are in force then.
var Start = time.Date(2022, 4, 28, 9, 0, 0, 0, time.FixedZone("CST", 8*60*60))

// jurisdiction is the one that is asked.
const jurisdiction = "beijing"

// Result is what was measured. Ratios above their bar are good, growth below it.
type Result struct {
	Date        time.Time          `json:"date"`
	Hardware    Hardware           `json:"hardware"`
	Engine      string             `json:"engine"`
	Quick       bool               `json:"quick"`
	Ratios      map[string]float64 `json:"ratios"`
	Intake      Intake             `json:"intake"`
	Evaluate    Evaluate           `json:"evaluate"`
	Certificate Certificate        `json:"certificate"`
	Store       StoreSize          `json:"store"`
	Operations  []Operation        `json:"operations"`
	Servers     []ServerSize       `json:"servers"`
}

// Hardware is where it was measured.
type Hardware struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory int64  `json:"memory_bytes"`
	OS     string `json:"os"`
	Go     string `json:"go"`
}

// Intake is the import of laboratory results from NDJSON by a process of its own, until they are durable.
type Intake struct {
	Lines int `json:"lines"`
	// FactsPerSecond is per second of CPU time, so what one core does.
	FactsPerSecond     float64 `json:"facts_per_s"`
	FactsPerSecondWall float64 `json:"facts_per_s_wall"`
	// AgainPerSecond is the same file once more: nothing is stored.
	AgainPerSecond float64 `json:"again_per_s"`
}

// Evaluate is one evaluation of the policy, with nothing around it.
type Evaluate struct {
	NS5Facts  int64 `json:"ns_5_facts"`
	NS30Facts int64 `json:"ns_30_facts"`
}

// Certificate is the whole way of a certificate with an ES256 signature.
type Certificate struct {
	VerifyNS int64 `json:"verify_ns"`
}

// StoreSize is what a person takes on disk with their facts, indexes included.
type StoreSize struct {
	BytesPerPerson float64 `json:"bytes_per_person"`
	FactsPerPerson int     `json:"facts_per_person"`
	People         int     `json:"people"`
	Bytes          int64   `json:"bytes"`
}

// Operation is one kind of request to one server.
type Operation struct {
	Name     string  `json:"name"`
	People   int     `json:"people"` // 0: a bare server
	Loop     string  `json:"loop"`   // closed: the next when the last is answered; open: at a fixed rate
	Requests int     `json:"requests"`
	CPUMicro float64 `json:"cpu_us"` // of the server, per request
	PerS     float64 `json:"per_s"`
	// P50 and P99 count, in an open loop, from when the request was due.
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
}

// ServerSize is a server at the end of the run.
type ServerSize struct {
	People   int     `json:"people"`
	RSS      int64   `json:"rss_bytes"`
	Database int64   `json:"database_bytes"` // when it was loaded
	Load     float64 `json:"load_s"`
}
