package identity

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The tables of ICAO 9303-3, section 6. A letter without an entry is written as
// the letter under its marks. Where the standard allows several forms, they
// stand as the one it names first, the bare one, and the one with XX; bare Ø
// isn't in it, but states use it. Lower case letters are looked up as upper case.
const (
	latinTable = `Ä=AE/A Å=AA/A Æ=AE Ñ=N/N/NXX Ö=OE/O Ø=OE/O Ü=UE/U/UXX ẞ=SS Þ=TH Ð=D Đ=D Ħ=H Ĳ=IJ Ŀ=L Ł=L Ŋ=N Œ=OE Ŧ=T`

	cyrillicTable = `Ё=E Ђ=D Ѓ=G Є=IE Ѕ=DZ І=I Ї=I Ј=J Љ=LJ Њ=NJ Ћ=C Ќ=K Ў=U Џ=DZ А=A Б=B В=V Г=G Д=D Е=E Ж=ZH З=Z И=I Й=I
К=K Л=L М=M Н=N О=O П=P Р=R С=S Т=T У=U Ф=F Х=KH Ц=TS Ч=CH Ш=SH Щ=SHCH Ъ=IE Ы=Y Ь= Э=E Ю=IU Я=IA Ѫ=U Ѵ=Y Ґ=G Ғ=G Һ=C`

	arabicTable = `ء=XE آ=XAA أ=XAE ؤ=U إ=I ئ=XI ا=A ب=B ة=XTA ت=T ث=XTH ج=J ح=XH خ=XKH د=D ذ=XDH ر=R ز=Z س=S ش=XSH ص=XSS ض=XDZ
ط=XTT ظ=XZZ ع=E غ=G ف=F ق=Q ك=K ل=L م=M ن=N ه=H و=W ى=XAY ي=Y ٱ=XXA ٹ=XXT ټ=XRT پ=P ځ=XKE څ=XXH چ=XC ڈ=XXD ډ=XDR ڑ=XXR ړ=XRR
ږ=XRX ژ=XJ ښ=XXS ک=XKK ګ=XXK ڭ=XNG گ=XGG ں=XNN ڼ=XXN ھ=XDO ۀ=XYH ہ=XXG ۂ=XGE ۃ=XTG ی=XYA ۍ=XXY ې=Y ے=XYB ۓ=XBE ـ= ڜ= ڢ= ڧ= ڨ=`
)

// cyrillicExceptions are the letters that a language writes otherwise; a letter
// after ^ does so at the beginning of a name component only.
var cyrillicExceptions = []map[string]string{
	nil,
	table(`Г=H И=Y ^Є=YE ^Ї=YI ^Й=Y ^Ю=YU ^Я=YA`), // Ukrainian
	table(`Ё=IO Г=H`),                // Belarusian
	table(`Щ=SHT`),                   // Bulgarian
	table(`Г=H Ж=Z Х=H Ц=C Ч=C Ш=S`), // Serbian
	table(`Ќ=KJ Џ=DJ Х=H Ц=C Ѓ=GJ Ғ=GJ Ж=ZH Ч=CH Ш=SH`), // Macedonian
}

var (
	latin    = table(latinTable)
	cyrillic = table(cyrillicTable)
	arabic   = table(arabicTable)
)

func table(s string) map[string]string {
	m := map[string]string{}
	for _, entry := range strings.Fields(s) {
		letter, forms, _ := strings.Cut(entry, "=")
		m[letter] = forms
	}
	return m
}

const shadda = 'ّ' // doubles the letter before it

// styles is the number of ways in which [transliterate] can write a name: 3 of
// Latin letters, and one for each language in cyrillicExceptions.
const styles = 3 + 5

// transliterate writes a name in A–Z and spaces as ICAO 9303-3 section 4.6
// does: hyphens and commas become spaces, other punctuation goes. Style 0 takes
// each letter's first form. It returns false where a letter has none, as in a
// name in Chinese characters.
func transliterate(name string, style int) (string, bool) {
	var b strings.Builder
	start, last := true, ""
	upper := norm.NFC.String(strings.ToUpper(strings.ReplaceAll(name, "ß", "ẞ")))
	letters := []rune(upper)
	for i, r := range letters {
		switch {
		case r == ' ' || r == '-' || r == ',':
			b.WriteByte(' ')
			start, last = true, ""
		case r == shadda:
			b.WriteString(strings.TrimLeft(last, "X")) // X begins a sequence and isn't part of the letter
		case isModifier(r): // such as ʻ and ʼ, written like an apostrophe
		case unicode.IsLetter(r):
			form, ok := letterForm(r, style, start)
			if !ok {
				return "", false
			}
			if r == 'ة' && (i+1 == len(letters) || !unicode.IsLetter(letters[i+1]) && !unicode.IsMark(letters[i+1])) {
				form = "XAH"
			}
			b.WriteString(form)
			start, last = false, form
		}
	}
	return strings.Join(strings.Fields(b.String()), " "), true
}

// letterForm returns one upper case letter in A–Z.
func letterForm(r rune, style int, start bool) (string, bool) {
	letter := string(r)
	if r >= 'A' && r <= 'Z' {
		return letter, true
	}
	if forms, ok := latin[letter]; ok {
		options := strings.Split(forms, "/")
		return options[min(style, len(options)-1)], true
	}
	if style >= 3 {
		exceptions := cyrillicExceptions[style-2]
		if form, ok := exceptions["^"+letter]; ok && start {
			return form, true
		}
		if form, ok := exceptions[letter]; ok {
			return form, true
		}
	}
	if form, ok := cyrillic[letter]; ok {
		return form, true
	}
	if form, ok := arabic[letter]; ok {
		return form, true
	}
	base := []rune(norm.NFD.String(letter))
	if base[0] >= 'A' && base[0] <= 'Z' {
		return string(base[0]), true
	}
	if len(base) > 1 {
		return letterForm(base[0], style, start)
	}
	return "", false
}

// isLatin reports whether every letter of a name is Latin.
func isLatin(name string) bool {
	for _, r := range name {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) && !isModifier(r) {
			return false
		}
	}
	return true
}

// isModifier reports whether r is one of the Spacing Modifier Letters.
func isModifier(r rune) bool { return r >= 0x02b0 && r <= 0x02ff }
