package area

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"healthcode"
)

func TestDivisionsAreComplete(t *testing.T) {
	var cities, counties int
	for _, p := range Provinces() {
		cities += len(Cities(p.Code))
		counties += len(Counties(p.Code))
	}
	// 31, 342 and 2,978 from the list; Hong Kong, Macao and Taiwan once at each level.
	if got := len(Provinces()); got != 34 {
		t.Errorf("%d provinces, want 34", got)
	}
	if cities != 345 || counties != 2981 {
		t.Errorf("%d cities and %d counties, want 345 and 2981", cities, counties)
	}
}

func TestEveryDivisionHasBothNames(t *testing.T) {
	latin := regexp.MustCompile(`^\p{Lu}[\p{Latin}' ,()-]+$`)
	han := regexp.MustCompile(`^[\p{Han}（）]+$`)
	seen := map[string]string{}
	for _, p := range Provinces() {
		for _, d := range append(append([]Division{p}, Cities(p.Code)...), Counties(p.Code)...) {
			if !latin.MatchString(d.Name.EN) || !han.MatchString(d.Name.ZH) || strings.Contains(d.Name.EN, "undefined") {
				t.Errorf("%s: names %q, %q", d.Code, d.Name.ZH, d.Name.EN)
			}
			if len(d.Code) == 6 {
				key := scopeOf(d.Code) + d.Name.EN
				if other, ok := seen[key]; ok {
					t.Errorf("%s and %s are both %q in one city", other, d.Code, d.Name.EN)
				}
				seen[key] = d.Code
			}
		}
	}
}

// Names that a romanisation by characters gets wrong, and customary ones.
func TestEnglishNames(t *testing.T) {
	for code, want := range map[string]string{
		"11": "Beijing", "14": "Shanxi", "61": "Shaanxi", "15": "Inner Mongolia", "54": "Tibet", "65": "Xinjiang", "50": "Chongqing",
		"1501": "Hohhot", "1525": "Xilingol League", "1507": "Hulunbuir", "2301": "Harbin", "2201": "Changchun", "2224": "Yanbian Korean Autonomous Prefecture",
		"3415": "Lu'an", "3402": "Wuhu", "3403": "Bengbu", "3502": "Xiamen", "3310": "Taizhou", "3311": "Lishui", "3416": "Bozhou", "4109": "Puyang",
		"5401": "Lhasa", "6501": "Ürümqi", "6531": "Kashgar Prefecture", "6101": "Xi'an", "1411": "Lüliang",
		"110105": "Chaoyang", "310115": "Pudong New Area", "310112": "Minhang", "320116": "Luhe", "330382": "Yueqing", "130225": "Laoting",
		"130726": "Yuxian", "131025": "Daicheng", "141024": "Hongtong", "130121": "Jingxing", "371722": "Shanxian", "371522": "Shenxian", "371524": "Dong'e",
		"410621": "Xunxian", "410223": "Weishi", "411726": "Biyang", "341621": "Guoyang", "341021": "Shexian", "341023": "Yixian", "340722": "Zongyang",
		"410122": "Zhongmu", "370612": "Muping", "361124": "Yanshan", "361130": "Wuyuan", "350602": "Xiangcheng", "510117": "Pidu", "440113": "Panyu",
		"652823": "Yuli", "222404": "Hunchun", "420116": "Huangpi", "533102": "Ruili", "152501": "Erenhot", "540234": "Gyirong", "654004": "Khorgos",
		"469025": "Baisha Li Autonomous County", "520526": "Weining Yi, Hui and Miao Autonomous County", "220172": "Changchun Jingyue High-tech Industrial Development Zone",
		"654002": "Yining City", "654021": "Yining County", "441803": "Qingxin", "810000": "Hong Kong",
	} {
		if d, ok := Lookup(code); !ok || d.Name.EN != want {
			t.Errorf("%s %s: %q, want %q", code, d.Name.ZH, d.Name.EN, want)
		}
	}
}

func TestFullName(t *testing.T) {
	for code, want := range map[string][2]string{
		"130102": {"河北省石家庄市长安区", "Chang'an, Shijiazhuang, Hebei"},
		"110105": {"北京市朝阳区", "Chaoyang, Beijing"},
		"500235": {"重庆市云阳县", "Yunyang, Chongqing"},
		"469021": {"海南省定安县", "Ding'an, Hainan"},
		"659001": {"新疆维吾尔自治区石河子市", "Shihezi, Xinjiang"},
		"441900": {"广东省东莞市", "Dongguan, Guangdong"},
		"820000": {"澳门特别行政区", "Macao"},
		"3301":   {"浙江省杭州市", "Hangzhou, Zhejiang"},
		"33":     {"浙江省", "Zhejiang"},
		"999999": {"", ""},
	} {
		if got := FullName(code); got.ZH != want[0] || got.EN != want[1] {
			t.Errorf("%s: %q, %q, want %q", code, got.ZH, got.EN, want)
		}
	}
}

func TestUnknownParentsHaveNoChildren(t *testing.T) {
	if got := len(Cities("99")) + len(Cities("1301")) + len(Counties("9999")) + len(Counties("130102")); got != 0 {
		t.Errorf("%d children, want none", got)
	}
	Provinces()[0].Code = "changed"
	if Provinces()[0].Code != "11" {
		t.Error("a caller can change the table")
	}
}

func TestCurrent(t *testing.T) {
	for code, want := range map[string]string{
		"110105": "110105", "330104": "330102", "220381": "220184", "320684": "320614", "371202": "370116", "130502": "130502",
	} {
		if got, ok := Current(code); got != want || !ok {
			t.Errorf("%s: %q, %t, want %q", code, got, ok, want)
		}
	}
	for _, code := range []string{"999999", "1101", ""} {
		if got, ok := Current(code); ok {
			t.Errorf("%q: %q, want none", code, got)
		}
	}
}

func TestLandPorts(t *testing.T) {
	ports := LandPorts()
	for _, name := range []string{"振兴区", "绥芬河市", "东宁市", "抚远市", "爱辉区", "珲春市", "满洲里市", "二连浩特市", "阿拉山口市", "霍尔果斯市",
		"瑞丽市", "勐腊县", "河口瑶族自治县", "凭祥市", "东兴市", "龙州县", "吉隆县", "聂拉木县"} {
		i := slices.IndexFunc(ports, func(c healthcode.County) bool { return c.Name.ZH == name })
		if i < 0 || !ports[i].LandPort || !LandPort(ports[i].Code) {
			t.Errorf("%s isn't among the counties with a land port", name)
		}
	}
	if LandPort("110105") {
		t.Error("Chaoyang has no land port")
	}
}

// The tables refer to counties that exist, and to each of their names once.
func TestTablesAgreeWithTheList(t *testing.T) {
	for file, column := range map[string]int{formerFile: 2, zonesFile: 2, portsFile: 0} {
		for row := range rows(file) {
			if d, ok := Lookup(row[column]); !ok || len(d.Code) != 6 {
				t.Errorf("%q: %s is no county", row, row[column])
			}
		}
	}
	seen := map[string]bool{}
	for row := range rows(zonesFile) {
		if _, ok := Lookup(row[0]); !ok {
			t.Errorf("%q: no division %s", row, row[0])
		}
		if seen[row[0]+row[1]] {
			t.Errorf("%q is there twice", row)
		}
		seen[row[0]+row[1]] = true
	}
	for line := range strings.Lines(townsFile) {
		if d, ok := Lookup(strings.Fields(line)[0]); !ok || len(d.Code) != 6 {
			t.Errorf("towns of an unknown county: %.40s", line)
		}
	}
}
