package travel

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/identity"
)

//go:embed travel.yaml
var builtIn []byte

// Policy says who may have which travel certificate, and for how long.
type Policy struct {
	Version    string
	Issuer     IssuerRule
	Who        WhoRule
	Directions []healthcode.TravelDirection
	Documents  []DocumentRule
	Contents   []ContentRule
	Vaccines   []VaccineRule
	Links      LinkRule
	Grounds    []GroundRule
	KeptDays   int `yaml:"kept_days"` // after something has expired
}

// IssuerRule is who issues: the name stands in every certificate.
type IssuerRule struct {
	Country  string // ISO 3166-1 alpha-2
	Country3 string // alpha-3
	Name     string // at most 80 characters
	Prefix   string // the first part of identifiers: A-Z and 0-9
}

// WhoRule says who may have one.
type WhoRule struct {
	Documents []identity.Kind
	Identity  string // checked, or any
}

// DocumentRule is one kind of travel document. MRZ are the document codes that its zone may begin with.
type DocumentRule struct {
	Kind string
	Name healthcode.Text
	MRZ  []string
}

// ContentRule is what one content needs, and for how long it counts: hours from the event, or full days after its day.
type ContentRule struct {
	Content    healthcode.TravelContent
	Name       healthcode.Text
	Format     certificate.Format // "dcc" or "ddcc-tr" in the file
	Results    []string           // of tests
	Directions []healthcode.TravelDirection
	Hours      int
	Days       int
	Disease    string // SNOMED CT
	Pathogen   certificate.Coding
	Type       certificate.Coding // of a test
}

// VaccineRule is what a product that sources name is called in certificates.
type VaccineRule struct {
	Names   []string
	Format  string // "" as the content's, or icvp
	Vaccine string
	Product string
	Maker   string
	Days    int // 0 = as the content
}

// LinkRule bounds encrypted links.
type LinkRule struct {
	Hours       int
	MaxHours    int `yaml:"max_hours"`
	Openings    int
	MaxOpenings int `yaml:"max_openings"`
	Wrong       int
	Passcode    int
}

// GroundRule is one ground on which officers may revoke.
type GroundRule struct {
	Ground string
	Name   healthcode.Text
}

// Finding is one thing that is wrong with a policy file.
type Finding struct {
	File string
	Line int
	Text string
}

// Error returns file:line: text.
func (f Finding) Error() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// BuiltIn is the policy that the program brings along.
func BuiltIn() *Policy {
	p, err := ParsePolicy("travel.yaml", builtIn)
	if err != nil {
		panic(err) // a test reads it too
	}
	return p
}

// ParsePolicy reads and checks a policy file. The error joins a [Finding] for each thing that is wrong with it.
func ParsePolicy(file string, data []byte) (*Policy, error) {
	var p Policy
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	dec.KnownFields(true)
	if err := dec.Decode(&p); err != nil {
		return nil, yamlFindings(file, err)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, Finding{file, 1, "the file holds more than one document; keep one"}
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, yamlFindings(file, err)
	}
	c := &policyCheck{file: file, root: root.Content[0]}
	c.check(&p)
	if len(c.findings) > 0 {
		return nil, errors.Join(c.findings...)
	}
	return &p, nil
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// yamlFindings gives each fault that the reader found its line.
func yamlFindings(file string, err error) error {
	texts := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		texts = typed.Errors
	}
	if errors.Is(err, io.EOF) {
		texts = []string{"the file is empty; see docs/travel.md for what it holds"}
	}
	var all []error
	for _, text := range texts {
		line := 1
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			fmt.Sscan(m[1], &line)
			text = strings.Replace(text, m[0], "", 1)
		}
		all = append(all, Finding{file, line, text})
	}
	return errors.Join(all...)
}

// Document returns the rule of a kind of travel document.
func (p *Policy) Document(kind string) (DocumentRule, bool) {
	return find(p.Documents, func(r DocumentRule) bool { return r.Kind == kind })
}

// Content returns the rule of a content.
func (p *Policy) Content(content healthcode.TravelContent) (ContentRule, bool) {
	return find(p.Contents, func(r ContentRule) bool { return r.Content == content })
}

// Ground returns the rule of a ground.
func (p *Policy) Ground(ground string) (GroundRule, bool) {
	return find(p.Grounds, func(r GroundRule) bool { return r.Ground == ground })
}

// Vaccine returns the rule of a product as a source calls it.
func (p *Policy) Vaccine(product string) (VaccineRule, bool) {
	return find(p.Vaccines, func(r VaccineRule) bool {
		return slices.ContainsFunc(r.Names, func(name string) bool { return strings.EqualFold(name, strings.TrimSpace(product)) })
	})
}

// called gives people the names of a product that a certificate holds as a code.
func (p *Policy) called(product string) string {
	if r, ok := find(p.Vaccines, func(r VaccineRule) bool { return r.Product == product }); ok {
		return strings.Join(r.Names, " / ")
	}
	return product
}

func find[T any](list []T, is func(T) bool) (found T, ok bool) {
	i := slices.IndexFunc(list, is)
	if i < 0 {
		return found, false
	}
	return list[i], true
}

// Until returns the instant from which an event of the content no longer counts. Days are counted in at's time zone.
func (r ContentRule) Until(at time.Time, days int) time.Time {
	if r.Hours > 0 {
		return at.Add(time.Duration(r.Hours) * time.Hour)
	}
	if days == 0 {
		days = r.Days
	}
	y, m, d := at.Date()
	return time.Date(y, m, d+days+1, 0, 0, 0, 0, at.Location())
}
