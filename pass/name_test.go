package pass

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestMaskName(t *testing.T) {
	for name, want := range map[string]string{
		"张三":                          "张*",
		"张三丰":                         "张*",
		" 欧阳 娜娜 ":                     "欧*",
		"买买提·艾力":                      "买*",
		"𠮷田":                          "𠮷*",
		"김철수":                         "김*",
		"やまだ はなこ":                     "や*",
		"Zhang San":                   "Z*** S***",
		"zhang san":                   "Z*** S***",
		"ZHANG<<SAN<FENG":             "Z*** F***",
		"Zhang, San":                  "Z*** S***",
		"Jan van der Berg":            "J*** B***",
		"María-José O'Neill":          "M*** O***",
		"'Aḥmad ibn ʿAlī":             "A*** ʿ***",
		"E\u0301milie Zo\u0308":       "E*** Z***",
		"Madonna":                     "M***",
		"Li 李":                        "L*** 李***",
		"李 Li":                        "李*",
		"محمد علي":                    "م*** ع***",
		"Ծովինար":                     "Ծ***",
		"ßtrange":                     "ß***",
		"":                            "",
		" \t\n":                       "",
		"12 34":                       "",
		"**":                          "",
		"\xff\xfe":                    "",
		"<script>alert(1)</script>":   "S*** S***",
		"\u202eZhang\u202d San\u200b": "Z*** S***",
	} {
		if got := MaskName(name); got != want {
			t.Errorf("MaskName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestMaskNameProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringMatching(`[\p{L}'-]{1,30}( [\p{L}'-]{1,30}){0,5}`)).Draw(t, "name")
		masked := MaskName(name)
		if len(masked) > MaxName || !utf8.ValidString(masked) {
			t.Fatalf("MaskName(%q) = %q, of %d bytes", name, masked, len(masked))
		}
		if again := MaskName(masked); again != masked {
			t.Fatalf("MaskName(%q) = %q, and masked again %q", name, masked, again)
		}
		letters := strings.Map(func(r rune) rune {
			if r == '*' || r == ' ' {
				return -1
			}
			return r
		}, masked)
		for _, r := range letters {
			if !unicode.IsLetter(r) {
				t.Fatalf("MaskName(%q) = %q shows %q", name, masked, r)
			}
		}
		if utf8.RuneCountInString(letters) > 2 {
			t.Fatalf("MaskName(%q) = %q shows more than two letters", name, masked)
		}
	})
}
