package area

import (
	"slices"
	"strings"
	"unicode"
)

// Match says how a place of the risk-area list was found among the counties.
type Match string

// The ways, surest first. Only MatchSeat is a guess.
const (
	MatchExact  Match = "exact"  // by the county's name today
	MatchFormer Match = "former" // by a former or short name, or under the city it used to belong to
	MatchZone   Match = "zone"   // by the table of zones and short names: a zone's own code, or the county in which it lies
	MatchTown   Match = "town"   // by the town or street that is named; or the city has no counties (东莞)
	MatchSeat   Match = "seat"   // an unknown name: the city's first district, where its centre is
)

// place is one row of the risk-area list. For a municipality the city column
// may hold the district and the county column the street.
type place struct {
	Province, City, County string
	Communities            []string // the places' own texts, which may name a street
}

// resolve returns the counties in which a place lies: one, unless the streets
// of a zone lie in several. It returns none for a place whose city is unknown.
func (g *gazetteer) resolve(p place) ([]string, Match) {
	province := g.provinces[tidy(p.Province)]
	if province == "" {
		return nil, ""
	}
	city, county := tidy(p.City), tidy(p.County)
	if county == "" {
		county = city
	}
	if municipality(province) {
		return g.inMunicipality(province, city, county, p.Communities)
	}
	if code := g.cities[province][city]; code != "" {
		return g.inCity(code, county, p.Communities)
	}
	return g.inProvince(province, city, county, p.Communities)
}

func (g *gazetteer) inMunicipality(province, city, county string, communities []string) ([]string, Match) {
	for _, name := range []string{city, county} {
		if g.provinces[name] != "" || name == "市辖区" || name == "县" {
			continue
		}
		if code, match := g.county(province, name); code != "" {
			return []string{code}, match
		}
		if code := g.zoneHost(province, name); code != "" {
			return []string{code}, MatchZone
		}
		if code := g.named(province, name); code != "" {
			return []string{code}, MatchFormer
		}
	}
	return g.below(province, county, communities)
}

func (g *gazetteer) inCity(city, county string, communities []string) ([]string, Match) {
	if code, match := g.county(city, county); code != "" {
		return []string{code}, match
	}
	if only := divisions().children[city]; len(only) == 1 {
		return []string{only[0].Code}, MatchTown
	}
	if g.zoneHost(city, county) == "" {
		if code := g.named(city, county); code != "" {
			return []string{code}, MatchZone
		}
		if code := g.counties[city[:2]][county]; code != "" {
			return []string{code}, MatchFormer
		}
	}
	return g.below(city, county, communities)
}

// inProvince places a row whose city column holds no city: 省直辖县级行政区划, a
// county-level city with its streets (仙桃市), or a zone that stands on its own
// (雄安新区, 第八师).
func (g *gazetteer) inProvince(province, city, county string, communities []string) ([]string, Match) {
	if !strings.Contains(city, "直辖") {
		if code := g.counties[province][city]; code != "" {
			return g.inScopeOf(code, county, MatchExact)
		}
		if code := g.zoneHost(province, division(city)); code != "" {
			return g.inScopeOf(code, county, MatchZone)
		}
	}
	if code := g.counties[province][county]; code != "" {
		return []string{code}, MatchExact
	}
	if code := g.zoneHost(province, division(county)); code != "" {
		return []string{code}, MatchZone
	}
	for _, c := range Cities(province) {
		if code, match := g.county(c.Code, county); code != "" {
			return []string{code}, match
		}
		if code, match := g.county(c.Code, city); code != "" {
			return []string{code}, match
		}
	}
	for _, c := range Cities(province) {
		if code := g.named(c.Code, city); code != "" {
			return []string{code}, MatchFormer
		}
	}
	return nil, ""
}

// inScopeOf prefers a county that is named beside a zone or county-level city
// over that itself: 雄安新区, 安新县 is 安新县.
func (g *gazetteer) inScopeOf(code, county string, match Match) ([]string, Match) {
	if better := g.counties[code[:2]][county]; better != "" {
		return []string{better}, MatchExact
	}
	return []string{code}, match
}

// below looks for a place that isn't a county: by the towns it names, by the
// tables of zones, and at last by the city alone.
func (g *gazetteer) below(scope, county string, communities []string) ([]string, Match) {
	var codes []string
	for _, text := range append([]string{county}, communities...) {
		if code := towns().in(scope, text); code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	if codes != nil {
		slices.Sort(codes)
		return codes, MatchTown
	}
	if code := g.zoneHost(scope, county); code != "" {
		return []string{code}, MatchZone
	}
	z, _ := parseZone(scope, county)
	if code := towns().zones[[2]any{scope, z}]; code != "" {
		return []string{code}, MatchZone
	}
	if code := seats[scope]; code != "" {
		return []string{code}, MatchSeat
	}
	return []string{g.ordinary[scope][0].Code}, MatchSeat
}

// seats are the counties of city governments where that isn't the first
// county in order of code, nor a district beside it.
var seats = map[string]string{
	"1525": "152502", // Xilinhot, not Erenhot
	"2327": "232761", // Jiagedaqi, not Mohe
	"5325": "532503", // Mengzi, not Gejiu
	"5331": "533103", // Mangshi, not Ruili
	"6328": "632802", // Delingha, not Golmud
}

// tidy drops white space, which the lists contain here and there.
func tidy(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, name)
}

var ordinals = []string{"十四", "十三", "十二", "十一", "十", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// division writes a division of the Xinjiang corps in one way: 第八师 for 八师,
// 第8师 and 第八师石河子市. Other names come back as they are.
func division(name string) string {
	number, _, ok := strings.Cut(name, "师")
	if !ok {
		return name
	}
	number = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(number, "新疆生产建设"), "兵团"), "第")
	digits := strings.NewReplacer("10", "十", "11", "十一", "12", "十二", "13", "十三", "14", "十四",
		"1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九")
	if number = digits.Replace(number); slices.Contains(ordinals, number) {
		return "第" + number + "师"
	}
	return name
}
