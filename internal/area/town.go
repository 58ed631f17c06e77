package area

import (
	"strings"
	"sync"
)

// townTable says in which county of a city a town, township or street lies.
type townTable struct {
	county map[[2]string]string // {city or municipality, town} → county; "" where two have one of that name
	zones  map[[2]any]string    // {city or municipality, zone} → county, for zones that the list counts among the towns
}

// towns is read only when a name has to be looked for below the county.
var towns = sync.OnceValue(func() *townTable {
	t := &townTable{county: map[[2]string]string{}, zones: map[[2]any]string{}}
	for line := range strings.Lines(townsFile) {
		fields := strings.Fields(line)
		county := fields[0]
		within := scopeOf(county)
		for _, name := range fields[1:] {
			once(t.county, [2]string{within, name}, county)
			if !strings.HasSuffix(name, "区") && !strings.HasSuffix(name, "园") && !strings.HasSuffix(name, "会") {
				continue
			}
			z, local := parseZone(within, name)
			// 经济开发区 alone may be that of the county; 沧州经济开发区 is the city's.
			if z.kind != "" && (local || z.place != "") {
				once(t.zones, [2]any{within, z}, county)
			}
		}
	}
	return t
})

// once stores a value under a key, and "" when there is another already.
func once[K comparable](m map[K]string, key K, value string) {
	if old, ok := m[key]; ok && old != value {
		value = ""
	}
	m[key] = value
}

// scopeOf returns the code within which a county's name is unique: the city,
// or the whole municipality.
func scopeOf(county string) string {
	if municipality(county[:2]) {
		return county[:2]
	}
	return county[:4]
}

var (
	townEndings = []string{"街道办事处", "街道", "办事处", "街办", "镇", "乡", "苏木", "农场", "牧场", "林场"}
	streetForms = []string{"街道办事处", "办事处", "街办"} // written for 街道
)

// in returns the county of the town that a text begins with or speaks of first
// ("沣东新城三桥街道…"), or "".
func (t *townTable) in(within, text string) string {
	runes := []rune(text)
	if len(runes) > 30 {
		runes = runes[:30]
	}
	head := string(runes)
	for i := range head {
		for _, ending := range townEndings {
			if !strings.HasPrefix(head[i:], ending) {
				continue
			}
			name := head[:i] + ending
			for _, form := range streetForms {
				if ending == form {
					name = head[:i] + "街道"
				}
			}
			for start := range name {
				if county := t.county[[2]string{within, name[start:]}]; county != "" {
					return county
				}
			}
		}
	}
	return ""
}
