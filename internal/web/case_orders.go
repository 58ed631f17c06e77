package web

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"healthcode"
	"healthcode/internal/casework"
)

// maxOrders bounds an upload of work orders, in bytes: some 300,000 lines.
const maxOrders = 64 << 20

// refusedListed is how many refused lines the page lists.
const refusedListed = 200

var hotline = []healthcode.Role{healthcode.RoleHotline, healthcode.RoleCaseworker}

func (s *Server) orderRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/orders", Roles: caseworkers, Handler: ofStaff(ordersPage)},
		{Method: http.MethodPost, Pattern: "/staff/orders", Roles: caseworkers, Handler: ofStaff(uploadOrders), MaxBody: maxOrders},
		{Method: http.MethodGet, Pattern: "/staff/hotline", Roles: hotline, Handler: ofStaff(hotlinePage)},
		{Method: http.MethodPost, Pattern: "/staff/hotline", Roles: hotline, Handler: ofStaff(takeCall)},
	}
}

// ordersReport is what became of an upload.
type ordersReport struct {
	counts  map[string]int
	refused []casework.OrderResult
	errors  []fieldError
}

func ordersPage(c *call) error {
	return c.page(http.StatusOK, ordersView(c.view(), ordersReport{}))
}

// uploadOrders reads the file as it arrives. Its answer begins when all of it was read: a browser that is still
// sending doesn't listen.
func uploadOrders(c *call) error {
	if err := http.NewResponseController(c.w).SetReadDeadline(time.Time{}); err != nil {
		c.server.Log.DebugContext(c.ctx, "a long upload keeps its deadline", "error", err)
	}
	parts, err := c.r.MultipartReader()
	if err != nil {
		return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm, Err: err}
	}
	as := ""
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return c.page(http.StatusUnprocessableEntity, ordersView(c.view(), ordersReport{errors: []fieldError{{"file", textAreasNoFile}}}))
		}
		if err != nil {
			return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm, Err: err}
		}
		switch part.FormName() {
		case "as":
			value, err := io.ReadAll(io.LimitReader(part, 16))
			if err != nil {
				return err
			}
			as = string(value)
		case "file":
			if as == "csv" {
				return c.ordersAsFile(part)
			}
			return c.ordersAsPage(part)
		}
	}
}

func (c *call) ordersAsPage(file io.Reader) error {
	report := ordersReport{counts: map[string]int{}}
	err := c.server.Cases.Orders(c.ctx, c.actor, file, func(r casework.OrderResult) error {
		report.counts[r.Result]++
		if r.Result == casework.OrderRefused && len(report.refused) < refusedListed {
			report.refused = append(report.refused, r)
		}
		return nil
	})
	if err != nil {
		if report.errors = formErrors(err); report.errors == nil {
			return err
		}
		return c.page(statusOf(err), ordersView(c.view(), report))
	}
	return c.page(http.StatusOK, ordersView(c.view(), report))
}

// ordersAsFile keeps the results, which name nobody, in a file until the upload has ended.
func (c *call) ordersAsFile(upload io.Reader) error {
	file, err := os.CreateTemp("", "healthcode-orders-")
	if err != nil {
		return fmt.Errorf("keeping the results of work orders: %w", err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	w := csv.NewWriter(file)
	w.Write([]string{"line", "result", "case", "text"})
	err = c.server.Cases.Orders(c.ctx, c.actor, upload, func(r casework.OrderResult) error {
		return w.Write([]string{strconv.Itoa(r.Line), r.Result, r.Case, r.Text.In(c.lang)})
	})
	if w.Flush(); err == nil {
		err = w.Error()
	}
	if err != nil {
		if errors := formErrors(err); errors != nil {
			return c.page(statusOf(err), ordersView(c.view(), ordersReport{errors: errors}))
		}
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading the results of work orders: %w", err)
	}
	c.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	c.w.Header().Set("Content-Disposition", `attachment; filename="results.csv"`)
	io.Copy(c.w, file) // who went away doesn't miss it
	return nil
}

// hotlineForm is what an agent types for a caller.
type hotlineForm struct {
	kind, number, country, says, once string
	done                              bool
	cases                             []healthcode.Case
	errors                            []fieldError
}

// onceOnly is the id of a form that counts once, however often it is sent.
func onceOnly() string {
	b := make([]byte, 12)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func hotlinePage(c *call) error {
	return c.page(http.StatusOK, hotlineView(c.view(), hotlineForm{kind: string(healthcode.DocumentID), once: onceOnly()}))
}

func takeCall(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	f := hotlineForm{kind: c.value("document.type"), number: c.value("document.number"), country: c.value("document.country"),
		says: c.value("statement"), once: c.value("once")}
	if len(f.once) < 8 || len(f.once) > 32 {
		return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm}
	}
	var err error
	f.cases, err = c.server.Cases.Call(c.ctx, c.actor, healthcode.Document{Type: healthcode.DocumentType(f.kind), Number: f.number, Country: f.country}, f.once, f.says)
	if err != nil {
		if f.errors = formErrors(err); f.errors == nil {
			return err
		}
		return c.page(statusOf(err), hotlineView(c.view(), f))
	}
	return c.page(http.StatusOK, hotlineView(c.view(), hotlineForm{kind: f.kind, once: onceOnly(), done: true, cases: f.cases}))
}
