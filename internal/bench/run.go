package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"healthcode"
	"healthcode/internal/area"
)

// names of the ratios' terms.
const (
	bare, sign, verify        = "bare", "sign", "verify"
	code, page, scan, declare = "code", "page", "scan", "declare"
)

// Run measures. It returns an error, and no figures, where any answer isn't the one that it asked for.
func Run(ctx context.Context, o Options) (*Result, error) {
	r := &Result{Date: o.Now().UTC().Truncate(time.Second), Hardware: hardware(), Engine: o.Engine, Quick: o.Quick, Ratios: map[string]float64{}}
	history, err := area.DemoHistory()
	if err != nil {
		return nil, err
	}
	if r.Evaluate, err = evaluate(o.Now, area.Complete(history)); err != nil {
		return nil, err
	}
	if r.Certificate, err = verifyCertificate(o.Now); err != nil {
		return nil, err
	}
	if err := measureIntake(ctx, &o, &r.Intake); err != nil {
		return nil, fmt.Errorf("measuring the import: %w", err)
	}
	var jobs []*job
	baseline, err := start(ctx, o.Command("baseline", ""))
	if err != nil {
		return nil, err
	}
	defer baseline.stop()
	bareJobs, renew, err := baselineJobs(baseline)
	if err != nil {
		return nil, err
	}
	jobs = append(jobs, bareJobs...)
	for i, people := range o.People {
		o.Progress("loading %d people", people)
		l, err := load(ctx, &o, people)
		if err != nil {
			return nil, fmt.Errorf("loading %d people: %w", people, err)
		}
		if i == 0 {
			r.Store = StoreSize{BytesPerPerson: l.perHead, FactsPerPerson: o.Facts, People: people, Bytes: l.size}
		}
		r.Servers = append(r.Servers, ServerSize{People: people, Database: l.size, Load: l.took.Seconds()})
		var more []string
		if o.Profile != "" {
			more = []string{"--profile", fmt.Sprintf("%s/server-%d.pprof", o.Profile, people)}
		}
		server, err := start(ctx, o.Command("server", l.data, more...))
		if err != nil {
			return nil, err
		}
		defer server.stop()
		// What it does once after its start is nobody's request.
		if _, err := server.settle(min(4*o.Round+time.Second, 10*time.Second)); err != nil {
			return nil, err
		}
		jobs = append(jobs, serverJobs(l, server, i == 0)...)
	}
	for _, j := range jobs { // connections, prepared statements, the read model
		if err := renew(); err != nil {
			return nil, err
		}
		// Everybody asks three times, so that the read model has them.
		for once := true; once || j.name == code && j.next.Load() < int64(3*o.Askers); once = false {
			if err := j.closed(o.Now, o.Round); err != nil {
				return nil, err
			}
		}
		j.requests, j.cpu, j.wall, j.took = 0, 0, 0, nil
	}
	for round := range o.Rounds {
		o.Progress("round %d of %d", round+1, o.Rounds)
		if err := renew(); err != nil {
			return nil, err
		}
		for _, j := range jobs {
			if err := j.closed(o.Now, o.Round); err != nil {
				return nil, err
			}
		}
	}
	r.gather(jobs)
	if o.Open > 0 {
		for _, j := range jobs {
			if j.people != o.People[0] || j.name != code && j.name != scan {
				continue
			}
			// Half of what it answered when it was asked without a pause.
			result, err := j.open(o.Now, o.Open, max(10, j.result().PerS/2))
			if err != nil {
				return nil, err
			}
			r.Operations = append(r.Operations, result)
		}
	}
	for i := range r.Servers {
		for _, j := range jobs {
			if j.people == r.Servers[i].People {
				r.Servers[i].RSS = j.server.rss()
			}
		}
	}
	return r, nil
}

// gather adds the jobs' figures and their ratios.
func (r *Result) gather(jobs []*job) {
	cpu := map[string]float64{}
	smallest := 0
	for _, j := range jobs {
		result := j.result()
		r.Operations = append(r.Operations, result)
		if j.people > 0 && smallest == 0 {
			smallest = j.people
		}
		if j.people == 0 || j.people == smallest {
			cpu[j.name] = result.CPUMicro
		}
		if j.name == code && j.people > smallest {
			r.Ratios[fmt.Sprintf("growth_code_%s_vs_%s", short(j.people), short(smallest))] = result.CPUMicro / cpu[code]
		}
	}
	r.Ratios["code_vs_sign"] = cpu[sign] / cpu[code]
	r.Ratios["page_vs_sign"] = cpu[sign] / cpu[page]
	r.Ratios["scan_vs_verify"] = cpu[verify] / cpu[scan]
}

// short writes 10000 as 10k and 1000000 as 1m.
func short(n int) string {
	switch {
	case n%1_000_000 == 0:
		return fmt.Sprintf("%dm", n/1_000_000)
	case n%1_000 == 0:
		return fmt.Sprintf("%dk", n/1_000)
	}
	return fmt.Sprint(n)
}

// baselineJobs also returns what makes passes anew: they last a minute.
func baselineJobs(p *process) ([]*job, func() error, error) {
	token, err := send("GET", p.url+"/token", "", "")
	if err != nil {
		return nil, nil, err
	}
	var passes []string
	renew := func() error {
		passes = passes[:0]
		for range 50 {
			text, err := send("GET", p.url+"/pass", "", "")
			if err != nil {
				return err
			}
			passes = append(passes, `{"code":"`+text+`"}`)
		}
		return nil
	}
	ask := func(path, want string, body func(int) string) func(int) (bool, error) {
		return func(i int) (bool, error) {
			answer, err := send("POST", p.url+path, token, body(i))
			return true, expect(answer, want, err)
		}
	}
	nothing := func(int) string { return "" }
	return []*job{
		{name: bare, server: p, ask: ask("/bare", `"state":"green"`, nothing)},
		{name: sign, server: p, ask: ask("/sign", `"state":"green"`, nothing)},
		{name: verify, server: p, ask: ask("/verify", `"decision":"admit"`, func(i int) string { return passes[i%len(passes)] })},
	}, renew, nil
}

func expect(answer, want string, err error) error {
	if err == nil && !strings.Contains(answer, want) {
		err = fmt.Errorf("the answer lacks %s: %.400s", want, answer)
	}
	return err
}

// serverJobs asks a server everything, or (all false) for the code alone.
func serverJobs(l *loaded, p *process, all bool) []*job {
	var mu sync.Mutex
	var minted []string
	url := p.url + "/v1/me/codes/" + jurisdiction
	session := func(i int) string { return l.sessions[i*7919%len(l.sessions)] }
	jobs := []*job{{name: code, people: l.people, server: p, ask: func(i int) (bool, error) {
		answer, err := send("POST", url+"/pass", session(i), "")
		if err := expect(answer, `"state":"green"`, err); err != nil || !all {
			return true, err
		}
		var made struct{ Text string }
		err = json.Unmarshal([]byte(answer), &made)
		mu.Lock()
		minted = append(minted, made.Text)
		mu.Unlock()
		return true, err
	}}}
	if !all {
		return jobs
	}
	take := func() (text string) {
		mu.Lock()
		defer mu.Unlock()
		if n := len(minted) - 1; n >= 0 {
			text, minted = minted[n], minted[:n]
		}
		return text
	}
	return append(jobs,
		&job{name: scan, people: l.people, server: p, atOnce: 4 * workers(), ask: func(i int) (bool, error) {
			text := take()
			if text == "" {
				// Every code that was made has been scanned.
				return false, nil
			}
			answer, err := send("POST", p.url+"/v1/checkpoint/scans", l.doors[i%len(l.doors)], `{"code":"`+text+`","temperature":36.5}`)
			return true, expect(answer, `"decision":"admit"`, err)
		}},
		&job{name: page, people: l.people, server: p, ask: func(i int) (bool, error) {
			answer, err := send("GET", url, session(i), "")
			return true, expect(answer, `"state":"green"`, err)
		}},
		&job{name: declare, people: l.people, server: p, ask: func(i int) (bool, error) {
			if i >= 8*len(l.sessions) {
				return false, nil // the answer lists what the person has declared before
			}
			token := l.sessions[i%len(l.sessions)]
			answer, err := send("POST", p.url+"/v1/me/reports/review", token, `{"symptoms":[]}`)
			if err != nil {
				return true, err
			}
			var review struct{ Report string }
			if err := json.Unmarshal([]byte(answer), &review); err != nil {
				return true, err
			}
			answer, err = send("POST", p.url+"/v1/me/reports", token, `{"report":"`+review.Report+`"}`)
			return true, expect(answer, `"facts":[{`, err)
		}})
}

// measureIntake imports a file of laboratory results about people who are known, twice.
func measureIntake(ctx context.Context, o *Options, in *Intake) error {
	data := o.Dir + "/intake"
	store, err := o.OpenStore(ctx, data)
	if err != nil {
		return err
	}
	people := min(o.People[0], 10_000)
	for from := 0; from < people && err == nil; from += loadBatch {
		var documents []healthcode.Document
		for n := from; n < min(people, from+loadBatch); n++ {
			documents = append(documents, document(n))
		}
		_, err = store.EnsurePersons(ctx, documents)
	}
	if closing := store.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	path := o.Dir + "/results.ndjson"
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := writeLabResults(file, o.Lines, people); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	in.Lines = o.Lines
	o.Progress("importing %d results, twice", o.Lines)
	for _, want := range []string{fmt.Sprintf("%d stored, 0 already", o.Lines), fmt.Sprintf("0 stored, %d already", o.Lines)} {
		cmd, err := command(ctx, o.Command("import", data, path))
		if err != nil {
			return err
		}
		began := o.Now()
		out, err := cmd.CombinedOutput()
		if err := expect(string(out), want, err); err != nil {
			return fmt.Errorf("%w: %.400s", err, out)
		}
		wall := o.Now().Sub(began).Seconds()
		rate := float64(o.Lines) / (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
		if in.FactsPerSecond == 0 {
			in.FactsPerSecond, in.FactsPerSecondWall = rate, float64(o.Lines)/wall
		} else {
			in.AgainPerSecond = rate
		}
	}
	return os.Remove(path)
}
