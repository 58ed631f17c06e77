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
	if v.policy != nil && v.signedIn() {
		return v.in("code")
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
	var items []menuItem
	if v.signedIn() && v.policy != nil {
		items = append(items,
			menuItem{v.in("code"), textMyCode},
			menuItem{v.in("report"), textReport},
			menuItem{v.in("others"), textOthers},
			menuItem{v.in("looks"), textLooks})
	}
	if v.signedIn() {
		items = append(items, menuItem{"/account", textAccount})
	}
	if v.actor.Role == "" {
		items = append(items, menuItem{"/sign-in", textSignIn})
	}
	items = append(items, menuItem{"/check", textCheckCode}, menuItem{"/", textHome})
	if v.demo {
		items = append(items, menuItem{"/demo/outbox", textOutbox})
	}
	return items
}
