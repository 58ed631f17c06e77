package offline_test

import (
	"testing"

	"golang.org/x/image/font/sfnt"

	"healthcode/internal/offline"
)

// A character without a drawing would be an empty box on paper, though a search for its text finds it.
func TestFontDrawsBothLanguages(t *testing.T) {
	data, err := offline.Font()
	if err != nil {
		t.Fatal(err)
	}
	font, err := sfnt.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	var b sfnt.Buffer
	draws := func(r rune) bool {
		i, err := font.GlyphIndex(&b, r)
		if err != nil || i == 0 {
			return false
		}
		outline, err := font.LoadGlyph(&b, i, 64<<6, nil)
		return err == nil && len(outline) > 0
	}
	for r := '!'; r <= 'ſ'; r++ {
		if (r < 0x7f || r > 0xa0) && r != 0xad && !draws(r) {
			t.Errorf("the font doesn't draw %q", r)
		}
	}
	for _, r := range "，。；：？！（）“”…—〓·王小明北京国际旅行健康证明㐀龥㛃" {
		if !draws(r) {
			t.Errorf("the font doesn't draw %q", r)
		}
	}
}
