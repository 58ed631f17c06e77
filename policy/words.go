package policy

import (
	"fmt"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"healthcode"
)

// words puts conditions into the words of one language.
type words struct {
	lang  healthcode.Language
	pairs bool // the condition speaks of two facts
}

// say returns what a Text says, with its arguments filled in.
func (w words) say(zh, en string, args ...any) string {
	return fmt.Sprintf(healthcode.Text{ZH: zh, EN: en}.In(w.lang), args...)
}

// term returns the word for a kind, a field or a value; what has none is shown as it is.
func (w words) term(id string) string {
	if t, ok := terms[id]; ok {
		return t.In(w.lang)
	}
	return id
}

// condition returns a condition in words, or as it is written where it says
// something for which there are none.
func (w words) condition(c *condition) string {
	w.pairs = c.pairs && c.speaksOf("it")
	if s, ok := w.expr(c.ast.NativeRep().Expr()); ok {
		return s
	}
	return "`" + strings.Join(strings.Fields(c.source), " ") + "`"
}

// expr returns an expression in words; ok is false where there are none.
func (w words) expr(e ast.Expr) (s string, ok bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent(), true
	case ast.LiteralKind:
		return w.literal(e)
	case ast.SelectKind:
		return w.field(e)
	case ast.ListKind:
		return w.elements(e)
	case ast.ComprehensionKind:
		return w.exists(e.AsComprehension())
	case ast.CallKind:
		return w.call(e.AsCall())
	}
	return "", false
}

func (w words) literal(e ast.Expr) (string, bool) {
	switch v := e.AsLiteral().(type) {
	case types.String:
		return w.term(string(v)), true
	case types.Int:
		return strconv.FormatInt(int64(v), 10), true
	}
	return "", false
}

func (w words) elements(e ast.Expr) (string, bool) {
	var parts []string
	for _, element := range e.AsList().Elements() {
		part, ok := w.expr(element)
		if !ok {
			return "", false
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, w.say("、", ", ")), true
}

func (w words) field(e ast.Expr) (string, bool) {
	variable, name, ok := field(e)
	if !ok {
		return "", false
	}
	known := e.AsSelect().IsTestOnly()
	s := w.term(name)
	if w.pairs {
		s = map[string]string{"it": w.say("其%s", "its %s", s), "fact": w.say("原事实的%s", "the first fact's %s", s)}[variable]
	}
	if known {
		return w.say("已知%s", "%s is known", s), true
	}
	return s, s != ""
}

// exists reads list.exists(x, …): "some of the list …".
func (w words) exists(c ast.ComprehensionExpr) (string, bool) {
	list, ok := w.expr(c.IterRange())
	step := c.LoopStep()
	if !ok || step.Kind() != ast.CallKind || step.AsCall().FunctionName() != operators.LogicalOr {
		return "", false
	}
	body := step.AsCall().Args()[1]
	if body.Kind() == ast.CallKind && body.AsCall().FunctionName() == operators.In &&
		body.AsCall().Args()[0].Kind() == ast.IdentKind && body.AsCall().Args()[0].AsIdent() == c.IterVar() {
		of, ok := w.expr(body.AsCall().Args()[1])
		return w.say("%s包括以下任一项：%s", "%s include any of %s", list, of), ok
	}
	test, ok := w.expr(body)
	return w.say("%[1]s中有一项%[2]s满足：%[3]s", "for some %[2]s of %[1]s, %[3]s", list, c.IterVar(), test), ok
}

// relations are the words for functions of two arguments.
var relations = map[string]healthcode.Text{
	operators.LogicalAnd:    {ZH: "%s，且%s", EN: "%s and %s"},
	operators.LogicalOr:     {ZH: "%s，或%s", EN: "%s or %s"},
	operators.Equals:        {ZH: "%s为%s", EN: "%s is %s"},
	operators.NotEquals:     {ZH: "%s不是%s", EN: "%s is not %s"},
	operators.In:            {ZH: "%s为%s之一", EN: "%s is one of %s"},
	operators.GreaterEquals: {ZH: "%s不早于（不小于）%s", EN: "%s is no earlier (no less) than %s"},
	operators.LessEquals:    {ZH: "%s不晚于（不大于）%s", EN: "%s is no later (no more) than %s"},
	operators.Greater:       {ZH: "%s晚于（大于）%s", EN: "%s is later (more) than %s"},
	operators.Less:          {ZH: "%s早于（小于）%s", EN: "%s is earlier (less) than %s"},
	operators.Add:           {ZH: "%s加%s", EN: "%s plus %s"},
	operators.Subtract:      {ZH: "%s减%s", EN: "%s minus %s"},
	"full_days_after":       {ZH: "%s之后满%s天的次日零点", EN: "00:00 after %[2]s full days from %[1]s"},
	"local_days":            {ZH: "%s至%s的天数", EN: "the days from %s to %s"},
	"level":                 {ZH: "%s在%s的等级", EN: "the level of %s at %s"},
	"city_level":            {ZH: "%s所在城市在%s的最高等级", EN: "the highest level in the city of %s at %s"},
}

// call reads an operator or a function.
func (w words) call(c ast.CallExpr) (string, bool) {
	args := c.Args()
	if c.IsMemberFunction() && !(c.Target().Kind() == ast.IdentKind && c.Target().AsIdent() == "areas") {
		args = append([]ast.Expr{c.Target()}, args...)
	}
	var parts []any
	for _, arg := range args {
		part, ok := w.expr(arg)
		if !ok {
			return "", false
		}
		if logical(c.FunctionName()) && arg.Kind() == ast.CallKind && logical(arg.AsCall().FunctionName()) && arg.AsCall().FunctionName() != c.FunctionName() {
			part = w.say("（%s）", "(%s)", part)
		}
		parts = append(parts, part)
	}
	if t, ok := relations[c.FunctionName()]; ok && len(parts) == 2 {
		return w.say(t.ZH, t.EN, parts...), true
	}
	switch {
	case c.FunctionName() == operators.LogicalNot && len(parts) == 1:
		return w.say("并非（%s）", "not (%s)", parts...), true
	case c.FunctionName() == "hours" && len(parts) == 1:
		return w.say("%s小时", "%s hours", parts...), true
	case c.FunctionName() == "size" && len(parts) == 1:
		return w.say("%s的项数", "the number of %s", parts...), true
	}
	return "", false
}

func logical(function string) bool {
	return function == operators.LogicalAnd || function == operators.LogicalOr
}
