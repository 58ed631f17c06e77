package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"healthcode"
	"healthcode/internal/area"
	"healthcode/internal/demo"
	"healthcode/internal/lab"
)

// demoOutput is what `healthcode demo --json` prints, on one line, once requests are taken.
type demoOutput struct {
	Address   string        `json:"address"` // of every page and of the API
	Now       time.Time     `json:"now"`     // on the demo's clock, which runs on from here
	Data      string        `json:"data"`    // the temporary folder
	Pages     demoPages     `json:"pages"`
	Residents []demo.SignIn `json:"residents"` // one for each case, by jurisdiction
	Staff     []demo.SignIn `json:"staff"`     // every role in each jurisdiction
	// One of each, for a quick start.
	Resident      demo.SignIn `json:"resident"`
	Door          demo.SignIn `json:"door"`
	Caseworker    demo.SignIn `json:"caseworker"`
	Administrator demo.SignIn `json:"administrator"`
	Laboratory    demoLab     `json:"laboratory"`
}

// demoLab is a laboratory of the registry, with the file of its key.
type demoLab struct {
	ID  string `json:"id"`
	Kid string `json:"kid"`
	Key string `json:"key"`
}

type demoPages struct {
	Home        string `json:"home"`
	SignIn      string `json:"sign_in"`
	StaffSignIn string `json:"staff_sign_in"`
	Door        string `json:"door"`
	Check       string `json:"check"`
	Outbox      string `json:"outbox"`
	OpenAPI     string `json:"openapi"`
}

// runDemo serves fresh, simulated data from a temporary folder that is deleted at the end.
func runDemo(ctx context.Context, args []string, std stdio) int {
	s := settings{Addr: "127.0.0.1:8080", LogLevel: "error", Outbox: true, Demo: true}
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	fs.SetOutput(std.err)
	fs.StringVar(&s.Addr, "addr", s.Addr, "`address` to listen on; port 0 picks a free one")
	fs.Func("boarding-trust", "`file` of signers whose certificates travellers may submit", s.Boarding.trustFile)
	fs.StringVar(&s.Policies, "policies", "", "`directory` of policies instead of the built-in ones")
	fs.StringVar(&s.LogLevel, "log-level", s.LogLevel, "debug, info, warn or error")
	asJSON := fs.Bool("json", false, "print addresses and sign-ins as one JSON object")
	at := fs.String("at", demo.Start.Format(time.RFC3339), "`time` at which the demo's clock starts")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	start, err := time.Parse(time.RFC3339, *at)
	if err != nil {
		return std.fail("healthcode demo: --at %q: write it as RFC 3339 with an offset, such as %s", *at, demo.Start.Format(time.RFC3339))
	}
	log, err := s.logger(std.err)
	if err != nil {
		return std.fail("healthcode demo: %v", err)
	}
	if s.Data, err = os.MkdirTemp("", "healthcode-demo-"); err != nil {
		return std.fail("healthcode demo: %v", err)
	}
	defer os.RemoveAll(s.Data)
	began := std.now()
	clock := healthcode.ClockFunc(func() time.Time { return start.Add(std.now().Sub(began)) })
	a, err := newApp(ctx, s, clock, log)
	if err != nil {
		return std.fail("healthcode demo: %v", err)
	}
	out, err := a.fillDemo(ctx, start)
	if err != nil {
		a.close()
		return std.fail("healthcode demo: %v", err)
	}
	err = a.run(ctx, func(addr net.Addr) {
		out.locate(addr, clock.Now())
		if *asJSON {
			json.NewEncoder(std.out).Encode(out)
			return
		}
		out.print(std.out)
	})
	if err != nil {
		fmt.Fprintf(std.err, "healthcode demo: %v\n", err)
		return exitFail
	}
	return exitOK
}

// fillDemo fills the store and says what state each case is in.
func (a *app) fillDemo(ctx context.Context, start time.Time) (demoOutput, error) {
	out := demoOutput{Data: a.settings.Data}
	if err := a.issuer.EnsureDemo(ctx); err != nil {
		return out, err
	}
	history, err := area.DemoHistory()
	if err != nil {
		return out, err
	}
	filler := demo.Filler{Store: a.store, Policies: a.policies, Access: a.access, Areas: history, Start: start}
	signIns, err := filler.Fill(ctx)
	if err != nil {
		return out, err
	}
	if out.Laboratory, err = a.demoLab(ctx, filepath.Join(a.settings.Data, "laboratory.pem")); err != nil {
		return out, err
	}
	officers, err := a.missionOfficers(ctx, signIns)
	if err != nil {
		return out, err
	}
	for _, in := range append(signIns, officers...) {
		first := func(place *demo.SignIn) {
			if place.Role == "" {
				*place = in
			}
		}
		if in.Role == healthcode.RoleResident {
			actor, _, err := a.access.Session(ctx, in.Session)
			if err != nil {
				return out, err
			}
			code, err := a.status.Own(ctx, actor, in.Jurisdiction)
			if err != nil {
				return out, err
			}
			in.State = code.Status.State
			out.Residents = append(out.Residents, in)
			first(&out.Resident)
			continue
		}
		out.Staff = append(out.Staff, in)
		switch in.Role {
		case healthcode.RoleCheckpoint:
			first(&out.Door)
		case healthcode.RoleCaseworker:
			first(&out.Caseworker)
		case healthcode.RoleAdministrator:
			first(&out.Administrator)
		}
	}
	return out, nil
}

// demoLab registers a laboratory whose key lies in a file, so that anybody can send results.
func (a *app) demoLab(ctx context.Context, file string) (demoLab, error) {
	l := demoLab{ID: "bj-demo", Kid: "k1", Key: file}
	data, err := lab.NewKeyFile()
	if err == nil {
		err = os.WriteFile(file, data, 0o600)
	}
	if err != nil {
		return l, err
	}
	signer, err := lab.NewSigner(l.Kid, data)
	if err != nil {
		return l, err
	}
	public, err := signer.Public()
	if err != nil {
		return l, err
	}
	officer := healthcode.Actor{Role: healthcode.RoleAuthority, Staff: "authority-beijing", Jurisdiction: "beijing"}
	if _, err = a.labs.Create(ctx, officer, lab.Entry{ID: l.ID, Name: healthcode.Text{ZH: "演示检测实验室", EN: "Demo laboratory"}, Area: "110105"}); err == nil {
		_, err = a.labs.AddKey(ctx, officer, l.ID, lab.NewKey{ID: l.Kid, Public: public})
	}
	return l, err
}

func (o *demoOutput) locate(addr net.Addr, now time.Time) {
	o.Address, o.Now = "http://"+addr.String(), now
	o.Pages = demoPages{Home: o.Address + "/", SignIn: o.Address + "/sign-in", StaffSignIn: o.Address + "/staff/sign-in",
		Door: o.Address + "/door", Check: o.Address + "/check", Outbox: o.Address + "/demo/outbox", OpenAPI: o.Address + "/v1/openapi.json"}
}

// print writes the sign-ins for a person to read.
func (o *demoOutput) print(w io.Writer) {
	fmt.Fprintf(w, "The demo runs at %s\nIts clock says %s; its data is made up and goes when you stop it (Ctrl-C).\n\n",
		o.Address, o.Now.Format("2006-01-02 15:04 -07:00"))
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "Register, or sign in as a resident\t%s\n", o.Pages.SignIn)
	fmt.Fprintf(tw, "Their one-time codes arrive at\t%s\n", o.Pages.Outbox)
	fmt.Fprintf(tw, "Staff sign in at\t%s\n", o.Pages.StaffSignIn)
	fmt.Fprintf(tw, "Anybody checks a code at\t%s\n", o.Pages.Check)
	fmt.Fprintf(tw, "API\t%s\n\n", o.Pages.OpenAPI)
	fmt.Fprintf(tw, "STAFF\tpassword of all: %s\n", o.Door.Password)
	for _, s := range o.Staff {
		fmt.Fprintf(tw, "  %s\t%s\n", s.Name, s.Role)
	}
	fmt.Fprint(tw, "\nRESIDENTS\tdocument\tstate\twhat is known\n")
	for _, s := range o.Residents {
		fmt.Fprintf(tw, "  %s\t%s %s\t%s\t%s\n", s.Jurisdiction, s.Document.Type, s.Document.Number, s.State, s.Case)
	}
	tw.Flush()
	fmt.Fprintf(w, "\nLaboratory %s sends results by: healthcode lab push --url %s --lab %s --key %s FILE\n", o.Laboratory.ID, o.Address, o.Laboratory.ID, o.Laboratory.Key)
}
