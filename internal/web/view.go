package web

import (
	"time"

	"healthcode"
	"healthcode/policy"
)

// view is what every template knows: language, time, place and who is signed in.
type view struct {
	lang   healthcode.Language
	now    time.Time      // in the jurisdiction's time zone
	policy *policy.Policy // nil on pages that belong to no jurisdiction
	place  string         // jurisdiction for the menu; "" where none is known
	actor  healthcode.Actor
	path   string
	assets *assets
	demo   bool
}

// say returns a text in the page's language, its verbs filled with args.
func (v view) say(t healthcode.Text, args ...any) string { return in(v.lang, t, args...) }

// day and moment write a time in the jurisdiction's time zone.
func (v view) day(t time.Time) string    { return day(v.lang, t.In(v.now.Location())) }
func (v view) moment(t time.Time) string { return moment(v.lang, t.In(v.now.Location())) }

// in makes the address of a page of the view's jurisdiction.
func (v view) in(path string) string { return place(v.policy.Jurisdiction, path) }

// signedIn reports whether a resident is signed in.
func (v view) signedIn() bool { return v.actor.Role == healthcode.RoleResident }

// ofStaff reports whether somebody is signed in who isn't a resident.
func (v view) ofStaff() bool { return v.actor.Role != "" && !v.signedIn() }

// other is the language that the switch offers.
func (v view) other() healthcode.Language {
	if v.lang == healthcode.ZH {
		return healthcode.EN
	}
	return healthcode.ZH
}

// product is the name of the jurisdiction's code, or of the product where none is chosen.
func (v view) product() string {
	if v.policy != nil {
		return v.say(v.policy.Name)
	}
	return v.say(textProduct)
}

// home is the page that the brand leads to: the person's own code where there is one.
func (v view) home() string {
	if v.ofStaff() {
		return "/staff"
	}
	if v.place != "" && v.signedIn() {
		return place(v.place, "code")
	}
	return "/"
}

// back is where the language switch returns to.
func (v view) back() string { return v.path }

type menuItem struct {
	path string
	text healthcode.Text
}

// menu lists what can be reached from every page.
func (v view) menu() []menuItem {
	if v.ofStaff() {
		return staffMenu(v.actor.Role)
	}
	var items []menuItem
	switch {
	case v.signedIn() && v.place != "":
		items = append(items,
			menuItem{place(v.place, "code"), textMyCode},
			menuItem{place(v.place, "report"), textReport},
			menuItem{place(v.place, "tests"), textTests},
			menuItem{place(v.place, "others"), textOthers},
			menuItem{place(v.place, "assist"), textAssist},
			menuItem{place(v.place, "notices"), textMyNotices},
			menuItem{place(v.place, "looks"), textLooks},
			menuItem{place(v.place, "changes"), textOwnChanges},
			menuItem{place(v.place, "declarations"), textDeclarations},
			menuItem{place(v.place, "disputes"), textDisputes},
			menuItem{place(v.place, "cases"), textOwnCases},
			menuItem{place(v.place, "certificates"), textTravel},
			menuItem{place(v.place, "account"), textAccount})
	case v.actor.Role == "" && v.place != "":
		items = append(items, menuItem{place(v.place, "sign-in"), textSignIn})
	}
	if v.place != "" {
		items = append(items, menuItem{place(v.place, "help"), textHelp}, menuItem{place(v.place, "board"), textBoard}, menuItem{place(v.place, "labs"), textLabs})
	}
	items = append(items, menuItem{"/check", textCheckCode}, menuItem{"/verify", textVerify}, menuItem{"/plan", textPlan}, menuItem{"/changes", textCounts}, menuItem{"/?choose=1", textPlaces})
	if v.demo {
		items = append(items, menuItem{"/demo/outbox", textOutbox})
	}
	return items
}

// states lists every state that the policy has, the worst first, green last.
func (v view) states() []policy.State {
	var all []policy.State
	for i, c := range v.policy.Colours {
		if i == len(v.policy.Colours)-1 && len(v.policy.Holds) > 0 {
			all = append(all, v.policy.Held)
		}
		all = append(all, c.State)
	}
	return all
}
