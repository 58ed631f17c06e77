package travel_test

import (
	"strings"
	"testing"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/servicetest"
	"healthcode/internal/travel"
)

func with(d travel.Document) travel.Request {
	r := request(nucleic)
	r.Document = d
	return r
}

func TestEveryKindOfDocument(t *testing.T) {
	h := newHouse(t)
	a := h.wang()
	for _, d := range []struct{ kind, code, number string }{
		{"ordinary", "PO", "EA1234567"}, {"ordinary", "P", "G12345678"}, {"diplomatic", "PD", "DE1234567"}, {"service", "PS", "SE1234567"},
		{"official-ordinary", "P", "PE1234567"}, {"travel-document", "PT", "T12345678"},
	} {
		doc := travel.Document{Kind: d.kind, Number: strings.ToLower(d.number), Expires: "2030-01-01",
			MRZ: mrz(d.code, "WANG", "XIAOMING", d.number, "900202", "M", "300101")}
		list, err := h.Travel.Issue(t.Context(), a, with(doc))
		h.Must(err)
		if got := list[0].Document; got.Kind != d.kind || got.Number != d.number || got.Sex != "M" || got.Expires.Format("2006-01-02") != "2030-01-01" {
			t.Errorf("%s: %+v", d.kind, got)
		}
		for _, other := range []string{"ordinary", "diplomatic", "service", "official-ordinary", "travel-document"} {
			if other == d.kind {
				continue
			}
			doc.Kind = other
			if _, err := h.Travel.Issue(t.Context(), a, with(doc)); !strings.Contains(fields(err), "number travel_document_kind") {
				t.Errorf("the number of %s as %s: %v", d.kind, other, err)
			}
		}
	}
}

// Each field that differs is named, all at once.
func TestMismatches(t *testing.T) {
	h := newHouse(t)
	a := h.wang()
	zone := func(code, surname, given, number, birth, sex, expiry string) travel.Document {
		return travel.Document{Kind: "ordinary", MRZ: mrz(code, surname, given, number, birth, sex, expiry)}
	}
	good := passport
	typed := func(change func(*travel.Document)) travel.Document {
		d := good
		change(&d)
		return d
	}
	swapped := strings.Replace(good.MRZ, "E12345678", "E12345687", 1)
	for name, c := range map[string]struct {
		d    travel.Document
		want string
	}{
		"nothing":         {good, ""},
		"name":            {zone("PO", "ZHANG", "XIAOMING", "E12345678", "900202", "M", "300101"), "name mrz_differs"},
		"given name":      {zone("PO", "WANG", "DAMING", "E12345678", "900202", "M", "300101"), "name mrz_differs"},
		"cut name":        {zone("PO", "WANG", "XIAO", "E12345678", "900202", "M", "300101"), "name mrz_differs"},
		"swapped names":   {zone("PO", "XIAOMING", "WANG", "E12345678", "900202", "M", "300101"), "name mrz_differs"},
		"birth":           {zone("PO", "WANG", "XIAOMING", "E12345678", "900203", "M", "300101"), "birth mrz_differs"},
		"sex":             {zone("PO", "WANG", "XIAOMING", "E12345678", "900202", "F", "300101"), "sex mrz_differs"},
		"expired":         {zone("PO", "WANG", "XIAOMING", "E12345678", "900202", "M", "220427"), "expires travel_document_expired"},
		"last day":        {zone("PO", "WANG", "XIAOMING", "E12345678", "900202", "M", "220428"), ""},
		"all":             {zone("PO", "ZHANG", "SAN", "E12345678", "900203", "F", "220427"), "expires travel_document_expired, birth mrz_differs, sex mrz_differs, name mrz_differs"},
		"zone of another": {zone("PD", "WANG", "XIAOMING", "E12345678", "900202", "M", "300101"), "mrz travel_document_kind"},
		"number's form":   {zone("PO", "WANG", "XIAOMING", "X12345678", "900202", "M", "300101"), "number document_form"},
		"other number":    {typed(func(d *travel.Document) { d.Number = "E12345679" }), "number mrz_differs"},
		"other expiry":    {typed(func(d *travel.Document) { d.Expires = "2030-01-02" }), "expires mrz_differs"},
		"no day":          {typed(func(d *travel.Document) { d.Expires = "2030-02-30" }), "expires travel_document_expired"},
		"check digit":     {typed(func(d *travel.Document) { d.MRZ = swapped }), "mrz mrz_check_digit"},
		"one line":        {typed(func(d *travel.Document) { d.MRZ = d.MRZ[:44] }), "mrz mrz_shape"},
		"kind":            {typed(func(d *travel.Document) { d.Kind = "tourist" }), "kind travel_document_kind"},
	} {
		_, err := h.Travel.Issue(t.Context(), a, with(c.d))
		if got := fields(err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// The name of the certificate is the zone's, whatever way the passport writes it.
func TestNames(t *testing.T) {
	h := newHouse(t)
	for i, c := range []struct{ registered, surname, given, latin, want string }{
		{"吕布", "LYU", "BU", "", "吕|布"}, {"吕布", "LU", "BU", "", "吕|布"}, {"单雄信", "SHAN", "XIONGXIN", "", "单|雄信"},
		{"曾国藩", "ZENG", "GUOFAN", "", "曾|国藩"}, {"欧阳修", "OUYANG", "XIU", "", "欧阳|修"}, {"欧阳修", "OU", "YANGXIU", "", "欧|阳修"},
		{"诸葛孔明", "ZHUGE", "KONGMING", "", "诸葛|孔明"},
		{"阿不都热合曼·买买提", "ABDURAHMAN", "MAMAT", "Mamat Abdurahman", "阿不都热合曼·买买提|"},
		{"阿不都热合曼·买买提", "ABDURAHMAN", "MAMAT", "", "latin travel_name_latin"},
		{"阿不都热合曼·买买提", "ABDURAHMAN", "MAMAT", "Mamat Aliya", "name mrz_differs"},
		{"王小明", "LI", "XIAOMING", "Li Xiaoming", "name mrz_differs"},
		{"单雄信", "DAO", "XIONGXIN", "", "name mrz_differs"},
	} {
		who := servicetest.Someone{Name: c.registered, Document: servicetest.ID([]string{"110101199002020", "110101199002020"}[i%2] + string(rune('1'+2*(i/10))) + string(rune('0'+i%10))),
			Phone: "+86138000001" + string(rune('0'+i/10)) + string(rune('0'+i%10))}
		number := who.Document.Number
		sex := "F"
		if (number[16]-'0')%2 == 1 {
			sex = "M"
		}
		a := h.Register("beijing", who)
		h.checked(a.Person)
		id := "n" + number
		h.Learn(a.Person, `{"id":"`+id+`","source":"lab:bj-1","kind":"test","time":"2022-04-27T10:00:00+08:00","analyte":"nucleic-acid","result":"negative"}`)
		r := request(healthcode.FactRef{Source: "lab:bj-1", ID: id})
		passportNumber := "E1000000" + string(rune('0'+i%10))
		r.Document = travel.Document{Kind: "ordinary", Latin: c.latin, MRZ: mrz("PO", c.surname, c.given, passportNumber, "900202", sex, "300101")}
		list, err := h.Travel.Issue(t.Context(), a, r)
		got := fields(err)
		if err == nil {
			d, err := certificate.Decode(list[0].Text)
			h.Must(err)
			dcc, err := d.DCC()
			h.Must(err)
			got = dcc.Name.Surname + "|" + dcc.Name.Forename
			if dcc.Name.SurnameMachine != c.surname || dcc.Name.ForenameMachine != c.given {
				t.Errorf("%s: %+v isn't the zone's name", c.registered, dcc.Name)
			}
		}
		if got != c.want {
			t.Errorf("%s as %s %s: %q, want %q", c.registered, c.surname, c.given, got, c.want)
		}
	}
}

// Nobody gets a certificate with the passport of somebody else who is registered with it.
func TestAnothersPassport(t *testing.T) {
	h := newHouse(t)
	a := h.wang()
	h.Register("beijing", servicetest.Someone{Name: "李四光", Phone: "+8613800000055", Birth: "1990-02-02",
		Document: healthcode.Document{Type: healthcode.DocumentChinesePassport, Number: "E12345678"}})
	_, err := h.Travel.Issue(t.Context(), a, request(nucleic))
	if got := fields(err); got != "number "+string(travel.CodeNotOwn) {
		t.Errorf("%s", got)
	}
}
