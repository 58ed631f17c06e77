package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// flagSet is a command's flags; parse tells whether the command is over already.
type flagSet struct {
	*flag.FlagSet
	io stdio
}

func newFlagSet(name, usage string, std stdio) *flagSet {
	fs := &flagSet{flag.NewFlagSet(name, flag.ContinueOnError), std}
	fs.SetOutput(io.Discard)
	fs.Usage = func() {
		fmt.Fprintf(std.out, "Usage: healthcode %s %s\n\n", name, usage)
		fs.SetOutput(std.out)
		fs.PrintDefaults()
		fs.SetOutput(io.Discard)
	}
	return fs
}

// parse reads the flags and up to max other arguments, in any order. Where done is true, code is the exit code.
func (fs *flagSet) parse(args []string, max int) (rest []string, code int, done bool) {
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, exitOK, true
			}
			return nil, fs.io.fail("%s: %v; healthcode %s --help tells the flags", fs.Name(), err, fs.Name()), true
		}
		if fs.NArg() == 0 {
			return rest, 0, false
		}
		if rest = append(rest, fs.Arg(0)); len(rest) > max {
			return nil, fs.io.fail("%s: %q is one argument too many; healthcode %s --help tells the flags", fs.Name(), fs.Arg(0), fs.Name()), true
		}
		args = fs.Args()[1:]
	}
}

// instant is a flag that holds a time in RFC 3339.
func (fs *flagSet) instant(name, usage string) *time.Time {
	t := new(time.Time)
	fs.Func(name, usage, func(s string) error {
		var err error
		if *t, err = time.Parse(time.RFC3339, s); err != nil {
			return errors.New("write it in RFC 3339 with an offset, such as 2022-04-25T09:00:00+08:00")
		}
		return nil
	})
	return t
}

// maxPeriod bounds a timeline, so that no flag asks for more than people live.
const maxPeriod = 150 * 366 * 24 * time.Hour

// period reads a duration such as 30d, 72h or 90m.
func period(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if n, ok := strings.CutSuffix(s, "d"); ok {
		var days int
		days, err = strconv.Atoi(n)
		d = time.Duration(min(max(days, -1), 1e5)) * 24 * time.Hour
	}
	if err != nil || d < 0 || d > maxPeriod {
		return 0, errors.New("write a time such as 30d or 72h")
	}
	return d, nil
}
