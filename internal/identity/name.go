package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"healthcode"
)

// MaxName is the number of characters that a name may have. The zone that
// machines read holds 39 (TD3), the page itself more. It is far above what a
// passport prints, so nobody ever has to shorten a name, whatever limit a
// jurisdiction's older form had.
const MaxName = 100

// maxMarks is the number of combining marks that may follow one another. No
// written language needs more; without a limit a name could cover the page.
const maxMarks = 8

// NameAdvice says on the form itself how to write a name, middle names included.
var NameAdvice = healthcode.Text{
	ZH: "请与证件照片页完全一致：姓、名和中间名（middle name）都要写全，不要缩写、不要省略。" +
		"名字再长也不会被截断；机读区（照片页底部两行）里被截短的名字，请按上方的全名填写。",
	EN: "Exactly as on the photo page: surname, given names and middle names, all in full. Don't shorten anything. " +
		"However long the name is, it won't be cut; if the two lines at the foot of the photo page shorten it, write the full name printed above them.",
}

// namePunctuation is what a passport may print in a name besides letters, marks
// and spaces: A/L and A/P in Malaysia, an alias after @, a second form in
// brackets in Singapore.
const namePunctuation = "-'·,./@()"

// sameSign folds variants of one sign that keyboards offer.
var sameSign = strings.NewReplacer(
	"’", "'", "‘", "'", "`", "'", "´", "'", "＇", "'",
	"‐", "-", "‑", "-", "–", "-", "—", "-", "−", "-",
	"•", "·", "・", "·", "･", "·", "‧", "·", "∙", "·", "⋅", "·", "．", ".", "。", ".",
	"，", ",", "、", ",",
)

const fieldName = "name"

// The codes with which a name is refused.
const (
	CodeNameEmpty      healthcode.Code = "name_empty"
	CodeNameLong       healthcode.Code = "name_long"
	CodeNameCharacters healthcode.Code = "name_characters"
)

var nameRefusals = map[healthcode.Code]refusal{
	CodeNameEmpty: {healthcode.CodeInvalid,
		"请填写姓名，与证件照片页完全一致。",
		"Enter the name exactly as on the photo page."},
	CodeNameLong: {healthcode.CodeInvalid,
		"姓名超过 %[1]d 个字符。请只填写照片页上的姓名；若照片页上的姓名确实这样长，请联系服务台。",
		"The name has more than %[1]d characters. Enter only the name on the photo page; if it really is that long, contact the help desk."},
	CodeNameCharacters: {healthcode.CodeInvalid,
		"第 %[1]d 个字符不能用于姓名。只能用文字、空格和 ( ) - ' · , . / @。证件上打不出的字，请填写该字的拼音。",
		"Character %[1]d can't be part of a name. Use letters, spaces and - ' · , . / @ ( ). For a letter that you can't type, write it in Latin letters."},
}

// CleanName returns a name as it is stored: Unicode NFC, full-width Latin as
// plain Latin, one kind of hyphen, apostrophe and middle dot, runs of space as
// one space. It changes no letter and no case, and it never cuts: it refuses.
func CleanName(typed string) (string, error) {
	if len(typed) > 10*maxTyped {
		return "", refuse(CodeNameLong, fieldName, MaxName)
	}
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～': // the full-width forms of ASCII
			return r - '！' + '!'
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d': // joiners are part of some scripts
			return -1
		}
		return r
	}, sameSign.Replace(typed))
	name := norm.NFC.String(strings.Join(strings.Fields(plain), " "))
	at, marks, letters := 0, 0, 0
	for _, r := range name {
		at++
		switch {
		case unicode.IsMark(r):
			if marks++; marks <= maxMarks && letters > 0 {
				continue
			}
		case unicode.IsLetter(r):
			letters++
			marks = 0
			continue
		case r == ' ', r == '\u200c', r == '\u200d', strings.ContainsRune(namePunctuation, r):
			continue
		}
		return "", refuse(CodeNameCharacters, fieldName, at)
	}
	if letters == 0 {
		return "", refuse(CodeNameEmpty, fieldName)
	}
	if utf8.RuneCountInString(name) > MaxName {
		return "", refuse(CodeNameLong, fieldName, MaxName)
	}
	return name, nil
}
