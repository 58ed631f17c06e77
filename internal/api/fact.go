package api

import (
	"github.com/danielgtaylor/huma/v2"

	"healthcode"
)

// factBody is a fact in its contract form, which a struct can't describe: its fields depend on its kind.
type factBody struct{ healthcode.Fact }

// Schema describes every field of every kind.
func (factBody) Schema(r huma.Registry) *huma.Schema {
	const name = "Fact"
	if r.Map()[name] == nil {
		r.Map()[name] = factSchema()
	}
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

func factSchema() *huma.Schema {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	moment := func(doc string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Format: "date-time", Description: doc}
	}
	list := func(doc string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}, Description: doc}
	}
	kinds := &huma.Schema{Type: huma.TypeString, Description: "Which other fields there are depends on it"}
	properties := map[string]*huma.Schema{
		"id": text("Unique within the source"), "source": text("Who says so, such as lab:bj-0007"), "kind": kinds,
		"time": moment("When it was true"), "from": moment("Of a span"), "to": moment("Of a span; absent while it goes on"),
		"recorded": moment("When the system learned it"), "covers": moment("Of a lift: facts recorded up to this time"),
		"symptoms": list(""), "visited": list("Of a declaration: county codes"),
		"person": {Type: huma.TypeObject, Description: "Whom the fact is about, named by a document", Properties: map[string]*huma.Schema{
			"document": {Type: huma.TypeObject, Required: []string{"type", "number"}, Properties: map[string]*huma.Schema{
				"type": text(""), "number": text(""), "country": text("Of a foreign passport")}}}},
		"retracts": {Type: huma.TypeObject, Description: "The fact that is taken back", Required: []string{"source", "id"},
			Properties: map[string]*huma.Schema{"source": text(""), "id": text("")}},
		"completed": {Type: huma.TypeBoolean}, "verified": {Type: huma.TypeBoolean},
		"dose": {Type: huma.TypeInteger}, "doses": {Type: huma.TypeInteger}, "phones": {Type: huma.TypeInteger},
	}
	for _, kind := range healthcode.Kinds {
		kinds.Enum = append(kinds.Enum, string(kind))
		for _, field := range kind.Fields() {
			if properties[field.Name] == nil {
				properties[field.Name] = text("")
			}
		}
	}
	return &huma.Schema{Type: huma.TypeObject, Description: "A dated fact about one person", Required: []string{"id", "source", "kind"}, Properties: properties}
}
