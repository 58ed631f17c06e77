package certificatecmd

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"healthcode/certificate"
)

// options are the arguments of one call.
type options struct {
	trust []string
	at    time.Time
	jsonl bool
	file  string // "-" is standard input
}

// parse reads flags wherever they stand among the arguments.
func (c *command) parse(name string, args []string) (*options, error) {
	o := &options{at: c.now(), file: "-"}
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("trust", "", func(s string) error { o.trust = append(o.trust, s); return nil })
	flags.BoolVar(&o.jsonl, "jsonl", false, "")
	flags.Func("at", "", func(s string) (err error) { o.at, err = parseTime(s); return err })
	var files []string
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if args = flags.Args(); len(args) > 0 {
			files, args = append(files, args[0]), args[1:]
		}
	}
	switch len(files) {
	case 0:
	case 1:
		o.file = files[0]
	default:
		return nil, fmt.Errorf("give one file, not %d", len(files))
	}
	return o, nil
}

// parseTime reads an instant. One without an offset is UTC, as in the public test data.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("a time must look like 2022-04-25T09:00:00+08:00")
}

// trustList reads all lists that were named into one.
func (c *command) trustList(files []string) (*certificate.TrustList, error) {
	all := certificate.NewTrustList()
	for _, name := range files {
		data, err := c.read(name)
		if err != nil {
			return nil, err
		}
		list, report, err := certificate.ReadTrustList(strings.NewReader(string(data)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if list.Len() == 0 {
			return nil, fmt.Errorf("%s: reading the trust list: none of its %d entries is a usable key (%s)", name, report.Entries, report.Skipped[0].Reason)
		}
		if len(files) == 1 {
			all = list
		} else {
			all.Merge(list)
		}
		if len(report.Skipped) > 0 {
			fmt.Fprintf(c.stderr, "%s: %d of %d entries could not be read; see: healthcode certificate trust %s\n", name, len(report.Skipped), report.Entries, name)
		}
	}
	return all, nil
}

// maxInput bounds what one call reads: the largest trust lists have 2 MB, a scanned page a few.
const maxInput = 64 << 20

// read gives the content of a file, or of standard input.
func (c *command) read(name string) ([]byte, error) {
	source := c.stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("reading the file: %w", err)
		}
		defer file.Close()
		source = file
	}
	data, err := io.ReadAll(io.LimitReader(source, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(data) > maxInput {
		return nil, fmt.Errorf("reading %s: it is larger than %d MB", name, maxInput>>20)
	}
	return data, nil
}
