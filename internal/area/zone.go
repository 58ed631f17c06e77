package area

import "strings"

// zone is a development zone's name taken apart: 长春净月高新技术产业开发区 within
// 长春市 is {"净月", "高新"}, and so is 净月高新区. A name that ends otherwise has no
// kind, and its place is the name without a final 区.
type zone struct {
	place, kind string
}

// zoneKinds maps the ways in which a kind of zone is written to one of them.
// An ending comes before every ending that it ends with.
var zoneKinds = []struct{ ending, kind string }{
	{"高新技术产业开发区", "高新"}, {"高新技术产业园区", "高新"}, {"高新技术开发区", "高新"}, {"高技术产业开发区", "高新"},
	{"高新技术园区", "高新"}, {"高新开发区", "高新"}, {"高新园区", "高新"}, {"高新区", "高新"},
	{"经济技术产业开发区", "经开"}, {"经济技术开发区", "经开"}, {"经济开发区", "经开"}, {"技术开发区", "经开"}, {"经开区", "经开"}, {"开发区", "经开"},
	{"综合保税区", "保税"}, {"保税港区", "保税"}, {"综保区", "保税"}, {"保税区", "保税"},
	{"生态旅游度假区", "度假"}, {"旅游度假区", "度假"}, {"度假区", "度假"},
	{"生态旅游风景区", "风景"}, {"风景名胜区", "风景"}, {"风景旅游区", "风景"}, {"风景区", "风景"}, {"景区", "风景"},
	{"城乡一体化示范区", "示范"}, {"一体化示范区", "示范"}, {"示范区", "示范"},
	{"航空港经济综合实验区", "航空港"}, {"航空港实验区", "航空港"}, {"航空港区", "航空港"},
	{"现代产业园区", "园"}, {"工业园区", "园"}, {"产业园区", "园"}, {"产业园", "园"}, {"工业园", "园"}, {"园区", "园"},
	{"边境经济合作区", "合作"}, {"经济合作区", "合作"}, {"合作区", "合作"}, {"经济区", "经济"},
	{"管理区", "管理"}, {"新区", "新区"},
}

// parseZone takes a name apart within a city (4-digit code) or province (2).
// local reports whether the name began with that of the province or the city.
func parseZone(within, name string) (z zone, local bool) {
	for _, ending := range []string{"管理委员会", "管委会"} {
		name = strings.TrimSuffix(name, ending)
	}
	for _, code := range []string{within[:2], within} {
		d, _ := Lookup(code)
		stem := stemOf(d.Name.ZH)
		if rest, ok := strings.CutPrefix(name, stem); ok && rest != "" && rest != "市" && rest != "区" && rest != "县" {
			name, local = strings.TrimPrefix(rest, "市"), true
		}
	}
	for _, prefix := range []string{"国家级", "国家", "省级"} {
		name = strings.TrimPrefix(name, prefix)
	}
	for _, k := range zoneKinds {
		if place, ok := strings.CutSuffix(name, k.ending); ok {
			return zone{place, k.kind}, local
		}
	}
	if place := strings.TrimSuffix(name, "区"); place != "" {
		name = place
	}
	return zone{place: name}, local
}

// divisionEndings are what a division's name ends with, longest first.
var divisionEndings = []string{"壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "新区", "林区", "矿区", "特区", "省", "市", "盟", "县", "区", "旗"}

// peoples are what stands before 自治州 or 自治县. None is the end of another.
var peoples = []string{"蒙古族", "蒙古", "回族", "藏族", "苗族", "彝族", "壮族", "布依族", "朝鲜族", "满族", "侗族", "瑶族", "白族", "土家族", "哈尼族",
	"哈萨克族", "哈萨克", "傣族", "黎族", "傈僳族", "佤族", "畲族", "拉祜族", "水族", "东乡族", "纳西族", "景颇族", "柯尔克孜", "土族", "达斡尔族",
	"仫佬族", "羌族", "布朗族", "撒拉族", "毛南族", "仡佬族", "锡伯", "普米族", "塔吉克", "怒族", "保安族", "裕固族", "独龙族", "各族", "鄂温克族"}

// stemOf returns what makes a division's name its own: 石家庄 of 石家庄市, 延边 of
// 延边朝鲜族自治州. A stem has two characters or more; a shorter one (单 of 单县) isn't cut.
func stemOf(name string) string {
	for _, ending := range divisionEndings {
		stem, ok := strings.CutSuffix(name, ending)
		if !ok || len([]rune(stem)) < 2 {
			continue
		}
		if strings.HasPrefix(ending, "自治") || strings.HasSuffix(stem, "族") {
			stem = cutPeoples(stem)
		}
		return stem
	}
	return name
}

func cutPeoples(stem string) string {
	for again := true; again; {
		again = false
		for _, people := range peoples {
			if rest, ok := strings.CutSuffix(stem, people); ok && len([]rune(rest)) >= 2 {
				stem, again = rest, true
			}
		}
	}
	return stem
}
