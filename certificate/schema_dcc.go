package certificate

import "regexp"

// dobPattern is the schema's own; a birth date may lack its day, its month, or be empty. Some issuers add a
// time.
var (
	dobLiberal = regexp.MustCompile(`^(19|20)\d\d(-\d\d){0,2}([T ].*)?$`)
	dobStrict  = regexp.MustCompile(`^(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$`)
	uvciStrict = regexp.MustCompile(`^URN:UVCI:01:[A-Z]{2}:[A-Z0-9/:]+$`)
)

// dcc checks an EU Digital COVID Certificate against schema 1.3.0: exactly one of v, t and r, with exactly
// one entry. Read liberally, a null or an empty list is the same as an absent one.
func (c *schemaCheck) dcc(content any) {
	m := c.object("the certificate", content)
	if m == nil {
		return
	}
	c.text("", m, "ver", filled, textRule{pattern: version, says: "a version such as 1.3.0"})
	c.dccName(m["nam"])
	if _, there := m["dob"]; !there {
		c.problem("dob is missing")
	}
	c.text("", m, "dob", optional, textRule{pattern: dobLiberal, strict: dobStrict, says: "a date of birth such as 1979-04-14, 1979-04 or 1979"})

	entries := 0
	for _, kind := range []struct {
		key   string
		check func(path string, entry map[string]any)
	}{{"v", c.dccVaccination}, {"t", c.dccTest}, {"r", c.dccRecovery}} {
		v := m[kind.key]
		if v == nil {
			continue
		}
		list, ok := v.([]any)
		if !ok {
			c.problem("%s must be a list", kind.key)
			continue
		}
		entries += len(list)
		for _, e := range list {
			path := kind.key + "[0]"
			if entry := c.object(path, e); entry != nil {
				kind.check(path+".", entry)
			}
		}
	}
	if entries != 1 {
		c.problem("it has %d entries in v, t and r together; a certificate has one", entries)
	}
}

func (c *schemaCheck) dccName(v any) {
	nam := c.object("nam", v)
	if nam == nil {
		return
	}
	c.text("nam.", nam, "fn", optional, line)
	c.text("nam.", nam, "gn", optional, line)
	machine := textRule{max: 80, pattern: machineName, says: "capital letters A-Z and <"}
	c.text("nam.", nam, "fnt", optional, machine)
	c.text("nam.", nam, "gnt", optional, machine)
	if nam["fnt"] == nil && nam["gnt"] == nil {
		c.problem("nam has neither fnt nor gnt")
	}
}

// dccCommon checks what every entry has.
func (c *schemaCheck) dccCommon(path string, e map[string]any) {
	c.text(path, e, "tg", required, textRule{})
	c.text(path, e, "co", required, countryRule)
	c.text(path, e, "is", required, line)
	c.text(path, e, "ci", required, textRule{max: 80, strict: uvciStrict, says: "an identifier such as URN:UVCI:01:CN:…, of A-Z, 0-9, / and :"})
}

func (c *schemaCheck) dccVaccination(path string, e map[string]any) {
	c.dccCommon(path, e)
	for _, key := range []string{"vp", "mp", "ma"} {
		c.text(path, e, key, required, textRule{})
	}
	c.count(path, e, "dn", required)
	c.count(path, e, "sd", required)
	c.text(path, e, "dt", required, dateRule)
}

func (c *schemaCheck) dccTest(path string, e map[string]any) {
	c.dccCommon(path, e)
	c.text(path, e, "tt", required, textRule{})
	c.text(path, e, "tr", required, textRule{})
	c.text(path, e, "sc", required, timeRule)
	c.text(path, e, "nm", optional, line)
	c.text(path, e, "ma", optional, textRule{})
	c.text(path, e, "tc", optional, line)
}

func (c *schemaCheck) dccRecovery(path string, e map[string]any) {
	c.dccCommon(path, e)
	c.text(path, e, "fr", required, dateRule)
	c.text(path, e, "df", required, dateRule)
	c.text(path, e, "du", required, dateRule)
}
