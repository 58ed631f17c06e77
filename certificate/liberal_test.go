package certificate

import (
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// content returns sound content with one change.
func content(change func(m, entry map[string]any)) map[string]any {
	m := vaccinated()
	change(m, m["v"].([]any)[0].(map[string]any))
	return m
}

func TestReadsWhatIssuersReallyWrite(t *testing.T) {
	s := newECSigner(t)
	sound := marshal(t, claims(vaccinated()))
	indefinite := func(raw []byte) []byte { // the same map with an indefinite length
		return append(append([]byte{0xbf}, raw[1:]...), 0xff)
	}
	changed := func(change func(m, entry map[string]any)) string {
		return s.forgeClaims(t, claims(content(change)))
	}
	fractions := claims(vaccinated())
	fractions[claimIssuedAt], fractions[claimExpires] = float64(noon.Unix())-0.25, float64(noon.Unix())+86400.5
	noIssueTime := claims(vaccinated())
	delete(noIssueTime, claimIssuedAt)

	for name, text := range map[string]string{
		"tagged":            s.forge(t, forgery{protected: s.headers(), payload: sound, tags: []uint64{18}}),
		"untagged":          s.forge(t, forgery{protected: s.headers(), payload: sound}),
		"double tag":        s.forge(t, forgery{protected: s.headers(), payload: sound, tags: []uint64{18, 61}}),
		"self-described":    s.forge(t, forgery{protected: s.headers(), payload: sound, tags: []uint64{18, 61, 55799}}),
		"all unprotected":   s.forge(t, forgery{unprotected: s.headers(), payload: sound, tags: []uint64{18}}),
		"alg unprotected":   s.forge(t, forgery{protected: headers{4: s.key.ID}, unprotected: headers{1: -7}, payload: sound}),
		"kid unprotected":   s.forge(t, forgery{protected: headers{1: -7}, unprotected: headers{4: s.key.ID}, payload: sound}),
		"protected wins":    s.forge(t, forgery{protected: s.headers(), unprotected: headers{1: -37, 4: []byte("foo")}, payload: sound}),
		"kid as base64":     s.forge(t, forgery{protected: headers{1: -7, 4: s.key.IDText()}, payload: sound}),
		"indefinite length": s.forge(t, forgery{protected: s.headers(), payload: indefinite(sound)}),
		"float times":       s.forgeClaims(t, fractions),
		"no time of issue":  s.forgeClaims(t, noIssueTime),
		"float doses":       changed(func(_, e map[string]any) { e["dn"], e["sd"] = 2.0, 3.0 }),
		"tagged date-time":  changed(func(_, e map[string]any) { e["dt"] = cbor.Tag{Number: 0, Content: "2026-03-01T00:00:00Z"} }),
		"tagged bare date":  changed(func(_, e map[string]any) { e["dt"] = cbor.RawMessage("\xc0\x6a2026-03-01") }),
		"date with a time":  changed(func(_, e map[string]any) { e["dt"] = "2026-03-01T00:00:00" }),
		"dob with a time":   changed(func(m, _ map[string]any) { m["dob"] = "1979-04-14T00:00:00" }),
		"dob empty":         changed(func(m, _ map[string]any) { m["dob"] = "" }),
		"dob null":          changed(func(m, _ map[string]any) { m["dob"] = nil }),
		"other kinds null":  changed(func(m, _ map[string]any) { m["t"], m["r"] = nil, nil }),
		"other kinds empty": changed(func(m, _ map[string]any) { m["t"], m["r"] = []any{}, []any{} }),
		"forename null":     changed(func(m, _ map[string]any) { n := m["nam"].(map[string]any); n["gn"], n["gnt"] = nil, nil }),
		"forename only":     changed(func(m, _ map[string]any) { n := m["nam"].(map[string]any); delete(n, "fn"); delete(n, "fnt") }),
		"unknown fields":    changed(func(m, e map[string]any) { m["x"] = 1; e["y"] = map[int]int{1: 2} }),
		"identifier odd":    changed(func(_, e map[string]any) { e["ci"] = "01BEVLWLUNCYEOWTE6IFPOSVE6PH#2" }),
		"trailing newline":  s.forge(t, forgery{protected: s.headers(), payload: sound}) + "\r\n",
		"trailing spaces":   s.forge(t, forgery{protected: s.headers(), payload: sound}) + "  \n ",
		"byte order mark":   "\ufeff " + s.forge(t, forgery{protected: s.headers(), payload: sound}),
	} {
		if r := s.verifier().Verify(text, noon); !r.OK() {
			t.Errorf("%s: %s", name, describe(r))
		}
	}
}

func TestTheGreekCodeIsOneCountry(t *testing.T) {
	if got := firstCountry([]string{""}, []string{"EL"}); got != "GR" {
		t.Errorf("EL is %q, want GR", got)
	}
}

func TestRefusals(t *testing.T) {
	s, stranger := newECSigner(t), newECSigner(t)
	sound := marshal(t, claims(vaccinated()))
	good := s.forgeClaims(t, claims(vaccinated()))
	changed := func(change func(m, entry map[string]any)) string {
		return s.forgeClaims(t, claims(content(change)))
	}
	late := claims(vaccinated())
	late[claimIssuedAt] = noon.Unix() + 1
	over := claims(vaccinated())
	over[claimExpires] = noon.Unix() - 1
	outlives := claims(vaccinated())
	outlives[claimExpires] = end.Unix() + 1
	early := claims(vaccinated())
	early[claimIssuedAt] = begin.Unix() - 1
	twoDocuments := claims(vaccinated())
	twoDocuments[claimHealth] = map[int64]any{1: vaccinated(), 3: map[string]any{"name": "x"}}
	entry := vaccinated()["v"].([]any)[0]
	raw, err := wrap([]byte("not CBOR at all"))
	if err != nil {
		t.Fatal(err)
	}

	for name, c := range map[string]struct {
		text string
		want Stage
	}{
		"nothing":               {"", NotHC1},
		"a web address":         {"https://example.org/", NotHC1},
		"another context":       {"HC2:" + good[4:], NotHC1},
		"lower-case context":    {"hc1:" + good[4:], NotHC1},
		"lower-case body":       {Prefix + "ncf", Base45},
		"length 1 of 3":         {Prefix + "AAAA", Base45},
		"triplet over 65535":    {Prefix + ":::", Base45},
		"too long":              {Prefix + strings.Repeat("0", maxText+1), Base45},
		"empty body":            {Prefix, Zlib},
		"not zlib":              {Prefix + "NCFOXN", Zlib},
		"not CBOR":              {raw, COSE},
		"another tag":           {s.forge(t, forgery{protected: s.headers(), payload: sound, tags: []uint64{98}}), COSE},
		"no algorithm":          {s.forge(t, forgery{protected: headers{4: s.key.ID}, payload: sound}), COSE},
		"claims not a map":      {s.forgeClaims(t, []int{1}), COSE},
		"no health claim":       {s.forgeClaims(t, map[int]any{1: "CN"}), COSE},
		"health claim empty":    {s.forgeClaims(t, map[int]any{-260: map[int]any{9: 1}}), COSE},
		"time not a number":     {s.forgeClaims(t, map[int]any{4: "soon", -260: map[int]any{1: vaccinated()}}), COSE},
		"time past year 9999":   {s.forgeClaims(t, map[int]any{4: uint64(1) << 62, -260: map[int]any{1: vaccinated()}}), COSE},
		"no key id":             {s.forge(t, forgery{protected: headers{1: -7}, payload: sound}), UnknownKey},
		"unknown key":           {stranger.forgeClaims(t, claims(vaccinated())), UnknownKey},
		"wrong protected kid":   {s.forge(t, forgery{protected: headers{1: -7, 4: []byte("12345678")}, unprotected: headers{4: s.key.ID}, payload: sound}), UnknownKey},
		"another's signature":   {stranger.forge(t, forgery{protected: s.headers(), payload: sound}), Signature},
		"algorithm of RSA":      {s.forge(t, forgery{protected: headers{1: -37, 4: s.key.ID}, payload: sound}), Signature},
		"unknown algorithm":     {s.forge(t, forgery{protected: headers{1: -257, 4: s.key.ID}, payload: sound}), Signature},
		"over":                  {s.forgeClaims(t, over), Expired},
		"outlives its signer":   {s.forgeClaims(t, outlives), Expired},
		"not begun":             {s.forgeClaims(t, late), NotYetValid},
		"older than its signer": {s.forgeClaims(t, early), NotYetValid},
		"two documents":         {s.forgeClaims(t, twoDocuments), Schema},
		"two entries":           {changed(func(m, _ map[string]any) { m["v"] = []any{entry, entry} }), Schema},
		"two kinds":             {changed(func(m, _ map[string]any) { m["t"] = []any{map[string]any{}} }), Schema},
		"no entry":              {changed(func(m, _ map[string]any) { delete(m, "v") }), Schema},
		"no name":               {changed(func(m, _ map[string]any) { m["nam"] = map[string]any{} }), Schema},
		"name in small letters": {changed(func(m, _ map[string]any) { m["nam"].(map[string]any)["fnt"] = "Wang" }), Schema},
		"name of 81":            {changed(func(m, _ map[string]any) { m["nam"].(map[string]any)["fn"] = string(make([]rune, 81)) }), Schema},
		"no dob":                {changed(func(m, _ map[string]any) { delete(m, "dob") }), Schema},
		"dob in words":          {changed(func(m, _ map[string]any) { m["dob"] = "long ago" }), Schema},
		"dose zero":             {changed(func(_, e map[string]any) { e["dn"] = 0 }), Schema},
		"dose and a half":       {changed(func(_, e map[string]any) { e["dn"] = 1.5 }), Schema},
		"dose in words":         {changed(func(_, e map[string]any) { e["dn"] = "2" }), Schema},
		"no vaccine":            {changed(func(_, e map[string]any) { e["vp"] = nil }), Schema},
		"country in small":      {changed(func(_, e map[string]any) { e["co"] = "cn" }), Schema},
	} {
		if r := s.verifier().Verify(c.text, noon); r.Stage() != c.want {
			t.Errorf("%s: stage %q, want %q (%s)", name, r.Stage(), c.want, describe(r))
		}
	}
}

func TestASecondValueUnderOneKeyIsRefused(t *testing.T) {
	s := newECSigner(t)
	twice := append([]byte{0xa2}, marshal(t, "a")...)
	twice = append(append(twice, 1), marshal(t, "a")...)
	text := s.forge(t, forgery{protected: s.headers(), payload: append(twice, 2)})
	if r := s.verifier().Verify(text, noon); r.Stage() != COSE {
		t.Errorf("stage %q, want %q", r.Stage(), COSE)
	}
}

func TestBombsAreCapped(t *testing.T) {
	text, err := wrap(make([]byte, 8<<20))
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > maxText {
		t.Fatalf("the bomb has %d characters and is refused before it inflates", len(text))
	}
	var verifier Verifier
	if r := verifier.Verify(text, noon); r.Stage() != Zlib {
		t.Errorf("an 8 MB bomb fails at %q, want %q", r.Stage(), Zlib)
	}
	deep := make([]byte, 60000)
	for i := range deep {
		deep[i] = 0x81
	}
	if text, err = wrap(deep); err != nil {
		t.Fatal(err)
	}
	if r := verifier.Verify(text, noon); r.Stage() != COSE {
		t.Errorf("60,000 nested lists fail at %q, want %q", r.Stage(), COSE)
	}
}
