package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/trustlist"
)

const trustUsage = `Usage: healthcode trust import --name NAME FILE|URL               a trust list: DID document, PEM, DER or JSON
       healthcode trust import --revocations --name NAME FILE|URL  another country's revocation list
       healthcode trust list                                      lists, their age, and what was skipped
       healthcode trust remove --name NAME

All take --data, --database, --config and --master-key-file like serve.
`

// maxList bounds a list that is fetched.
const maxList = 64 << 20

// runTrust looks after the lists that certificates are verified with.
func runTrust(ctx context.Context, args []string, std stdio) int {
	if len(args) == 0 || args[0] != "import" && args[0] != "list" && args[0] != "remove" {
		fmt.Fprint(std.err, trustUsage)
		return exitUsage
	}
	s := settings{Data: "data", LogLevel: "error"}
	fs := flag.NewFlagSet("trust "+args[0], flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	config := fs.String("config", "", "YAML `file` with the same settings; flags win over it")
	name := fs.String("name", "", "the list's `name` here, such as who")
	revocations := fs.Bool("revocations", false, "it is a revocation list")
	if err := fs.Parse(args[1:]); err != nil {
		return exitUsage
	}
	if *config != "" {
		if err := s.read(*config); err != nil {
			return std.fail("healthcode trust: %v", err)
		}
		fs.Parse(args[1:]) // again, since flags win
	}
	if (args[0] == "import") != (fs.NArg() == 1) || (args[0] != "list") != (*name != "") {
		fmt.Fprint(std.err, trustUsage)
		return exitUsage
	}
	log, err := s.logger(std.err)
	if err != nil {
		return std.fail("healthcode trust: %v", err)
	}
	store, _, err := openStore(ctx, s, log)
	if err != nil {
		return std.fail("healthcode trust: %v", err)
	}
	defer store.Close()
	lists := trustlist.New(store, healthcode.ClockFunc(std.now), nil)
	switch args[0] {
	case "import":
		err = importList(ctx, lists, *name, fs.Arg(0), *revocations, std.out)
	case "list":
		err = printLists(ctx, lists, std)
	case "remove":
		err = lists.Remove(ctx, *name)
	}
	if err != nil {
		fmt.Fprintf(std.err, "healthcode trust %s: %v\n", args[0], err)
		if healthcode.CodeOf(err) == healthcode.CodeInvalid {
			return exitUsage
		}
		return exitFail
	}
	return exitOK
}

func importList(ctx context.Context, lists *trustlist.Lists, name, source string, revocations bool, out io.Writer) error {
	data, err := fetchList(ctx, source)
	if err != nil {
		return err
	}
	if revocations {
		list, err := lists.ImportRevocations(ctx, name, source, data)
		if err == nil {
			fmt.Fprintf(out, "%s: %d revocations of %s\n", name, len(list.Hashes), list.Published.Format(time.RFC3339))
		}
		return err
	}
	list, err := lists.Import(ctx, name, source, data)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(list)
}

// listClient follows redirections to https alone: what is trusted is the address.
var listClient = &http.Client{CheckRedirect: func(r *http.Request, via []*http.Request) error {
	if r.URL.Scheme != "https" || len(via) >= 10 {
		return fmt.Errorf("it leads on to %s, and a list is fetched by https alone", r.URL)
	}
	return nil
}}

// fetchList reads a file or an https address.
func fetchList(ctx context.Context, source string) ([]byte, error) {
	if !strings.Contains(source, "://") {
		data, err := os.ReadFile(source)
		if err != nil {
			return nil, fmt.Errorf("reading the list: %w", err)
		}
		return data, nil
	}
	if !strings.HasPrefix(source, "https://") {
		return nil, healthcode.Errorf(healthcode.CodeInvalid, "list", "地址须为 https", "%s: a list is fetched by https alone, or read from a file", source)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return nil, healthcode.Errorf(healthcode.CodeInvalid, "list", "地址不对", "%v", err)
	}
	response, err := listClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetching the list: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetching the list: %s answered %s", source, response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxList+1))
	if err != nil {
		return nil, fmt.Errorf("fetching the list: %w", err)
	}
	if len(data) > maxList {
		return nil, healthcode.Errorf(healthcode.CodeInvalid, "list", "列表太大", "%s: the list is larger than %d MB", source, maxList>>20)
	}
	return data, nil
}

func printLists(ctx context.Context, lists *trustlist.Lists, std stdio) error {
	all, err := lists.All(ctx)
	if err != nil {
		return err
	}
	for _, l := range all {
		age := "fresh"
		if l.Stale {
			age = "STALE: import it again"
		}
		fmt.Fprintf(std.out, "%s: of %s, %d days ago (%s); %d keys, %d of them expired; %d entries skipped; proof %s\n", l.Name, l.Source,
			int(std.now().Sub(l.Imported).Hours()/24), age, l.Keys, l.Expired, len(l.Skipped), l.Proof)
		for _, skipped := range l.Skipped {
			fmt.Fprintf(std.out, "  skipped %s: %s\n", skipped.Entry, skipped.Reason)
		}
	}
	return nil
}
