package area

import (
	"slices"
	"strings"
	"sync"

	"healthcode"
)

// Division is a province (2-digit code), a city (4) or a county (6). The
// English name of a county leaves its kind out ("Chaoyang") unless two names
// within one city would read alike ("Yining City", "Yining County").
type Division struct {
	Code string
	Name healthcode.Text
}

type divisionTable struct {
	provinces []Division
	children  map[string][]Division // by the parent's code, in order of code
	byCode    map[string]Division
}

var divisions = sync.OnceValue(func() *divisionTable {
	t := &divisionTable{children: map[string][]Division{}, byCode: map[string]Division{}}
	for row := range rows(divisionsFile) {
		d := Division{row[0], healthcode.Text{ZH: row[1], EN: row[2]}}
		t.byCode[d.Code] = d
		if len(d.Code) == 2 {
			t.provinces = append(t.provinces, d)
			continue
		}
		parent := d.Code[:len(d.Code)-2]
		t.children[parent] = append(t.children[parent], d)
	}
	return t
})

// Provinces lists the provinces, autonomous regions, municipalities and
// special regions in order of code.
func Provinces() []Division { return slices.Clone(divisions().provinces) }

// Cities lists the cities of a province in order of code; none if there is no
// such province.
func Cities(province string) []Division {
	if len(province) != 2 {
		return nil
	}
	return slices.Clone(divisions().children[province])
}

// Counties lists the counties of a city (4 digits) or of a whole province
// (2 digits) in order of code; none if there is no such division.
func Counties(parent string) []Division {
	switch len(parent) {
	case 2:
		var all []Division
		for _, city := range divisions().children[parent] {
			all = append(all, divisions().children[city.Code]...)
		}
		return all
	case 4:
		return slices.Clone(divisions().children[parent])
	}
	return nil
}

// Lookup returns the division with a code of 2, 4 or 6 digits.
func Lookup(code string) (Division, bool) {
	d, ok := divisions().byCode[code]
	return d, ok
}

// FullName names a division with those around it, as an address would:
// 河北省石家庄市长安区, "Chang'an, Shijiazhuang, Hebei". It is empty for an unknown code.
func FullName(code string) healthcode.Text {
	d, ok := Lookup(code)
	if !ok {
		return healthcode.Text{}
	}
	zh, en := d.Name.ZH, []string{d.Name.EN}
	for n := len(code) - 2; n >= 2; n -= 2 {
		parent := divisions().byCode[code[:n]]
		if nominal(parent) || parent.Name == d.Name {
			continue
		}
		zh, en = parent.Name.ZH+zh, append(en, parent.Name.EN)
		d = parent
	}
	return healthcode.Text{ZH: zh, EN: strings.Join(en, ", ")}
}

// nominal reports whether a city is only a heading of the list: the districts
// and counties of a municipality, or the counties directly under a province.
func nominal(d Division) bool {
	return len(d.Code) == 4 && (municipality(d.Code[:2]) || strings.Contains(d.Name.ZH, "直辖"))
}

// municipality reports whether a province is Beijing, Tianjin, Shanghai or Chongqing.
func municipality(province string) bool {
	return province == "11" || province == "12" || province == "31" || province == "50"
}

// isZone reports whether a county code is that of a development zone.
func isZone(code string) bool { return len(code) == 6 && code[4] == '7' }
