package identity

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"healthcode"
)

func TestCleanName(t *testing.T) {
	long := strings.Repeat("Wolfeschlegelstein ", 5) + "Hubert" // 101 characters
	for _, tt := range []struct{ typed, want string }{
		{"  Anna   Maria\tEriksson ", "Anna Maria Eriksson"},
		{"Jose\u0301 Nun\u0303ez", "José Nuñez"}, // composed
		{"ERIKSSON, ANNA MARIA", "ERIKSSON, ANNA MARIA"},
		{"O’Connor", "O'Connor"},
		{"Smith–Jones", "Smith-Jones"},
		{"买买提•艾力", "买买提·艾力"},
		{"买买提・艾力", "买买提·艾力"},
		{"ZHANG\u3000SAN", "ZHANG SAN"},
		{"张三", "张三"},
		{"𠮷野家", "𠮷野家"}, // outside the basic plane
		{"MUTHU A/L SAMY", "MUTHU A/L SAMY"},
		{"TAN AH KOW (CHEN YAGOU)", "TAN AH KOW (CHEN YAGOU)"},
		{"St. John Jr.", "St. John Jr."},
		{"محمد\u200cعلی", "محمد\u200cعلی"}, // the joiner is part of the spelling
		{"Nguyễn Văn Anh", norm.NFC.String("Nguyễn Văn Anh")},
		{"\u200eAnna\ufeff", "Anna"},
		{strings.Repeat("名", 100), strings.Repeat("名", 100)},
		{strings.Repeat("e\u0301", 100), strings.Repeat("é", 100)}, // counted after composing
		{"", "name_empty"},
		{" \u3000 ", "name_empty"},
		{"- . '", "name_empty"},
		{strings.Repeat("名", 101), "name_long"},
		{long, "name_long"},
		{strings.Repeat("A", 1<<20), "name_long"},
		{"Anna2", "name_characters"},
		{"Anna_Maria", "name_characters"},
		{"<script>", "name_characters"},
		{"Anna😀", "name_characters"},
		{"张□", "name_characters"},
		{"Anna\x00", "name_characters"},
		{"\u0301Anna", "name_characters"}, // a mark with no letter under it
		{"A" + strings.Repeat("\u0335", 9), "name_characters"},
		{"Anna\xff", "name_characters"},
	} {
		got, err := CleanName(tt.typed)
		if err != nil {
			got = string(healthcode.CodeOf(err))
		}
		if got != tt.want {
			t.Errorf("%q: %q, want %q", tt.typed, got, tt.want)
		}
	}
	if !NameAdvice.Complete() || !strings.Contains(NameAdvice.EN, "middle names") || !strings.Contains(NameAdvice.ZH, "中间名") {
		t.Error("the advice doesn't answer the question about middle names")
	}
}

func TestNamePosition(t *testing.T) {
	_, err := CleanName("张三 4")
	if err == nil || !strings.Contains(err.Error(), "Character 4 ") {
		t.Errorf("%v, want the position in characters", err)
	}
}

// The examples of ICAO 9303-4 section 4.2.3.1, and of 9303-3 section 4.6.
func TestMRZName(t *testing.T) {
	for _, tt := range []struct{ surname, given, want string }{
		{"ERIKSSON", "ANNA MARIA", "ERIKSSON<<ANNA<MARIA"},
		{"HENG", "DEBORAH MING LO", "HENG<<DEBORAH<MING<LO"},
		{"SMITH-JONES", "SUSIE MARGARET", "SMITH<JONES<<SUSIE<MARGARET"},
		{"O'CONNOR", "ENYA SIOBHAN", "OCONNOR<<ENYA<SIOBHAN"},
		{"VAN DER MUELLEN", "MARTIN", "VAN<DER<MUELLEN<<MARTIN"},
		{"AL-BASRI", "HUDA MUHAMMAD JAWAD", "AL<BASRI<<HUDA<MUHAMMAD<JAWAD"},
		{"VILARCHAO FERNANDEZ", "JOSE RAMON", "VILARCHAO<FERNANDEZ<<JOSE<RAMON"},
		{"ARKFREITH", "", "ARKFREITH"},
		{"SATRIYA SUDARPA", "", "SATRIYA<SUDARPA"},
		{"NILAVADHANANANDA", "ARNPOL PETCH CHARONGUANG", "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"},
		{"NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"},
		{"PAPANDROPOULOUS", "JONATHON WARREN TREVOR", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"},
		{"D'Artagnan", "", "DARTAGNAN"},
		{"Müller", "Jörg Åke", "MUELLER<<JOERG<AAKE"},
		{"Groß", "Łukasz", "GROSS<<LUKASZ"},
		{"Þórsdóttir", "Æsa", "THORSDOTTIR<<AESA"},
		{"Nguyễn", "Văn Đức", "NGUYEN<<VAN<DUC"},
		{"", "Sukarno", "SUKARNO"},
		{"Kaʻahumanu", "", "KAAHUMANU"},
		{"Щербаков", "Юрий", "SHCHERBAKOV<<IURII"},
		// Doubling, and teh marbuta at the end and within.
		{"عبّاس", "", "EBBAS"},
		{"فضّة", "", "FXDZDZXAH"},
		{"فضةل", "", "FXDZXTAL"},
	} {
		got, ok := MRZName(tt.surname, tt.given)
		want := tt.want + strings.Repeat("<", nameField-len(tt.want))
		if !ok || got != want {
			t.Errorf("%s, %s: %q, want %q", tt.surname, tt.given, got, want)
		}
	}
	for _, tt := range []struct{ surname, given, want string }{
		// Cut where a component would end the field: its neighbour gives a letter for the next initial.
		{"ABCDEFGHIJKLMNOPQRST", "ABCDEFGHIJ KLMNO PQR", "ABCDEFGHIJKLMNOPQRS<<ABCDEFGHIJ<KLMNO<P"},
		// The surname alone is too long.
		{"BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL", "DINGO POTOROO", ""},
		{"BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL", "", ""},
		{strings.Repeat("A ", 30), "Bo", strings.Repeat("A<", 17) + "A<<BO"},
		{strings.Repeat("A", 90), "Bo", strings.Repeat("A", 36) + "<<B"},
	} {
		got, ok := MRZName(tt.surname, tt.given)
		if !ok || len(got) != nameField || got[nameField-1] == '<' || tt.want != "" && got != tt.want {
			t.Errorf("%s, %s: %q (want %q), must have 39 characters and end with a letter", tt.surname, tt.given, got, tt.want)
		}
		if m := SameName(tt.surname+", "+tt.given, got); m != NameShortened {
			t.Errorf("%q isn't recognised as %s %s: %s", got, tt.surname, tt.given, m)
		}
	}
	for _, name := range []string{"张", "김", "Ελένη", "ߺ", "", "-"} {
		if got, ok := MRZName(name, ""); ok {
			t.Errorf("%q became %q", name, got)
		}
	}
}

func TestSameName(t *testing.T) {
	for _, tt := range []struct {
		typed, mrz string
		want       NameMatch
	}{
		{"Anna Maria Eriksson", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", NameSame},
		{"ERIKSSON, ANNA MARIA", "ERIKSSON<<ANNA<MARIA", NameSame},
		{"eriksson anna maria", "eriksson<<anna<maria", NameSame},
		{"Anna Eriksson", "ERIKSSON<<ANNA<MARIA", NameDiffers}, // the middle name is missing
		{"Anna Maria Ericsson", "ERIKSSON<<ANNA<MARIA", NameDiffers},
		{"Deborah Heng Ming Lo", "HENG<<DEBORAH<MING<LO", NameSame}, // the surname stands in the middle
		{"Ouyang Xiuming", "OUYANG<<XIU<MING", NameSame},
		{"O'Connor Enya", "OCONNOR<<ENYA", NameSame},
		{"Smith-Jones Susie", "SMITH<JONES<<SUSIE", NameSame},
		{"Arkfreith", "ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", NameSame},
		{"Müller Jörg", "MUELLER<<JOERG", NameSame},
		{"Müller Jörg", "MULLER<<JORG", NameSame},
		{"Muñoz Güell", "MUNXXOZ<<GUXXELL", NameSame},
		{"Muñoz Güell", "MUNOZ<<GUELL", NameSame},
		{"Özgür Çağlar", "CAGLAR<<OZGUR", NameSame},
		{"Sørensen Åse", "SOERENSEN<<AASE", NameSame},
		// Each way of shortening in ICAO 9303-4 section 4.2.3.
		{"Nilavadhanananda Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", NameShortened},
		{"Arnpol Petch Charonguang Nilavadhanananda", "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU", NameShortened},
		{"BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL, DINGO POTOROO", "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI", NameShortened},
		{"Dingo Potoroo Bennelong Wooloomooloo Warrandyte Warnambool", "BENNELONG<WOOLOOM<WARRAND<WARNAM<<DINGO", NameShortened},
		{"Dingo Potoroo Bennelong Wooloomooloo Warrandyte Warnambool", "BENNEL<WOOLOO<WARRAN<WARNAM<<DINGO<POTO", NameShortened},
		{"Jonathon Warren Trevor Papandropoulous", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR", NameSame},
		{"Jonathon Warren Trevor Albert Papandropoulous", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR", NameShortened},
		{"Nilavadhanananda Chayapa Dejthamrong Suwan", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", NameDiffers},
		{"Anna Maria Eriksson", "ERIKSSON<<ANNA<M", NameDiffers}, // there was room for the rest
		// Other scripts.
		{"Щербаков Юрий", "SHCHERBAKOV<<IURII", NameSame},
		{"Шевченко Ігор", "SHEVCHENKO<<IHOR", NameSame}, // Ukrainian Г
		{"Юлія Галицька", "HALYTSKA<<YULIIA", NameSame}, // Ukrainian at the beginning and within
		{"Живков Тодор", "PETROV<<IVAN", NameUnclear},
		{"张三", "ZHANG<<SAN", NameUnclear},
		{"Παπαδόπουλος", "PAPADOPOULOS", NameUnclear},
		{"Anna", "<<<<", NameUnclear},
		{"Anna", "", NameUnclear},
	} {
		if got := SameName(tt.typed, tt.mrz); got != tt.want {
			t.Errorf("%s and %s: %s, want %s", tt.typed, tt.mrz, got, tt.want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"Anna Maria", "买买提·艾力", "Jose\u0301", "O’Connor", "TAN", "\u0301", "A\u0335\u0335"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		name, err := CleanName(typed)
		if err != nil {
			return
		}
		if n := utf8.RuneCountInString(name); !utf8.ValidString(name) || n == 0 || n > MaxName || !norm.NFC.IsNormalString(name) {
			t.Errorf("%q became %q", typed, name)
		}
		if again, err := CleanName(name); err != nil || again != name {
			t.Errorf("%q cleaned again: %q, %v", name, again, err)
		}
	})
}

func FuzzMRZName(f *testing.F) {
	f.Add("ERIKSSON", "ANNA MARIA")
	f.Add("BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL", "DINGO POTOROO")
	f.Add(strings.Repeat("A ", 30), strings.Repeat("B ", 20))
	f.Add("Þórsdóttir", "Щ ة ّ")
	f.Fuzz(func(t *testing.T, surname, given string) {
		surname, err := CleanName(surname)
		if err != nil {
			return
		}
		given, _ = CleanName(given)
		field, ok := MRZName(surname, given)
		if !ok {
			return
		}
		if len(field) != nameField || !isLetters(strings.ReplaceAll(field, "<", "")) || field[0] == '<' {
			t.Fatalf("%q, %q: %q", surname, given, field)
		}
		if m := SameName(surname+", "+given, field); m == NameDiffers {
			t.Errorf("%q, %q gives %q, which %s", surname, given, field, m)
		}
	})
}
