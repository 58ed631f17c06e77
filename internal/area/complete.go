package area

import "healthcode"

// Complete returns a history with an entry for every county: those that it
// doesn't name have no levels and no cases. Names and land border ports come from the list of divisions
// where the history doesn't tell them.
func Complete(history healthcode.AreaHistory) healthcode.AreaHistory {
	out := healthcode.AreaHistory{Areas: make([]healthcode.County, len(history.Areas))}
	copy(out.Areas, history.Areas)
	named := make(map[string]bool, len(out.Areas))
	for i := range out.Areas {
		c := &out.Areas[i]
		named[c.Code] = true
		if d, ok := Lookup(c.Code); ok && !c.Name.Complete() {
			c.Name = d.Name
		}
		c.LandPort = c.LandPort || LandPort(c.Code)
	}
	for _, province := range Provinces() {
		for _, d := range Counties(province.Code) {
			if !named[d.Code] {
				out.Areas = append(out.Areas, healthcode.County{Code: d.Code, Name: d.Name, LandPort: LandPort(d.Code)})
			}
		}
	}
	return out
}
