package policy

import (
	"fmt"
	"reflect"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"healthcode"
)

// condition is a compiled CEL expression over fact, it and areas. See docs/policy.md
// for the fields and functions. A nil *condition always holds.
type condition struct {
	source  string
	ast     *cel.Ast
	program cel.Program
	fast    func(*scope) bool // the same, lowered; nil where it can't be
	pairs   bool              // it speaks of fact, so a seek must ask it anew for each one
}

// fieldNames are the CEL names of the fields of a fact. Whatever isn't here can't be an
// input of a rule: ids, names, documents, and the texts that officers write.
var fieldNames = map[string]string{
	"Source": "source", "Kind": "kind", "Time": "time", "From": "from", "To": "to", "Recorded": "recorded",
	"Analyte": "analyte", "Result": "result", "Lab": "lab", "Product": "product", "Dose": "dose", "Doses": "doses",
	"Lot": "lot", "Class": "class", "Symptoms": "symptoms", "Area": "area", "Evidence": "evidence", "Port": "port",
	"Origin": "origin", "Place": "place", "Completed": "completed", "Verified": "verified", "Category": "category",
	"Visited": "visited", "Phones": "phones",
}

// areasType is the CEL type of the variable areas.
var areasType = cel.OpaqueType("areas")

// areasVal carries the area history into an expression.
type areasVal struct{ *Areas }

func (areasVal) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("areas can't become %v", t)
}
func (v areasVal) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("areas can't become %v", t)
}
func (v areasVal) Equal(other ref.Val) ref.Val { return types.Bool(other == ref.Val(v)) }
func (areasVal) Type() ref.Type                { return areasType }
func (v areasVal) Value() any                  { return v.Areas }

// environments builds the CEL environment once per time zone.
var environments sync.Map // string → func() (*cel.Env, error)

func environment(loc *time.Location) (*cel.Env, error) {
	build, _ := environments.LoadOrStore(loc.String(), sync.OnceValues(func() (*cel.Env, error) {
		return newEnvironment(loc)
	}))
	return build.(func() (*cel.Env, error))()
}

func newEnvironment(loc *time.Location) (*cel.Env, error) {
	fact := cel.ObjectType("healthcode.Fact")
	span := func(name string, unit time.Duration) cel.EnvOption {
		return cel.Function(name, cel.Overload(name+"_int", []*cel.Type{cel.IntType}, cel.DurationType,
			cel.UnaryBinding(func(n ref.Val) ref.Val {
				if !reasonable(n) {
					return types.NewErr("%s: %v is no such number", name, n)
				}
				return types.Duration{Duration: time.Duration(n.(types.Int)) * unit}
			})))
	}
	level := func(name string, of func(*Areas, string, time.Time) healthcode.Level) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload("areas_"+name,
			[]*cel.Type{areasType, cel.StringType, cel.TimestampType}, cel.StringType,
			cel.FunctionBinding(func(args ...ref.Val) ref.Val {
				at := args[2].(types.Timestamp).Time
				return types.String(of(args[0].(areasVal).Areas, string(args[1].(types.String)), at))
			})))
	}
	return cel.NewEnv(
		cel.ParserExpressionSizeLimit(maxSource),
		ext.NativeTypes(reflect.TypeFor[healthcode.Fact](), ext.ParseStructField(func(f reflect.StructField) string {
			if name, ok := fieldNames[f.Name]; ok {
				return name
			}
			return "-"
		})),
		cel.Variable("fact", fact),
		cel.Variable("it", fact),
		cel.Variable("areas", areasType),
		span("hours", time.Hour),
		level("level", (*Areas).Level),
		level("city_level", (*Areas).CityLevel),
		cel.Function("full_days_after", cel.Overload("full_days_after_time_int",
			[]*cel.Type{cel.TimestampType, cel.IntType}, cel.TimestampType,
			cel.BinaryBinding(func(t, n ref.Val) ref.Val {
				if !reasonable(n) {
					return types.NewErr("full_days_after: %v is no such number", n)
				}
				return types.Timestamp{Time: dayEnd(t.(types.Timestamp).Time, int(n.(types.Int)), loc)}
			}))),
		cel.Function("local_days", cel.Overload("local_days_time_time",
			[]*cel.Type{cel.TimestampType, cel.TimestampType}, cel.IntType,
			cel.BinaryBinding(func(a, b ref.Val) ref.Val {
				return types.Int(localDays(a.(types.Timestamp).Time, b.(types.Timestamp).Time, loc))
			}))),
	)
}

// reasonable keeps numbers of hours and days away from what a time can't hold.
func reasonable(n ref.Val) bool { return n.(types.Int) >= -1e6 && n.(types.Int) <= 1e6 }

// localDays counts the midnights between two instants.
func localDays(a, b time.Time, loc *time.Location) int {
	day := func(t time.Time) int64 {
		y, m, d := t.In(loc).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
	}
	return int(day(b) - day(a))
}

// Bounds of a condition: the characters of its source, and the steps that it
// may take where a fact's lists and texts have maxSize elements.
const (
	maxSource = 4_000
	maxCost   = 100_000
	maxSize   = 64
)

// sizes estimates the sizes that the cost of a condition depends on.
type sizes struct{}

func (sizes) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	if size := node.ComputedSize(); size != nil {
		return size
	}
	return &cost.SizeEstimate{Max: maxSize}
}

func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// compileCondition compiles source, or returns nil for "".
func compileCondition(source string, loc *time.Location) (*condition, error) {
	if source == "" {
		return nil, nil
	}
	env, err := environment(loc)
	if err != nil {
		return nil, err
	}
	ast, issues := env.Compile(source)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	if !ast.OutputType().IsExactType(cel.BoolType) {
		return nil, fmt.Errorf("a condition must be true or false; this one is a %s", ast.OutputType())
	}
	estimate, err := env.EstimateCost(ast, sizes{})
	if err != nil {
		return nil, err
	}
	if estimate.Max > maxCost {
		return nil, fmt.Errorf("this can take %d steps for one fact, and %d are the most; look at fewer combinations", estimate.Max, maxCost)
	}
	program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, err
	}
	c := &condition{source: source, ast: ast, program: program, fast: lower(ast.NativeRep().Expr(), loc)}
	c.pairs = c.speaksOf("fact")
	return c, nil
}

// scope is the activation of one evaluation; it is reused from match to match.
type scope struct {
	fact, it *healthcode.Fact
	areas    *Areas
	vars     [maxVars]string // of a lowered condition
}

func (s *scope) ResolveName(name string) (any, bool) {
	switch name {
	case "fact":
		return s.fact, s.fact != nil
	case "it":
		return s.it, s.it != nil
	case "areas":
		return areasVal{s.areas}, true
	}
	return nil, false
}

func (s *scope) Parent() cel.Activation { return nil }

// holds evaluates the condition. An expression that fails, such as an index
// out of range, doesn't hold: it must not raise anything against a person.
func (c *condition) holds(s *scope) bool {
	switch {
	case c == nil:
		return true
	case c.fast != nil:
		return c.fast(s)
	}
	out, _, err := c.program.Eval(s)
	return err == nil && out == types.True
}
