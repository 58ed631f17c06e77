package area

import (
	"testing"

	"healthcode"
)

func TestComplete(t *testing.T) {
	in := healthcode.AreaHistory{Areas: []healthcode.County{{Code: "110105"}, {Code: "US", Name: healthcode.Text{ZH: "美国", EN: "United States"}}}}
	out := Complete(in)
	byCode := map[string]healthcode.County{}
	for _, c := range out.Areas {
		if _, twice := byCode[c.Code]; twice {
			t.Errorf("%s is there twice", c.Code)
		}
		byCode[c.Code] = c
	}
	if byCode["110105"].Name.EN != "Chaoyang" || byCode["110106"].Name.ZH != "丰台区" || byCode["US"].Name.EN != "United States" {
		t.Errorf("names: %+v, %+v, %+v", byCode["110105"], byCode["110106"], byCode["US"])
	}
	for _, port := range LandPorts() {
		if !byCode[port.Code].LandPort {
			t.Errorf("%s has a land port", port.Code)
		}
	}
	if in.Areas[0].Name.Complete() {
		t.Error("the history itself was changed")
	}
}
