// Package certificatecmd is the command "healthcode certificate": it verifies travel certificates, as text or
// in pictures, and shows what a trust list holds.
package certificatecmd

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Exit codes.
const (
	exitValid    = 0
	exitNotValid = 1
	exitUsage    = 2
)

const usage = `usage:
  healthcode certificate verify [--trust FILE] [--at TIME] [FILE|-]
      checks one certificate: HC1 text, or a PNG, JPEG, GIF, SVG or PDF file with its QR code; prints JSON
  healthcode certificate verify --jsonl [--trust FILE] [--at TIME] [FILE|-]
      reads one object a line with hc1, clock and certificates (a list of base64 DER) and prints one result
      a line; a line without a clock is judged at --at, one without certificates by --trust
  healthcode certificate trust [--at TIME] [FILE|-]
      shows what a trust list holds: keys, entries that could not be read, keys that have expired

--trust FILE   a trust list: DID document, PEM, DER or JSON; may be given several times
--at TIME      RFC 3339, such as 2022-04-25T09:00:00+08:00; without it: now

exit: 0 valid, 1 not valid, 2 bad usage
`

// command is what one run works with.
type command struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
}

// Run executes the command with the arguments after "certificate" and returns the exit code.
func Run(args []string, stdin io.Reader, stdout, stderr io.Writer, now func() time.Time) int {
	c := &command{stdin, stdout, stderr, now}
	if len(args) == 0 {
		return c.bad("name what to do")
	}
	switch args[0] {
	case "verify":
		return c.verify(args[1:])
	case "trust":
		return c.showTrust(args[1:])
	case "help", "-h", "-help", "--help":
		fmt.Fprint(stdout, usage)
		return exitValid
	}
	return c.bad("there is no %q", args[0])
}

// bad says what is wrong with the call.
func (c *command) bad(format string, args ...any) int {
	fmt.Fprintf(c.stderr, "healthcode certificate: "+format+"\n\n%s", append(args, usage)...)
	return exitUsage
}

// cannot says what could not be done with sound arguments.
func (c *command) cannot(err error) int {
	fmt.Fprintf(c.stderr, "healthcode certificate: %v\n", err)
	return exitUsage
}

func (c *command) print(v any) error {
	encoder := json.NewEncoder(c.stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("printing the result: %w", err)
	}
	return nil
}
