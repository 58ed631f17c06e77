package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"healthcode/internal/status"
)

// printPaper makes a code on paper and returns the page and what is in its QR code.
func (v *browser) printPaper(path string) (p *page, text string) {
	v.t.Helper()
	v.submit(v.get(path, 200), `main form`, nil, 200)
	p = v.post(path, nil, 200)
	return p, p.one("main input[name=code]").attr("value")
}

// The paper says in both languages what it is, and shows neither a state nor a name that can be read.
func TestPaperIsPrinted(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	link := "/in/beijing/offline"
	if !strings.Contains(v.get("/in/beijing/code", 200).source, `href="`+link+`"`) {
		t.Error("the code page doesn't lead to the code on paper")
	}
	p, text := v.printPaper(link)
	paper := p.text("[data-paper]")
	for _, want := range []string{"张*", "2022年10月25日 前有效", "Valid until 25 October 2022", in("zh", textPaperUse), in("en", textPaperUse)} {
		if !strings.Contains(paper, want) {
			t.Errorf("the paper doesn't say %q: %s", want, paper)
		}
	}
	for _, secret := range []string{"绿", "Green", zhang.name, zhang.number, zhang.phone} {
		if strings.Contains(paper, secret) {
			t.Errorf("the paper says %q", secret)
		}
	}
	if len(p.all("[data-paper] svg")) != 1 || !status.IsOffline(text) {
		t.Errorf("the code on the paper: %q", text)
	}

	r, err := v.client.PostForm(v.http.URL+link+"/pdf", url.Values{"code": {text}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(string(data), "%PDF-") {
		t.Errorf("the PDF: %d, %s, %v", r.StatusCode, r.Header.Get("Content-Type"), err)
	}
	other := s.register("beijing", anna)
	other.post(link+"/pdf", url.Values{"code": {text}}, 404)

	p = v.post(link+"/lost", nil, 200)
	if !strings.Contains(p.text("main"), in("zh", textPaperLost)) || strings.Contains(p.text("main"), in("zh", textPaperLose)) {
		t.Errorf("after it was reported lost: %s", p.text("main"))
	}
	v.post(link+"/pdf", url.Values{"code": {text}}, 404)
	if n := len(p.all(".rows li")); n != 2 {
		t.Errorf("%d papers are listed, want 2", n)
	}
}

// The public check reads no paper, and says so.
func TestPublicCheckReadsNoPaper(t *testing.T) {
	s := newSite(t)
	_, text := s.register("beijing", zhang).printPaper("/in/beijing/offline")
	for _, shown := range []string{text, "HCO1:000000000000000000000000"} {
		if got := s.browser().post("/check", url.Values{"pass": {shown}}, 200).text(".answer"); !strings.Contains(got, in("en", textPaperUnread)) && !strings.Contains(got, in("zh", textPaperUnread)) {
			t.Errorf("%s: %s", shown, got)
		}
	}
}

// Who was allowed to show the code prints it; nobody else does.
func TestPaperOfAnother(t *testing.T) {
	s := newSite(t)
	asker, subject := s.register("tianjin", anna), s.register("tianjin", zhang)
	asker.ask("tianjin", "parent", zhang, 200)
	id := relationOf(asker.get("/in/tianjin/others", 200))
	link := "/in/tianjin/others/" + id + "/offline"
	asker.get(link, 404)
	asker.post(link, nil, 404)
	subject.post("/in/tianjin/others/"+id, url.Values{"do": {"consent"}}, 200)
	if !strings.Contains(asker.get("/in/tianjin/others/"+id+"/code", 200).source, `href="`+link+`"`) {
		t.Error("the other's code doesn't lead to the code on paper")
	}
	p, _ := asker.printPaper(link)
	if !strings.Contains(p.text("[data-paper]"), "张*") {
		t.Errorf("the paper says %s", p.text("[data-paper]"))
	}
	if looks := subject.get("/in/tianjin/looks", 200).text(".rows"); !strings.Contains(looks, in("zh", lookPurposes["offline"])) {
		t.Errorf("the looks say %s", looks)
	}
	subject.get(link, 404)
}

// TestMinorsLabel: the label is there to the day before the 17th birthday.
func TestMinorsLabel(t *testing.T) {
	const label = "未成年人照片未经人脸识别"
	if in("zh", textMinorNoFace) != label || in("en", textMinorNoFace) != "Minor's photo not verified by face recognition" {
		t.Errorf("the label is %+v", textMinorNoFace)
	}
	s := newSite(t)
	for _, c := range []struct {
		who  someone
		want bool
	}{
		{someone{name: "陈一", kind: "CN-ID", number: "110101200504290013", phone: "+8613800000011"}, true},  // 16 until tomorrow
		{someone{name: "陈二", kind: "CN-ID", number: "110101200504280018", phone: "+8613800000012"}, false}, // 17 today
	} {
		c.who.number = withCheckDigit(c.who.number)
		p := s.register("beijing", c.who).get("/in/beijing/code", 200)
		if got := strings.Contains(p.text(".pass"), label); got != c.want {
			t.Errorf("%s: the label is there: %v, want %v", c.who.number, got, c.want)
		}
	}
}

// withCheckDigit replaces the last digit by that of GB 11643.
func withCheckDigit(number string) string {
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(number[i]-'0')
	}
	return number[:17] + string("10X98765432"[sum%11])
}
