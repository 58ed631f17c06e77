package bench

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

func hardware() Hardware {
	h := Hardware{CPU: runtime.GOARCH, Cores: runtime.NumCPU(), OS: runtime.GOOS, Go: runtime.Version()}
	eachField("/proc/cpuinfo", func(name, value string) {
		if name == "model name" {
			h.CPU = value
		}
	})
	eachField("/proc/meminfo", func(name, value string) {
		if name == "MemTotal" {
			kib, _ := strconv.ParseInt(strings.TrimSuffix(value, " kB"), 10, 64)
			h.Memory = kib << 10
		}
	})
	return h
}

// eachField reads lines of the form "name: value"; a file that isn't there has none.
func eachField(path string, f func(name, value string)) {
	file, err := os.Open(path)
	if err != nil {
		return
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok {
			f(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
}

// titles say what each operation is.
var titles = map[string]string{
	bare:    "bare: net/http, JSON made by hand",
	sign:    "bare + HMAC bearer + Ed25519 signature",
	verify:  "bare + HMAC bearer + verifying a pass",
	code:    "my code: session, facts, evaluation, pass",
	page:    "everything of my code: with reasons, timeline, sources",
	scan:    "a scan with its durable look and visit",
	declare: "a declaration: checked, sent, durable (two requests)",
}

// bar is what a ratio should be: at least, or for growth at most.
func bar(ratio, engine string) string {
	switch {
	case ratio == "code_vs_sign" && engine == "sqlite":
		return "≥ 0.8"
	case ratio == "code_vs_sign":
		return "≥ 0.45"
	case ratio == "scan_vs_verify" && engine == "sqlite":
		return "≥ 0.65"
	case strings.HasPrefix(ratio, "growth_"):
		return "≤ 1.2"
	}
	return "–"
}

// Markdown writes the tables of docs/performance.md.
func (r *Result) Markdown(w io.Writer) {
	kind := "full"
	if r.Quick {
		kind = "quick"
	}
	fmt.Fprintf(w, "Measured %s on %s, %d cores, %.0f GB of memory, %s, %s; engine %s; %s run.\n\n", r.Date.Format("2006-01-02 15:04 MST"),
		r.Hardware.CPU, r.Hardware.Cores, float64(r.Hardware.Memory)/1e9, r.Hardware.OS, r.Hardware.Go, r.Engine, kind)
	fmt.Fprint(w, "| Operation | People | Loop | Server CPU, µs | Requests/s | p50, ms | p99, ms | Requests |\n|---|--:|---|--:|--:|--:|--:|--:|\n")
	for _, o := range r.Operations {
		people := "–"
		if o.People > 0 {
			people = fmt.Sprint(o.People)
		}
		fmt.Fprintf(w, "| %s | %s | %s | %.0f | %.0f | %.2f | %.2f | %d |\n", titles[o.Name], people, o.Loop, o.CPUMicro, o.PerS, o.P50, o.P99, o.Requests)
	}
	fmt.Fprint(w, "\n| Ratio | Value | Bar |\n|---|--:|--:|\n")
	for _, name := range slices.Sorted(maps.Keys(r.Ratios)) {
		fmt.Fprintf(w, "| %s | %.2f | %s |\n", name, r.Ratios[name], bar(name, r.Engine))
	}
	fmt.Fprint(w, "\n| What | Value | Bar |\n|---|--:|--:|\n")
	fmt.Fprintf(w, "| Import of laboratory results, NDJSON to durable, facts/s a core | %.0f | ≥ 25,000 |\n", r.Intake.FactsPerSecond)
	fmt.Fprintf(w, "| … by the clock | %.0f | – |\n", r.Intake.FactsPerSecondWall)
	fmt.Fprintf(w, "| … the same file again, nothing stored, lines/s a core | %.0f | – |\n", r.Intake.AgainPerSecond)
	fmt.Fprintf(w, "| An evaluation of 5 facts, ns | %d | – |\n| … of 30 facts, ns | %d | – |\n", r.Evaluate.NS5Facts, r.Evaluate.NS30Facts)
	fmt.Fprintf(w, "| Verifying a certificate (ES256), µs | %.0f | ≤ 150 |\n", float64(r.Certificate.VerifyNS)/1000)
	fmt.Fprintf(w, "| Bytes on disk of a person with %d facts | %.0f | ≤ 400 |\n", r.Store.FactsPerPerson, r.Store.BytesPerPerson)
	fmt.Fprint(w, "\n| Server of | Database, MB | Memory (RSS), MB | Loaded in, s |\n|--:|--:|--:|--:|\n")
	for _, s := range r.Servers {
		fmt.Fprintf(w, "| %d | %.1f | %.0f | %.0f |\n", s.People, float64(s.Database)/1e6, float64(s.RSS)/1e6, s.Load)
	}
}
