package casework_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/casework"
	"healthcode/internal/servicetest"
)

func orders(h *servicetest.House, file io.Reader) (results []casework.OrderResult) {
	h.Helper()
	h.Must(h.Cases.Orders(h.Context(), first, file, func(r casework.OrderResult) error {
		results = append(results, r)
		return nil
	}))
	return results
}

func TestWorkOrders(t *testing.T) {
	h, who := desk(t)
	c := one(h, who)
	file := "document,reason,area,note\n" +
		servicetest.Zhang.Document.Number + ",association,110106,派单一\n" + // joins the open case
		servicetest.Li.Document.Number + ",3,110106,派单二\n" +
		servicetest.Li.Document.Number + ",3,110106,派单三\n" + // the second about the same
		servicetest.Li.Document.Number + ",3,110106,派单三\n" + // twice
		"110101198001010011,3,110106,证件错\n" +
		servicetest.Wang.Document.Number + ",weather,110106,原因错\n" +
		servicetest.Wang.Document.Number + ",3,11,地区错\n" +
		servicetest.Wang.Document.Number + ",3,,\n" +
		"a\"b,3\n" +
		servicetest.Wang.Document.Number + ",risk-area,,\"两行\n的说明\"\n"
	want := "2joined 3opened 4joined 5duplicate 6refused 7refused 8refused 9refused 10refused 11opened "
	again := "2duplicate 3duplicate 4duplicate 5duplicate 6refused 7refused 8refused 9refused 10refused 11duplicate "
	for _, want := range []string{want, again} {
		got := ""
		for _, r := range orders(h, strings.NewReader(file)) {
			got += fmt.Sprint(r.Line, r.Result, " ")
			if (r.Result == casework.OrderRefused) != r.Text.Complete() || (r.Result == casework.OrderRefused) != (r.Case == "") {
				t.Errorf("result %+v", r)
			}
		}
		if got != want {
			t.Errorf("results\n got %s\nwant %s", got, want)
		}
	}
	if again := one(h, who); again.ID != c.ID || again.Origin != healthcode.OriginHold {
		t.Errorf("case %+v", again)
	}
	q, err := h.Cases.Queue(t.Context(), first, healthcode.CaseFilter{})
	h.Must(err)
	if len(q.Cases) != 3 {
		t.Errorf("%d cases in the queue", len(q.Cases))
	}
	// An order holds nobody: it ends when somebody has carried it out.
	order := q.Cases[len(q.Cases)-1]
	for _, c := range q.Cases {
		if c.Origin == healthcode.OriginWorkOrder {
			order = c
		}
	}
	h.Must(h.Cases.Assign(t.Context(), first, seen(order), first.Staff))
	h.Must(h.Cases.CloseOrder(t.Context(), first, seen(open(h, first, order.ID).Case), "已电话核实，未到过。"))
	if c := open(h, first, order.ID).Case; c.Outcome != healthcode.OutcomeClosed {
		t.Errorf("order %+v", c)
	}
}

func TestWorkOrdersHeader(t *testing.T) {
	h, _ := desk(t)
	for _, file := range []string{"", "document,reason,area\n", "a,b,c,d\n", "\"x"} {
		err := h.Cases.Orders(t.Context(), first, strings.NewReader(file), func(casework.OrderResult) error { return nil })
		h.WantCode(err, healthcode.CodeInvalid)
	}
}

// lines writes n work orders as they are read.
type lines struct{ n, i int }

func (l *lines) Read(p []byte) (int, error) {
	if l.i > l.n {
		return 0, io.EOF
	}
	line := "document,reason,area,note\n"
	if l.i > 0 {
		line = fmt.Sprintf("%s,3,110106,第 %d 单：%s\n", servicetest.ID(fmt.Sprintf("11010119%02d01%02d%04d0", 50+l.i%40, 1+l.i%28, l.i%10000)[:17]+"0").Number, l.i, strings.Repeat("x", 200))
	}
	l.i++
	return copy(p, line), nil
}

// TestManyWorkOrders reads more than could be meant to stay in memory.
func TestManyWorkOrders(t *testing.T) {
	h, _ := desk(t)
	const n = 3000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	done := 0
	h.Must(h.Cases.Orders(t.Context(), first, &lines{n: n}, func(r casework.OrderResult) error {
		if done++; r.Result == casework.OrderRefused {
			t.Fatalf("line %d: %s", r.Line, r.Text.EN)
		}
		return nil
	}))
	runtime.GC()
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d orders in %v; the heap grew by %d KiB", done, time.Since(began), grown>>10)
	if done != n || grown > 24<<20 {
		t.Errorf("%d orders, heap %d", done, grown)
	}
}
