package area

import (
	"sync"

	"healthcode"
)

var ports = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for row := range rows(portsFile) {
		all[row[0]] = row[1]
	}
	return all
})

// LandPort reports whether a county has an open port on China's land border
// (road, rail, or a crossing of a border river).
func LandPort(code string) bool {
	_, ok := ports()[code]
	return ok
}

// LandPorts lists the counties with a land border port in order of code, as
// an area history names them.
func LandPorts() []healthcode.County {
	var all []healthcode.County
	for row := range rows(portsFile) {
		all = append(all, newCounty(row[0]))
	}
	return all
}

// newCounty is a county of the list without any history yet.
func newCounty(code string) healthcode.County {
	d, _ := Lookup(code)
	return healthcode.County{Code: code, Name: d.Name, LandPort: LandPort(code)}
}
