package certificate

// icvp checks a WHO vaccination certificate of 2026: one dose, under vx.
func (c *schemaCheck) icvp(content any) {
	m := c.object("the certificate", content)
	if m == nil {
		return
	}
	c.text("", m, "n", filled, textRule{max: 200})
	c.text("", m, "dob", required, dateRule)
	c.text("", m, "s", required, textRule{max: 20})
	c.text("", m, "nt", required, textRule{max: 80, strict: alpha3, says: "a nationality such as CHN"})
	c.text("", m, "v", required, line)
	c.text("", m, "d", optional, dateRule)
	for _, key := range []string{"id", "dt", "gn"} {
		c.text("", m, key, optional, textRule{max: 200})
	}
	vx := c.object("vx", m["vx"])
	if vx == nil {
		return
	}
	c.text("vx.", vx, "vp", filled, textRule{max: 200})
	c.text("vx.", vx, "dv", filled, dateRule)
	c.text("vx.", vx, "bo", filled, line)
	clinician := c.text("vx.", vx, "cn", optional, textRule{max: 200})
	authority := c.text("vx.", vx, "is", optional, textRule{max: 200})
	if clinician == "" && authority == "" {
		c.problem("vx names neither a clinician (cn) nor an authority (is)")
	}
}

// dvc checks the generation before, with the dose under v. Its fields were still moving, so only what tells
// who had which vaccine, and when, must be there.
func (c *schemaCheck) dvc(content any) {
	m := c.object("the certificate", content)
	if m == nil {
		return
	}
	c.text("", m, "n", filled, textRule{max: 200})
	c.text("", m, "dob", optional, dateRule)
	for _, key := range []string{"s", "ntl", "nid", "ndt", "gn"} {
		c.text("", m, key, optional, textRule{max: 200})
	}
	v := c.object("v", m["v"])
	if v == nil {
		return
	}
	vaccine := c.text("v.", v, "vp", optional, textRule{max: 200})
	product := c.text("v.", v, "mp", optional, textRule{max: 200})
	if vaccine == "" && product == "" {
		c.problem("v names neither a vaccine (vp) nor a product (mp)")
	}
	c.text("v.", v, "dt", filled, dateRule)
	c.text("v.", v, "bo", required, line)
	c.text("v.", v, "vls", optional, dateRule)
	c.text("v.", v, "vle", optional, dateRule)
}

// ddcc checks what the two WHO core data sets share, and the event by its own check.
func (c *schemaCheck) ddcc(content any, event func(map[string]any)) {
	m := c.object("the certificate", content)
	if m == nil {
		return
	}
	c.text("", m, "name", filled, textRule{max: 200})
	c.text("", m, "birthDate", optional, dateRule)
	if c.strictness == issuedStrictly {
		meta := c.object("certificate", m["certificate"])
		c.text("certificate.", meta, "version", filled, line)
		if hcid := c.object("certificate.hcid", meta["hcid"]); hcid != nil {
			c.text("certificate.hcid.", hcid, "value", filled, line)
		}
		c.object("certificate.issuer", meta["issuer"])
	}
	event(m)
}

func (c *schemaCheck) ddccTest(m map[string]any) {
	t := c.object("test", m["test"])
	if t == nil {
		return
	}
	c.coding("test.", t, "type", required)
	c.coding("test.", t, "pathogen", required)
	c.coding("test.", t, "result", optional)
	c.text("test.", t, "date", filled, timeRule)
	country := optional
	if c.strictness == issuedStrictly {
		country = required
	}
	c.coding("test.", t, "country", country)
}

// ddccVaccination reads the dose where the model has it, under vaccination, and where the first codes have
// it, beside the name.
func (c *schemaCheck) ddccVaccination(m map[string]any) {
	path, v := "", m
	if m["vaccination"] != nil || c.strictness == issuedStrictly {
		path, v = "vaccination.", c.object("vaccination", m["vaccination"])
	}
	if v == nil {
		return
	}
	c.coding(path, v, "vaccine", required)
	c.text(path, v, "date", filled, textRule{pattern: anyDate, says: "a date such as 2021-05-29"})
	if c.strictness == readLiberally {
		c.count(path, v, "dose", optional)
		return
	}
	c.count(path, v, "dose", required)
	c.coding(path, v, "brand", required)
	c.coding(path, v, "country", required)
	c.text(path, v, "lot", filled, line)
	if v["manufacturer"] == nil && v["maholder"] == nil {
		c.problem("%s names neither a manufacturer nor a market authorization holder", path)
	}
}

// coding checks a code with its system. Read liberally, the bare code will do.
func (c *schemaCheck) coding(path string, m map[string]any, key string, must presence) {
	v := m[key]
	if v == nil {
		if must != optional {
			c.problem("%s%s is missing", path, key)
		}
		return
	}
	if s, ok := v.(string); ok && c.strictness == readLiberally && s != "" {
		return
	}
	code := c.object(path+key, v)
	if code == nil {
		return
	}
	c.text(path+key+".", code, "code", filled, textRule{max: 200})
	if c.strictness == issuedStrictly {
		c.text(path+key+".", code, "system", filled, textRule{max: 200})
	}
}

// healthLink checks a link as a text, and as the list of objects that deployed readers expect.
func (c *schemaCheck) healthLink(content any) {
	link, err := readHealthLink(content)
	if err != nil {
		c.problem("%v", err)
		return
	}
	if c.strictness == issuedStrictly {
		if err := link.check(); err != nil {
			c.problem("%v", err)
		}
	}
}
