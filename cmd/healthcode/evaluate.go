package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"healthcode"
	"healthcode/policy"
)

// evaluateJob is one run of `healthcode evaluate`.
type evaluateJob struct {
	stdio
	finder *finder
	around time.Duration // half of the timeline; negative without one
}

func runEvaluate(_ context.Context, args []string, std stdio) int {
	job := evaluateJob{stdio: std, around: -1}
	fs := newFlagSet("evaluate", "--policy POLICY --facts FILE|- --at T [flags]\n       healthcode evaluate --jsonl FILE|- [--timeline D]", std)
	ref := fs.String("policy", "", "the policy: beijing, beijing@2020-03, or a directory with a policy.yaml or versions of one")
	areas := fs.String("areas", "", "the area history, a JSON `file`; without one every county is low and without cases")
	facts := fs.String("facts", "", "the facts of one person, one JSON object a line in a `file`, - for standard input")
	at := fs.instant("at", "the `time` to answer for, in RFC 3339")
	knownAt := fs.instant("known-at", "the `time` up to which facts were recorded; --at where absent")
	fs.Func("timeline", "add the timeline from so long before --at to so long after it, such as 30d or 72h", func(s string) (err error) {
		job.around, err = period(s)
		return err
	})
	lines := fs.String("jsonl", "", "answer each line {\"policy\",\"areas\",\"facts\",\"at\",\"known_at\"} of a `file` instead, - for standard input")
	if _, code, done := fs.parse(args, 0); done {
		return code
	}
	var err error
	if job.finder, err = newFinder(); err != nil {
		return std.fail("evaluate: %v", err)
	}
	switch {
	case *lines != "" && (*ref != "" || *areas != "" || *facts != "" || !at.IsZero() || !knownAt.IsZero()):
		return std.fail("evaluate: --jsonl takes policy, areas, facts, at and known_at from its lines; leave the flags out")
	case *lines != "":
		return job.lines(*lines)
	case *ref == "":
		return std.fail("evaluate: --policy is missing; say which, such as beijing")
	case *facts == "":
		return std.fail("evaluate: --facts is missing; name a file of facts, or - for standard input")
	case at.IsZero():
		return std.fail("evaluate: --at is missing; say for which instant, such as 2022-04-25T09:00:00+08:00")
	}
	if knownAt.IsZero() {
		*knownAt = *at
	}
	return job.one(*ref, *areas, *facts, *at, *knownAt)
}

// one answers for one person whose facts are in a file.
func (job *evaluateJob) one(ref, areasFile, factsFile string, at, knownAt time.Time) int {
	p, err := job.finder.find(ref, at)
	if err != nil {
		return job.fail("%v", err)
	}
	history := healthcode.AreaHistory{}
	ok := true
	if areasFile != "" {
		data, err := os.ReadFile(areasFile)
		if err != nil {
			return job.fail("areas: %v", err)
		}
		var found *policy.LineError
		if history, found = policy.ReadAreas(data, p.Location); found != nil {
			job.fail("%s:%v", areasFile, found)
			ok = false
		}
	}
	facts := policy.NewFacts()
	if err := job.eachLine(factsFile, facts.Add); err != nil || !ok {
		return exitUsage
	}
	return job.print(p, policy.NewAreas(history), facts.List, at, knownAt)
}

// lines answers every line of a file. A bad line is reported, and the others are answered.
func (job *evaluateJob) lines(file string) int {
	failed := job.eachLine(file, func(line []byte) error {
		in, err := policy.ParseInput(line)
		if err != nil {
			return err
		}
		p, err := job.finder.find(in.Policy, in.At)
		if err != nil {
			return err
		}
		areas, facts, err := in.Read(p.Location)
		if err != nil {
			return err
		}
		job.print(p, areas, facts, in.At, in.KnownAt)
		return nil
	})
	if failed != nil {
		return exitUsage
	}
	return exitOK
}

// errReported stands for errors that standard error has told already.
var errReported = errors.New("reported")

// eachLine calls f for each line of a file, and reports every error with its line.
func (job *evaluateJob) eachLine(file string, f func(line []byte) error) error {
	in, name := job.in, "stdin"
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			job.fail("evaluate: %v", err)
			return errReported
		}
		defer opened.Close()
		in, name = opened, file
	}
	var failed error
	err := policy.ReadLines(in, func(n int, line []byte) error {
		if err := f(line); err != nil {
			job.fail("%s:%d: %v", name, n, err)
			failed = errReported
		}
		return nil
	})
	if err != nil {
		job.fail("%s:%v", name, err)
		return errReported
	}
	return failed
}

// print writes the status as one line of JSON.
func (job *evaluateJob) print(p found, areas *policy.Areas, facts []healthcode.Fact, at, knownAt time.Time) int {
	from, until := at.Add(-job.around), at.Add(job.around)
	var status healthcode.Status
	if p.versions == nil {
		e := p.Evaluate(areas, facts, knownAt)
		status = e.At(at)
		if job.around >= 0 {
			status.Timeline = e.Timeline(from, until)
		}
	} else {
		var err error
		if status, err = p.versions.At(p.Jurisdiction, areas, facts, knownAt, at); err != nil {
			return job.fail("evaluate: %v", err)
		}
		if job.around >= 0 {
			status.Timeline = p.versions.Timeline(p.Jurisdiction, areas, facts, knownAt, from, until)
		}
	}
	if err := writeJSON(job.stdio, status); err != nil {
		return job.fail("evaluate: %v", err)
	}
	return exitOK
}

// writeJSON writes v as one line, with Chinese and markup as they are.
func writeJSON(std stdio, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	_, err := std.out.Write(buf.Bytes())
	return err
}
