package area

import "sync"

// formerCounty is a county that has been renamed, merged or given another code.
type formerCounty struct {
	code, name, now string
}

var formerCounties = sync.OnceValue(func() []formerCounty {
	var all []formerCounty
	for row := range rows(formerFile) {
		all = append(all, formerCounty{row[0], row[1], row[2]})
	}
	return all
})

// Current returns today's code for a county code that may be an old one:
// 330104 (江干区, until 2021) gives 330102 (上城区). A code that is in the list is
// its own; ok is false for one that never was, as far as the table goes back
// (2015).
func Current(code string) (now string, ok bool) {
	if d, ok := Lookup(code); ok && len(d.Code) == 6 {
		return code, true
	}
	for _, f := range formerCounties() {
		if f.code == code {
			return f.now, true
		}
	}
	return "", false
}
