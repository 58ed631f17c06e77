package browser_test

import (
	"fmt"
	"strings"
	"testing"
)

// misfits lists what can't be read or reached: text that is cut off, controls
// outside the page or covered, and a page that has to be scrolled sideways.
const misfits = `(() => {
  const out = [], wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide + 1) out.push("the page is " + document.documentElement.scrollWidth + " px wide");
  const scrolls = e => { for (; e; e = e.parentElement) { const s = getComputedStyle(e).overflowX; if (s == "auto" || s == "scroll") return true; } return false; };
  const name = e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + "." + e.className + " " + (e.textContent || "").trim().slice(0, 40);
  for (const e of document.querySelectorAll("body *")) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (!e.checkVisibility({visibilityProperty: true}) || !box.width || !box.height || e.closest(".skip, .unseen, svg, [aria-hidden=true]")) continue;
    if (style.position == "absolute" && style.clipPath != "none") continue;
    const text = [...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim());
    if ((text || e.matches("a, button, input, select, textarea, summary")) && (box.left < -1 || box.right > wide + 1) && !scrolls(e)) out.push("outside: " + name(e));
    if (text && style.overflow != "visible" && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1) && style.overflowX != "auto") out.push("cut off: " + name(e));
    if (e.matches("a.button, button, input:not([type=hidden]), select, textarea, summary") && !e.disabled) {
      e.scrollIntoView({block: "center"});
      const b = e.getBoundingClientRect(), hit = document.elementFromPoint(b.left + b.width / 2, b.top + Math.min(b.height / 2, innerHeight / 2));
      if (hit && hit != e && !e.contains(hit) && !hit.contains(e) && !(e.labels && [...e.labels].some(l => l.contains(hit)))) out.push("covered: " + name(e) + " by " + name(hit));
    }
  }
  scrollTo(0, 0);
  return out.join("\n");
})()`

// stop is a page and who opens it.
type stop struct {
	name, path string
	resident   *signIn // nil: whoever is signed in
	staff      string
}

// stops lists every kind of page, signed in as whom it belongs to.
func stops(t *testing.T, d *demo) []stop {
	held := d.resident(t, "beijing", "several holds")
	orange := d.resident(t, "tianjin", "risk area")
	asked := d.resident(t, "beijing", "a refunded ticket")
	green := d.resident(t, "ningbo", "nothing known")
	list := []stop{
		{name: "start", path: "/?choose=1"},
		{name: "place", path: "/in/beijing/"},
		{name: "declaration", path: "/in/tianjin/declaration"},
		{name: "help", path: "/in/beijing/help"},
		{name: "sign-in", path: "/in/ningbo/sign-in"},
		{name: "check", path: "/check"},
		{name: "verify", path: "/verify"},
		{name: "boarding", path: "/boarding"},
		{name: "boarding-mission", path: "/boarding/at/frankfurt"},
		{name: "boarding-sign-in", path: "/boarding/sign-in?mission=frankfurt"},
		{name: "outbox", path: "/demo/outbox"},
		{name: "unknown", path: "/no/such/page"},
		{name: "staff-sign-in", path: "/staff/sign-in"},
		{name: "code-held", path: "/in/beijing/code", resident: &held},
		{name: "code-orange", path: "/in/tianjin/code", resident: &orange},
		{name: "code-question", path: "/in/beijing/code", resident: &asked},
		{name: "code-green", path: "/in/ningbo/code", resident: &green},
	}
	for _, page := range []string{"photo", "account", "account/name", "account/document", "looks", "declarations", "report", "report/trip", "others", "others/ask", "disputes", "tests", "results", "labs", "notices", "board", "assist", "offline"} {
		list = append(list, stop{name: strings.ReplaceAll(page, "/", "-"), path: "/in/beijing/" + page, resident: &held})
	}
	for name, paths := range map[string][]string{
		"door-tianjin-residential": {"/door"},
		"caseworker-beijing":       {"/staff", "/staff/photos", "/staff/disputes", "/staff/presence", "/staff/labs/bj-demo/edit"},
		"authority-beijing":        {"/staff", "/staff/areas", "/staff/policies", "/staff/board", "/staff/labs", "/staff/labs/new"},
		"auditor-beijing":          {"/staff", "/staff/looks"},
		"consular-frankfurt":       {"/mission", "/mission?state=accepted"},
		"administrator-beijing":    {"/staff", "/staff/accounts", "/staff/venues"},
	} {
		for _, path := range paths {
			list = append(list, stop{name: name + strings.ReplaceAll(path, "/", "-"), path: path, staff: name})
		}
	}
	return list
}

// TestPagesFit opens every page at 320 px, in both languages, with text at 100 and
// 300 %: nothing is hidden, cut off or unreachable, and axe-core finds nothing serious.
func TestPagesFit(t *testing.T) {
	d := startDemo(t)
	p := open(t, d, 320)
	for _, lang := range []string{"zh", "en"} {
		for _, s := range stops(t, d) {
			t.Run(lang+"/"+s.name, func(t *testing.T) {
				q := *p
				q.t = t
				q.reset()
				q.language(lang)
				if s.resident != nil {
					q.as(*s.resident)
				}
				if s.staff != "" {
					q.staffSignIn(d.staff(t, s.staff))
				}
				status := q.visit(s.path)
				if status >= 500 || status == 404 && s.name != "unknown" {
					t.Fatalf("%s answers %d", s.path, status)
				}
				q.accessible(s.path)
				for _, percent := range []int{100, 300} {
					q.enlarge(percent)
					if found := eval[string](&q, misfits); found != "" {
						t.Errorf("%s at %d %%:\n%s", s.path, percent, found)
					}
					q.shot(fmt.Sprintf("%s-%s-%d", s.name, lang, percent))
				}
			})
		}
	}
}

// TestMisfitsAreFound shows that the probe finds what it looks for.
func TestMisfitsAreFound(t *testing.T) {
	p := open(t, &demo{Address: "data:text/html,"}, 320)
	p.visit(`<div style="width:900px">wide</div><p style="width:50px;height:10px;overflow:hidden">a text that is cut off here</p><button style="position:absolute;top:200px;left:0">under</button><div style="position:absolute;top:190px;left:0;width:300px;height:60px;background:silver">over</div>`)
	found := eval[string](p, misfits)
	for _, want := range []string{"px wide", "cut off: p", "covered: button"} {
		if !strings.Contains(found, want) {
			t.Errorf("%q isn't in:\n%s", want, found)
		}
	}
}
