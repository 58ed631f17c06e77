package api

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"healthcode"
)

// adapter catches the handler that huma makes of an operation. It mounts
// nothing: only the table does.
type adapter struct {
	handler http.Handler
}

func (a *adapter) Handle(op *huma.Operation, h func(huma.Context)) {
	a.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h(humago.NewContext(op, r, w)) })
}

func (a *adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

// newAPI returns huma without its own pages and without links to schemas in every answer.
func newAPI() huma.API {
	config := huma.DefaultConfig("Health Code API", Version)
	config.CreateHooks = nil
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.RejectUnknownQueryParameters = true
	config.Info.Description = "A health code: status from dated facts and a published policy, passes, doors, and the work around them. " +
		"Errors are problem documents (RFC 9457) with a stable `code`. Times are RFC 3339; areas are county codes of GB/T 2260."
	config.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer",
		Description: "The API token of a member of staff, or the token of a session."}}
	return huma.NewAPI(config, &adapter{})
}

// operation describes the route to huma.
func (r *Route) operation(status int, content map[string]*huma.MediaType) huma.Operation {
	op := huma.Operation{Method: r.Method, Path: r.Pattern, OperationID: r.id, Summary: r.summary, Description: r.description,
		DefaultStatus: status, MaxBodyBytes: r.maxBody, BodyReadTimeout: r.timeout, Tags: []string{r.tag()}}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = defaultBody
	}
	if op.BodyReadTimeout == 0 {
		op.BodyReadTimeout = defaultTimeout
	}
	if content != nil {
		op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: content}}
	}
	if !r.Public {
		op.Security = []map[string][]string{{"bearer": {}}}
		op.Extensions = map[string]any{"x-roles": roleNames(r.Roles)}
	}
	return op
}

// tag groups the operations of the document.
func (r *Route) tag() string {
	switch {
	case r.Public:
		return "public"
	case len(r.Roles) == 1:
		return string(r.Roles[0])
	case len(r.Roles) == len(healthcode.Roles):
		return "session"
	}
	return "feeds"
}

func roleNames(roles []healthcode.Role) []string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return names
}

// attach makes the route's handler, and adds to the document the body that the handler reads itself.
func (r *Route) attach(api huma.API) {
	if r.register == nil {
		return
	}
	r.register(r, api)
	r.handler = api.Adapter().(*adapter).handler
	if r.request == nil {
		return
	}
	content := make(map[string]*huma.MediaType, len(r.request))
	for t, schema := range r.request {
		content[t] = &huma.MediaType{Schema: schema}
	}
	item := api.OpenAPI().Paths[r.Pattern]
	op := map[string]*huma.Operation{http.MethodPost: item.Post, http.MethodPut: item.Put}[r.Method]
	op.RequestBody = &huma.RequestBody{Required: true, Content: content}
}

// schemaOf is the schema of an answer in bytes.
func schemaOf(mediaType string) *huma.Schema {
	switch {
	case strings.HasSuffix(mediaType, "json"):
		return &huma.Schema{Type: huma.TypeObject}
	case strings.HasPrefix(mediaType, "image/"):
		return &huma.Schema{Type: huma.TypeString, Format: "binary"}
	}
	return &huma.Schema{Type: huma.TypeString}
}
