package area

import (
	"strings"
	"sync"
)

// gazetteer finds divisions by name. A "scope" is a city's code or, for a
// municipality, the province's: within it the names of counties are unique.
type gazetteer struct {
	provinces map[string]string            // full and short name → code
	cities    map[string]map[string]string // province → full or short name → code
	counties  map[string]map[string]string // scope or province → full name → code; "" where two share it
	stems     map[string]map[string]string // scope → stem → code; "" where two share it
	former    map[string]map[string]string // scope → former name → code
	listed    map[string]map[zone]string   // scope → zone in the division list → code
	hosted    map[string]map[zone]string   // scope or province → other zone → county in which it lies
	ordinary  map[string][]Division        // scope → counties that aren't zones, in order of code
}

var names = sync.OnceValue(func() *gazetteer {
	g := &gazetteer{
		provinces: map[string]string{"新疆生产建设兵团": "65", "新疆兵团": "65", "兵团": "65"},
		cities:    map[string]map[string]string{},
		counties:  map[string]map[string]string{},
		stems:     map[string]map[string]string{},
		former:    map[string]map[string]string{},
		listed:    map[string]map[zone]string{},
		hosted:    map[string]map[zone]string{},
		ordinary:  map[string][]Division{},
	}
	for _, province := range Provinces() {
		g.provinces[province.Name.ZH] = province.Code
		g.provinces[stemOf(province.Name.ZH)] = province.Code
		for _, city := range Cities(province.Code) {
			if !nominal(city) {
				put(g.cities, province.Code, city.Name.ZH, city.Code)
				put(g.cities, province.Code, stemOf(city.Name.ZH), city.Code)
				if strings.HasSuffix(city.Name.ZH, "自治州") {
					put(g.cities, province.Code, stemOf(city.Name.ZH)+"州", city.Code)
				}
			}
		}
		for _, county := range Counties(province.Code) {
			g.addCounty(county)
		}
	}
	for _, f := range formerCounties() {
		put(g.former, scopeOf(f.code), f.name, f.now)
		put(g.former, scopeOf(f.now), f.name, f.now)
	}
	for row := range rows(zonesFile) {
		z, _ := parseZone(row[0], row[1])
		put(g.hosted, row[0], z, row[2])
	}
	return g
})

func (g *gazetteer) addCounty(county Division) {
	scope, name := scopeOf(county.Code), county.Name.ZH
	put(g.counties, scope, name, county.Code)
	if scope != county.Code[:2] {
		shared(g.counties, county.Code[:2], name, county.Code)
	}
	if isZone(county.Code) {
		z, _ := parseZone(scope, name)
		put(g.listed, scope, z, county.Code)
		return
	}
	shared(g.stems, scope, stemOf(name), county.Code)
	g.ordinary[scope] = append(g.ordinary[scope], county)
}

func put[K comparable](m map[string]map[K]string, outer string, inner K, code string) {
	if m[outer] == nil {
		m[outer] = map[K]string{}
	}
	m[outer][inner] = code
}

// shared is put, but leaves "" under a name that two divisions have.
func shared(m map[string]map[string]string, outer, inner, code string) {
	if old, ok := m[outer][inner]; ok && old != code {
		code = ""
	}
	put(m, outer, inner, code)
}

// county finds a county within a scope by its name today or before, by its
// name with another ending (县 that has become 区), or as a listed zone.
func (g *gazetteer) county(scope, name string) (string, Match) {
	for _, n := range variants(name) {
		if code := g.counties[scope][n]; code != "" {
			return code, MatchExact
		}
		if code := g.former[scope][n]; code != "" {
			return code, MatchFormer
		}
		z, _ := parseZone(scope, n)
		host := byZone(g.hosted[scope], z)
		if isZone(host) {
			return host, MatchZone
		}
		if code := byZone(g.listed[scope], z); code != "" {
			return code, MatchZone
		}
		if host != "" || z.kind != "" {
			continue // 南湖新区 isn't 南湖区
		}
		if code := g.stems[scope][stemOf(n)]; code != "" {
			return code, MatchFormer
		}
	}
	return "", ""
}

// byZone finds a zone by place and kind or, where every zone of that place has
// the same code, by the place alone (净月区 for 净月高新区).
func byZone(zones map[zone]string, z zone) string {
	if code := zones[z]; code != "" || z.place == "" {
		return code
	}
	found := ""
	for other, code := range zones {
		if other.place == z.place {
			if found != "" && found != code {
				return ""
			}
			found = code
		}
	}
	return found
}

// zoneHost finds the county in which a zone without a code lies, by the table of zones.
func (g *gazetteer) zoneHost(scope, name string) string {
	for _, n := range variants(name) {
		z, _ := parseZone(scope, n)
		if code := byZone(g.hosted[scope], z); code != "" {
			return code
		}
	}
	return ""
}

// named finds the county whose full name a longer name contains, or with whose
// stem it begins: 浦东新区张江镇, 昆山经济技术开发区. The longest wins.
func (g *gazetteer) named(scope, name string) string {
	for _, code := range []string{scope[:2], scope} {
		d, _ := Lookup(code)
		name = strings.TrimPrefix(strings.TrimPrefix(name, d.Name.ZH), stemOf(d.Name.ZH))
	}
	found, length := "", 0
	for _, county := range g.ordinary[scope] {
		full := county.Name.ZH
		stem := stemOf(full)
		if len(full) > length && strings.Contains(name, full) {
			found, length = county.Code, len(full)
		}
		if len(stem) > length && stem != full && strings.HasPrefix(name, stem) {
			found, length = county.Code, len(stem)
		}
	}
	return found
}

// variants are the ways to read a name with a part in brackets, 高新区（新市区）:
// as it is, what stands in brackets, and what stands before them.
func variants(name string) []string {
	all := []string{name}
	open := strings.IndexAny(name, "（(")
	if open < 0 {
		return all
	}
	_, inside, _ := strings.Cut(strings.ReplaceAll(name, "（", "("), "(")
	inside, _, _ = strings.Cut(strings.ReplaceAll(inside, "）", ")"), ")")
	return append(all, inside, name[:open])
}
