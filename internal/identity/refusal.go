package identity

import (
	"fmt"
	"maps"
	"slices"

	"healthcode"
)

// refusal is what one code says. The texts are formats for the same arguments.
type refusal struct {
	class  healthcode.Code
	zh, en string
}

var refusals = join(documentRefusals, nameRefusals, mrzRefusals, photoRefusals,
	phoneRefusals, codeRefusals, relationRefusals)

func join(tables ...map[healthcode.Code]refusal) map[healthcode.Code]refusal {
	all := map[healthcode.Code]refusal{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// refuse returns the refusal of a field, its texts filled with args.
func refuse(code healthcode.Code, field string, args ...any) *healthcode.Error {
	r := refusals[code]
	return &healthcode.Error{Code: code, Field: field, Text: healthcode.Text{
		ZH: fmt.Sprintf(r.zh, args...),
		EN: fmt.Sprintf(r.en, args...),
	}}
}

// Codes lists every code with which this package refuses, in order.
func Codes() []healthcode.Code {
	return slices.Sorted(maps.Keys(refusals))
}

// Class returns the shared code (invalid, denied, conflict, too_many, expired)
// of which a code of this package is a case, for the edge that chooses a
// status. It returns any other code as it is.
func Class(code healthcode.Code) healthcode.Code {
	if r, ok := refusals[code]; ok {
		return r.class
	}
	return code
}
