package app

import (
	"context"
	"errors"
	"net/http"
	"sort"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/web"
)

// accessKey is where an operation's metadata holds its web.Access.
const accessKey = "access"

// apiRoutes turns the operations of all capabilities into routes, so that
// access to the API is declared and checked like that to every page.
func (a *App) apiRoutes() []web.Route {
	operations := &collector{handlers: map[string]http.HandlerFunc{}}
	api := humago.New(operations, a.apiConfig())
	a.Bulletin.API(api)
	for _, part := range a.parts {
		if part.API != nil {
			part.API(api)
		}
	}
	access, bodies := declared(api.OpenAPI()), bodyLimits(api.OpenAPI())
	var routes []web.Route
	for pattern, handler := range operations.handlers {
		method, path := splitPattern(pattern)
		route := web.Route{Method: method, Path: path, API: true, Access: access[pattern], Handle: plain(handler), MaxBody: bodies[pattern]}
		if _, operation := access[pattern]; !operation {
			route.Access, route.Versioned = web.Everyone, true // the description itself
		}
		routes = append(routes, route)
	}
	sort.Slice(routes, func(i, j int) bool { return routes[i].Pattern() < routes[j].Pattern() })
	return routes
}

func (a *App) apiConfig() huma.Config {
	c := huma.DefaultConfig("Dorflinde", Version)
	c.Info.Description = "Everything a municipality and its clubs publish, to read and to write. " +
		"Reading needs no key. Writing needs a token of an organisation: Authorization: Bearer dft_…"
	c.Info.License = &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"}
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/api/v1/openapi", "", ""
	c.CreateHooks = nil
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "Token of an organisation"}}
	c.Transformers = append(c.Transformers, a.explain)
	return c
}

// explain puts faults into words before they are sent.
func (a *App) explain(ctx huma.Context, _ string, v any) (any, error) {
	err, ok := v.(error)
	if !ok {
		return v, nil
	}
	var model *huma.ErrorModel
	if errors.As(err, &model) {
		if model.Status >= http.StatusInternalServerError {
			a.Log.Error("API request failed", "path", ctx.URL().Path, "error", err)
			return problemOf(ctx.Context(), model.Status, err), nil
		}
		return v, nil
	}
	return problemOf(ctx.Context(), web.Status(err), err), nil
}

// problemDocument is the answer to a request that failed (RFC 9457).
type problemDocument struct {
	Title  string          `json:"title"`
	Status int             `json:"status"`
	Detail string          `json:"detail"`
	Errors []problemDetail `json:"errors,omitempty"`
}

type problemDetail struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

// ContentType is the media type of problem documents.
func (problemDocument) ContentType(string) string { return "application/problem+json" }

func problemOf(ctx context.Context, status int, err error) problemDocument {
	p := problemDocument{Title: http.StatusText(status), Status: status, Detail: i18n.T(ctx, "fault.internal")}
	for i, f := range fault.All(err) {
		message := i18n.T(ctx, f.Key, f.Args...)
		if i == 0 {
			p.Detail = message
		}
		if f.Field != "" {
			p.Errors = append(p.Errors, problemDetail{Location: f.Field, Message: message})
		}
	}
	if status == http.StatusRequestEntityTooLarge {
		p.Detail = i18n.T(ctx, "fault.too_large")
	}
	return p
}

// bodyLimits reads how large the body of each operation may be, in bytes.
func bodyLimits(doc *huma.OpenAPI) map[string]int64 {
	out := map[string]int64{}
	for path, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Post, item.Put, item.Patch} {
			if op != nil {
				out[op.Method+" "+path] = op.MaxBodyBytes
			}
		}
	}
	return out
}

// collector takes the operations' handlers instead of a mux.
type collector struct{ handlers map[string]http.HandlerFunc }

// HandleFunc keeps one handler.
func (c *collector) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	c.handlers[pattern] = h
}

// ServeHTTP is never reached: the house's own router carries the requests.
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

// declared reads the access of each operation.
func declared(doc *huma.OpenAPI) map[string]web.Access {
	out := map[string]web.Access{}
	for path, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete, item.Head, item.Options} {
			if op == nil {
				continue
			}
			access, ok := op.Metadata[accessKey].(web.Access)
			if !ok {
				access = web.Access{} // refused by web.NewServer, which names the route
			}
			out[op.Method+" "+path] = access
		}
	}
	return out
}

func splitPattern(pattern string) (method, path string) {
	for i := range len(pattern) {
		if pattern[i] == ' ' {
			return pattern[:i], pattern[i+1:]
		}
	}
	return http.MethodGet, pattern
}
