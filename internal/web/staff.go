package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
)

// Who may use the pages of staff.
var (
	checkpoints    = []healthcode.Role{healthcode.RoleCheckpoint}
	caseworkers    = []healthcode.Role{healthcode.RoleCaseworker}
	authorities    = []healthcode.Role{healthcode.RoleAuthority}
	auditors       = []healthcode.Role{healthcode.RoleAuditor}
	administrators = []healthcode.Role{healthcode.RoleAdministrator}
	staff          = healthcode.Roles[1:] // everybody but residents
)

func (s *Server) staffRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/sign-in", Handler: staffSignInPage},
		{Method: http.MethodPost, Pattern: "/staff/sign-in", Handler: staffSignIn},
		{Method: http.MethodGet, Pattern: "/staff", Roles: staff, Handler: ofStaff(staffHome)},
		{Method: http.MethodPost, Pattern: "/staff/sign-out-everywhere", Roles: staff, Handler: staffEndSessions},
	}
}

// staffSignInForm is what the page shows. The password is never sent back.
type staffSignInForm struct {
	name, next string
	errors     []fieldError
}

func staffSignInPage(c *call) error {
	return c.page(http.StatusOK, staffSignInView(c.view(), staffSignInForm{next: c.r.URL.Query().Get("next")}))
}

func staffSignIn(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	form := staffSignInForm{name: c.value("name"), next: c.value("next")}
	if err := c.allow(signInLimit); err != nil {
		return err
	}
	token, err := c.server.Access.SignIn(c.ctx, form.name, c.r.Form.Get("password"), device(c.r.UserAgent()))
	if err != nil {
		if form.errors = formErrors(err); form.errors == nil {
			return err
		}
		return c.page(statusOf(err), staffSignInView(c.view(), form))
	}
	if c.actor.Role != "" { // the old session ends where a new one replaces it
		if err := c.server.Access.SignOut(c.ctx, c.actor); err != nil {
			return err
		}
	}
	c.signIn(token, access.StaffSession)
	if next := local(form.next); strings.HasPrefix(next, "/staff/") || strings.HasPrefix(next, "/door") {
		return c.redirect(next)
	}
	return c.redirect("/staff")
}

// signInLimit bounds how often one address may try: a password takes 19 MiB and a good part of a second.
var signInLimit = identity.Limit{Action: "staff-sign-in", Per: identity.PerAddress, Window: time.Hour, Max: 300}

// allow counts what the caller's address does within a limit.
func (c *call) allow(l identity.Limit) error {
	n, err := c.server.Store.Count(c.ctx, l.Key(identity.AddressKey(c.address())), l.Start(c.now))
	if err != nil {
		return fmt.Errorf("counting %s: %w", l.Action, err)
	}
	return l.Check(n, c.now)
}

// ofStaff turns a page to the jurisdiction of the signed-in staff. Where no policy is in force any more,
// the last one says how things are called.
func ofStaff(handler func(*call) error) func(*call) error {
	return func(c *call) error {
		p, err := c.server.Status.Policy(c.actor.Jurisdiction)
		if err != nil {
			versions := c.server.Policies.Versions(c.actor.Jurisdiction)
			if len(versions) == 0 && c.actor.Role == healthcode.RoleConsular {
				return c.redirect("/mission") // a mission has no policy
			}
			if len(versions) == 0 {
				return err
			}
			p = versions[len(versions)-1]
		}
		c.policy = p
		return handler(c)
	}
}

// A staffTask is one thing that a role does.
type staffTask struct {
	path       string
	name, what healthcode.Text
}

// staffTasks lists what each role does, the main thing first.
var staffTasks = map[healthcode.Role][]staffTask{
	healthcode.RoleCheckpoint: {{"/door", textDoor, textTaskDoor}},
	healthcode.RoleCaseworker: {
		{"/staff/cases", textCases, textTaskCases},
		{"/staff/photos", textReviews, textTaskPhotos},
		{"/staff/disputes", textCaseDisputes, textTaskDisputes},
		{"/staff/changes", textChanges, textTaskChanges},
		{"/staff/phones", textLostPhones, textTaskLostPhones},
		{"/staff/phones/new", textNewMain, textTaskNewMain},
		{"/staff/presence", textPresence, textTaskPresence},
		{"/staff/certificates", textRevoking, textRevokingLead},
		{"/staff/orders", textOrders, textTaskOrders},
		{"/staff/hotline", textHotline, textTaskHotline},
		{"/staff/labs", textLabs, textTaskLabs},
	},
	healthcode.RoleAuthority: {
		{"/staff/areas", textAreas, textTaskAreas},
		{"/staff/labs", textLabs, textTaskLabs},
		{"/staff/policies", textPolicies, textTaskPolicies},
		{"/staff/board", textStaffBoard, textTaskBoard},
		{"/staff/changes", textChanges, textTaskChanges},
		{"/staff/certificates", textRevoking, textRevokingLead},
	},
	healthcode.RoleHotline: {{"/staff/hotline", textHotline, textTaskHotline}},
	healthcode.RoleConsular: {
		{"/mission", textMission, textTaskMission},
	},
	healthcode.RoleAuditor: {
		{"/staff/looks", textAudit, textTaskAudit},
		{"/staff/alarms", textAlarms, textTaskAlarms},
	},
	healthcode.RoleAdministrator: {
		{"/staff/accounts", textAccounts, textTaskAccounts},
		{"/staff/venues", textVenues, textTaskVenues},
		{"/staff/alarms", textAlarms, textTaskAlarms},
	},
}

// staffMenu lists what staff can reach from every page.
func staffMenu(role healthcode.Role) []menuItem {
	items := []menuItem{{"/staff", textStaffHome}}
	for _, t := range staffTasks[role] {
		items = append(items, menuItem{t.path, t.name})
	}
	return append(items, menuItem{"/check", textCheckCode})
}

func staffHome(c *call) error { return c.page(http.StatusOK, staffHomeView(c.view())) }

// staffEndSessions signs out everywhere, here too.
func staffEndSessions(c *call) error {
	if err := c.server.Access.EndSessions(c.ctx, c.actor); err != nil {
		return err
	}
	c.signIn("", 0)
	return c.redirect("/staff/sign-in")
}
