package travel

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/identity"
)

// policyCheck finds what is wrong with a policy, and where.
type policyCheck struct {
	file     string
	root     *yaml.Node
	findings []error
}

// at is the line of what a path of names and indexes leads to, or of the last thing on the way that is there.
func (c *policyCheck) at(path ...any) int {
	node := c.root
	for _, step := range path {
		next := (*yaml.Node)(nil)
		switch step := step.(type) {
		case string:
			for i := 0; i+1 < len(node.Content); i += 2 {
				if node.Kind == yaml.MappingNode && node.Content[i].Value == step {
					next = node.Content[i+1]
				}
			}
		case int:
			if node.Kind == yaml.SequenceNode && step < len(node.Content) {
				next = node.Content[step]
			}
		}
		if next == nil {
			break
		}
		node = next
	}
	return node.Line
}

func (c *policyCheck) fault(line int, format string, args ...any) {
	c.findings = append(c.findings, Finding{c.file, line, fmt.Sprintf(format, args...)})
}

var (
	upper2 = regexp.MustCompile(`^[A-Z]{2}$`)
	upper3 = regexp.MustCompile(`^[A-Z]{3}$`)
	prefix = regexp.MustCompile(`^[A-Z0-9]{1,20}$`)
	slug   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	code   = regexp.MustCompile(`^P[A-Z]?$`)
)

func (c *policyCheck) check(p *Policy) {
	if p.Version == "" {
		c.fault(c.at("version"), "version is missing; write when this policy began, such as \"2022-04\"")
	}
	for _, f := range []struct {
		name, value string
		form        *regexp.Regexp
		says        string
	}{{"country", p.Issuer.Country, upper2, "two capital letters (ISO 3166-1), such as CN"},
		{"country3", p.Issuer.Country3, upper3, "three capital letters (ISO 3166-1), such as CHN"},
		{"prefix", p.Issuer.Prefix, prefix, "1 to 20 characters of A-Z and 0-9"}} {
		if !f.form.MatchString(f.value) {
			c.fault(c.at("issuer", f.name), "issuer.%s %q must be %s", f.name, f.value, f.says)
		}
	}
	if n := len([]rune(p.Issuer.Name)); n == 0 || n > 80 {
		c.fault(c.at("issuer", "name"), "issuer.name has %d characters; certificates hold 1 to 80", n)
	}
	c.who(p)
	c.directions(p.Directions, "directions")
	c.documents(p)
	c.contents(p)
	c.vaccines(p)
	c.links(p.Links)
	c.grounds(p.Grounds)
	if p.KeptDays < 1 || p.KeptDays > 3650 {
		c.fault(c.at("kept_days"), "kept_days %d must be 1 to 3650", p.KeptDays)
	}
}

func (c *policyCheck) who(p *Policy) {
	if len(p.Who.Documents) == 0 {
		c.fault(c.at("who", "documents"), "who.documents is empty; name at least one kind of identity document, such as resident-id")
	}
	known := []identity.Kind{identity.KindResidentID, identity.KindResidenceHK, identity.KindResidenceMO, identity.KindResidenceTW}
	for i, k := range p.Who.Documents {
		if !slices.Contains(known, k) {
			c.fault(c.at("who", "documents", i), "who.documents: %q is no kind of mainland document; use one of %v", k, known)
		}
	}
	if p.Who.Identity != "checked" && p.Who.Identity != "any" {
		c.fault(c.at("who", "identity"), "who.identity %q must be checked or any", p.Who.Identity)
	}
}

func (c *policyCheck) directions(list []healthcode.TravelDirection, path ...any) {
	if len(list) == 0 {
		c.fault(c.at(path...), "directions is empty; write entering, leaving or both")
	}
	for i, d := range list {
		if !slices.Contains(healthcode.TravelDirections, d) || slices.Index(list, d) < i {
			c.fault(c.at(append(path, i)...), "direction %q must be entering or leaving, each once", d)
		}
	}
}

func (c *policyCheck) documents(p *Policy) {
	for i, d := range p.Documents {
		if _, ok := kinds[d.Kind]; !ok || slices.IndexFunc(p.Documents, func(e DocumentRule) bool { return e.Kind == d.Kind }) < i {
			c.fault(c.at("documents", i), "documents: kind %q must be ordinary, diplomatic, service, official-ordinary or travel-document, each once", d.Kind)
		}
		c.text(d.Name, "documents", i, "name")
		for j, m := range d.MRZ {
			if !code.MatchString(m) {
				c.fault(c.at("documents", i, "mrz", j), "documents: mrz %q must be P, or P and one capital letter", m)
			}
		}
		if len(d.MRZ) == 0 {
			c.fault(c.at("documents", i), "documents: mrz is missing; name the document codes of the machine-readable zone, such as [P, PO]")
		}
	}
	if len(p.Documents) == 0 {
		c.fault(c.at("documents"), "documents is empty; name at least one kind of travel document")
	}
}

func (c *policyCheck) text(t healthcode.Text, path ...any) {
	if !t.Complete() {
		c.fault(c.at(path...), "%s lacks zh or en; write both", path[len(path)-1])
	}
}

func (c *policyCheck) contents(p *Policy) {
	if len(p.Contents) == 0 {
		c.fault(c.at("contents"), "contents is empty; name at least one of %v", healthcode.TravelContents)
	}
	for i := range p.Contents {
		r := &p.Contents[i]
		at := func(name string) int { return c.at("contents", i, name) }
		if !slices.Contains(healthcode.TravelContents, r.Content) || slices.IndexFunc(p.Contents, func(e ContentRule) bool { return e.Content == r.Content }) < i {
			c.fault(at("content"), "content %q must be one of %v, each once", r.Content, healthcode.TravelContents)
		}
		c.text(r.Name, "contents", i, "name")
		c.directions(r.Directions, "contents", i, "directions")
		if (r.Hours > 0) == (r.Days > 0) || r.Hours < 0 || r.Days < 0 {
			c.fault(at("hours"), "%s needs either hours or days, above 0", r.Content)
		}
		test := r.Content != healthcode.TravelVaccination
		for j, result := range r.Results {
			if result != "positive" && result != "negative" {
				c.fault(c.at("contents", i, "results", j), "result %q must be positive or negative", result)
			}
		}
		if test != (len(r.Results) > 0) {
			c.fault(at("results"), "%s: results is for tests alone, and they need it: negative, positive or both", r.Content)
		}
		switch r.Format {
		case "dcc":
			r.Format = certificate.FormatDCC
			if r.Content == healthcode.TravelIgG {
				c.fault(at("format"), "igg can't be a dcc: that format has no antibody test; use ddcc-tr")
			}
			if r.Disease == "" || test && r.Type.Code == "" {
				c.fault(at("disease"), "%s: a dcc needs the disease, and a test its type", r.Content)
			}
		case certificate.FormatDDCCTR:
			if !test {
				c.fault(at("format"), "%s: ddcc-tr is for tests alone; use dcc", r.Content)
			}
			if r.Pathogen.Code == "" || r.Pathogen.System == "" || r.Type.Code == "" || r.Type.System == "" {
				c.fault(at("pathogen"), "%s: ddcc-tr needs the pathogen and the type, each with system and code", r.Content)
			}
		default:
			c.fault(at("format"), "format %q must be dcc or ddcc-tr", r.Format)
		}
	}
}

func (c *policyCheck) vaccines(p *Policy) {
	seen := map[string]bool{}
	for i, v := range p.Vaccines {
		if len(v.Names) == 0 || v.Product == "" {
			c.fault(c.at("vaccines", i), "vaccines: names and product are needed")
		}
		if v.Format == "" && (v.Vaccine == "" || v.Maker == "") {
			c.fault(c.at("vaccines", i), "vaccines: %s needs vaccine and maker", v.Product)
		}
		if v.Format != "" && v.Format != "icvp" {
			c.fault(c.at("vaccines", i, "format"), "vaccines: format %q must be icvp, or left out for the content's own", v.Format)
		}
		if v.Days < 0 {
			c.fault(c.at("vaccines", i, "days"), "vaccines: days %d is below 0", v.Days)
		}
		for j, n := range v.Names {
			if key := strings.ToLower(n); seen[key] || key == "" {
				c.fault(c.at("vaccines", i, "names", j), "vaccines: the name %q is empty or stands twice", n)
			} else {
				seen[key] = true
			}
		}
	}
}

func (c *policyCheck) links(l LinkRule) {
	for _, f := range []struct {
		name            string
		value, low, top int
	}{{"max_hours", l.MaxHours, 1, 8760}, {"hours", l.Hours, 1, l.MaxHours}, {"max_openings", l.MaxOpenings, 1, 1000},
		{"openings", l.Openings, 1, l.MaxOpenings}, {"wrong", l.Wrong, 1, 20}, {"passcode", l.Passcode, 4, 64}} {
		if f.value < f.low || f.value > f.top {
			c.fault(c.at("links", f.name), "links.%s is %d; it must be %d to %d", f.name, f.value, f.low, f.top)
		}
	}
}

func (c *policyCheck) grounds(list []GroundRule) {
	reserved := []string{healthcode.TravelEndedHolder, healthcode.TravelEndedRetracted, healthcode.TravelEndedSuperseded}
	for i, g := range list {
		if !slug.MatchString(g.Ground) || slices.Contains(reserved, g.Ground) || slices.IndexFunc(list, func(e GroundRule) bool { return e.Ground == g.Ground }) < i {
			c.fault(c.at("grounds", i), "grounds: %q must be small letters, digits and hyphens, stand once, and be none of %v", g.Ground, reserved)
		}
		c.text(g.Name, "grounds", i, "name")
	}
	if len(list) == 0 {
		c.fault(c.at("grounds"), "grounds is empty; name at least one on which officers may revoke")
	}
}
