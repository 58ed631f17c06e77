package area

import (
	"slices"
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		place string // province, city, county; communities
		codes string
		match Match
	}{
		// Municipalities: the city column holds the district, or the city itself.
		{"北京市 朝阳区 酒仙桥街道", "110105", MatchExact},
		{"北京市 市辖区 丰台区", "110106", MatchExact},
		{"北京市 北京经济技术开发区 荣华街道", "110115", MatchZone},
		{"天津市 滨海新区 经开区泰达街", "120116", MatchExact},
		{"天津市 蓟县 渔阳镇", "120119", MatchFormer},
		{"上海市 上海市 浦东新区", "310115", MatchExact},
		{"上海市 浦东 张江镇", "310115", MatchFormer},
		{"重庆市 县 云阳县", "500235", MatchExact},
		{"重庆市 彭水县 汉葭街道", "500243", MatchFormer},
		{"重庆市 两江新区 人和街道", "500112", MatchZone},
		{"北京市 新开发区 荣华街道", "110115", MatchTown},
		// Directly under the province, in every way that the column is filled.
		{"海南省 省直辖县级行政单位 定安县", "469021", MatchExact},
		{"河南省 省直辖县级行政区划 济源市", "419001", MatchExact},
		{"河南省 济源示范区 沁园街道", "419001", MatchFormer},
		{"湖北省 仙桃市 龙华山街道", "429004", MatchExact},
		{"湖北省 神农架林区 松柏镇", "429021", MatchExact},
		{"内蒙古自治区 满洲里市 满洲里市", "150781", MatchExact},
		{"河北省 雄安新区 安新县", "130632", MatchExact},
		{"陕西省 杨凌示范区 杨陵区", "610403", MatchExact},
		{"福建省 平潭综合实验区 平潭综合实验区", "350128", MatchZone},
		// The Xinjiang corps.
		{"新疆生产建设兵团 第八师 石河子市", "659001", MatchExact},
		{"新疆生产建设兵团 八师石河子市 142团", "659001", MatchZone},
		{"新疆维吾尔自治区 新疆生产建设兵团 第四师可克达拉市", "659008", MatchZone},
		{"新疆兵团 第6师五家渠市 芳草湖农场", "659004", MatchZone},
		{"新疆维吾尔自治区 自治区直辖县级行政区划 阿拉尔市", "659002", MatchExact},
		// Cities without counties.
		{"广东省 东莞市 塘厦镇", "441900", MatchTown},
		{"广东省 中山市 中山市", "442000", MatchExact},
		{"海南省 儋州市 那大镇", "460400", MatchTown},
		{"甘肃省 嘉峪关市 镜铁区", "620201", MatchTown},
		// Renamed, merged, moved and short names.
		{"浙江省 杭州市 江干区", "330102", MatchFormer},
		{"浙江省 杭州市 下城区", "330105", MatchFormer},
		{"浙江省 杭州市 余杭区", "330110", MatchExact},
		{"湖北省 荆州市 监利县", "421088", MatchFormer},
		{"福建省 三明市 沙县", "350405", MatchFormer},
		{"吉林省 四平市 公主岭市", "220184", MatchFormer},
		{"山东省 莱芜市 莱城区", "370116", MatchFormer},
		{"内蒙古自治区 阿拉善盟 阿左旗", "152921", MatchZone},
		{"吉林省 延边州 珲春市", "222404", MatchExact},
		{"云南 红河州 河口县", "532532", MatchFormer},
		{"新疆 伊犁州 伊宁县", "654021", MatchExact},
		// Development zones with a code of their own.
		{"吉林省 长春市 净月区", "220172", MatchZone},
		{"吉林省 长春市 汽开区", "220174", MatchZone},
		{"吉林省 长春市 长春新区", "220173", MatchZone},
		{"吉林省 吉林市 经开区", "220271", MatchZone},
		{"安徽省 合肥市 经开区", "340177", MatchZone},
		{"安徽省 合肥市 新站区", "340178", MatchZone},
		{"河南省 郑州市 航空港区", "410173", MatchZone},
		{"河南省 新乡市 平原示范区", "410773", MatchZone},
		{"湖南省 怀化市 洪江区", "431271", MatchZone},
		{"湖南省 怀化市 洪江市", "431281", MatchExact},
		{"甘肃省 兰州市 兰州新区", "620171", MatchExact},
		// Zones without one: by their streets if they name them, else where they lie.
		{"陕西省 西安市 高新区", "610113", MatchZone},
		{"陕西省 西安市 西咸新区 沣东新城三桥街道秦汉酒店", "610112", MatchTown},
		{"河南省 郑州市 郑东新区 博学路办事处瀚海晴宇小区 圃田乡圃田嘉园", "410104,410105", MatchTown},
		{"江苏省 无锡市 无锡高新区 新锦路2号", "320214", MatchZone},
		{"江苏省 苏州市 昆山经济技术开发区", "320583", MatchZone},
		{"陕西省 西安市 某某新城", "610102", MatchSeat},
		{"江苏省 徐州市 新城区", "320303", MatchZone},
		{"广东省 茂名市 高新区 七迳镇山岚村", "440904", MatchTown},
		{"辽宁省 大连市 长兴岛经济区", "210281", MatchZone},
		{"云南省 昆明市 昆明国家高新技术产业开发区", "530102", MatchZone},
		{"内蒙古自治区 鄂尔多斯市 鄂尔多斯高新区", "150603", MatchZone},
		{"新疆维吾尔自治区 乌鲁木齐市 高新区（新市区）", "650104", MatchExact},
		{"新疆维吾尔自治区 乌鲁木齐市 经济技术开发区(头屯河区)", "650106", MatchExact},
		// Unknown names: a guess within a known city, none without.
		{"四川省 雅安市 某某示范区 某某小区", "511802", MatchSeat},
		{"内蒙古自治区 锡林郭勒盟 某某园区", "152502", MatchSeat},
		{"河北省 某某市 某某区", "", ""},
		{"某省 石家庄市 长安区", "", ""},
	} {
		f := strings.Fields(c.place)
		codes, match := names().resolve(place{f[0], f[1], f[2], f[3:]})
		if strings.Join(codes, ",") != c.codes || match != c.match {
			t.Errorf("%s: %v %q, want %s %q", c.place, codes, match, c.codes, c.match)
		}
	}
}

// Every county is found under its own name, written as the list writes it.
func TestEveryCountyIsFoundByItsName(t *testing.T) {
	for _, p := range Provinces() {
		for _, city := range Cities(p.Code) {
			for _, county := range Counties(city.Code) {
				codes, match := names().resolve(place{p.Name.ZH, city.Name.ZH, county.Name.ZH, nil})
				if !slices.Equal(codes, []string{county.Code}) || match != MatchExact {
					t.Errorf("%s %s: %v %q", county.Code, FullName(county.Code).ZH, codes, match)
				}
			}
		}
	}
}

func TestWhiteSpaceAndMissingColumns(t *testing.T) {
	for _, p := range []place{
		{"北京市 ", " 朝阳区", "\u3000酒仙桥街道", nil},
		{"北京", "朝阳区", "", nil},
		{"北京市", "", "朝阳区", nil},
	} {
		if codes, _ := names().resolve(p); !slices.Equal(codes, []string{"110105"}) {
			t.Errorf("%q: %v, want 110105", p, codes)
		}
	}
}
