package certificatecmd

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"healthcode/certificate"
)

// request is one line of --jsonl. Other fields are let be.
type request struct {
	ID           json.RawMessage `json:"id"` // given back with the result
	HC1          *string         `json:"hc1"`
	Clock        string          `json:"clock"`
	Certificates json.RawMessage `json:"certificates"` // a list of base64 DER, or any trust list
}

// answer is the result of one line.
type answer struct {
	ID json.RawMessage `json:"id,omitempty"`
	certificate.Report
}

const maxLine = 4 << 20

// verifyLines judges one line after the other as they come in. A line that cannot be judged gives a result
// too, so that results and lines stay in step.
func (c *command) verifyLines(o *options, trust *certificate.TrustList) int {
	source := c.stdin
	if o.file != "-" {
		file, err := os.Open(o.file)
		if err != nil {
			return c.cannot(fmt.Errorf("reading the file: %w", err))
		}
		defer file.Close()
		source = file
	}
	out := bufio.NewWriter(c.stdout)
	code, err := c.lines(source, out, o, trust)
	if flushErr := out.Flush(); err == nil {
		err = flushErr
	}
	if err != nil {
		return c.cannot(err)
	}
	return code
}

func (c *command) lines(source io.Reader, out io.Writer, o *options, trust *certificate.TrustList) (code int, err error) {
	lines := bufio.NewScanner(source)
	lines.Buffer(nil, maxLine)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	judge := lineJudge{trust: trust, at: o.at, lists: map[string]*certificate.TrustList{}}
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		a, err := judge.line(lines.Bytes())
		if err != nil {
			fmt.Fprintf(c.stderr, "%s:%d: %v\n", o.file, n, err)
			f := &certificate.Failure{Stage: certificate.CannotAscertain, Reason: err.Error()}
			a.Report = (&certificate.Result{Failures: []*certificate.Failure{f}}).Report()
			code = exitUsage
		} else if !a.OK {
			code = max(code, exitNotValid)
		}
		if err := encoder.Encode(a); err != nil {
			return code, fmt.Errorf("printing the result: %w", err)
		}
	}
	if err := lines.Err(); err != nil {
		return code, fmt.Errorf("reading %s: %w", o.file, err)
	}
	return code, nil
}

// lineJudge keeps the trust lists that it has read: lines often repeat one.
type lineJudge struct {
	trust *certificate.TrustList
	at    time.Time
	lists map[string]*certificate.TrustList
}

const maxKeptLists = 1000

func (j *lineJudge) line(line []byte) (answer, error) {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return answer{}, fmt.Errorf("reading the line: %w", err)
	}
	a := answer{ID: r.ID}
	if r.HC1 == nil {
		return a, fmt.Errorf("reading the line: hc1 is missing")
	}
	at := j.at
	if r.Clock != "" {
		var err error
		if at, err = parseTime(r.Clock); err != nil {
			return a, fmt.Errorf("reading the line: clock %q: %w", r.Clock, err)
		}
	}
	verifier := certificate.Verifier{Trust: j.trustOf(r.Certificates)}
	a.Report = verifier.Verify(*r.HC1, at).Report()
	return a, nil
}

func (j *lineJudge) trustOf(certificates json.RawMessage) *certificate.TrustList {
	if len(certificates) == 0 || string(certificates) == "null" {
		return j.trust
	}
	if known, ok := j.lists[string(certificates)]; ok {
		return known
	}
	// A list without a single usable key trusts nobody; the result says unknown-key.
	list, _, err := readTrust(certificates)
	if err != nil {
		list = certificate.NewTrustList()
	}
	if len(j.lists) >= maxKeptLists {
		clear(j.lists)
	}
	j.lists[string(certificates)] = list
	return list
}

func readTrust(data []byte) (*certificate.TrustList, *certificate.ImportReport, error) {
	return certificate.ReadTrustList(bytes.NewReader(data))
}
