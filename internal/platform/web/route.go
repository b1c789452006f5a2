// Package web carries requests to handlers: routes with a declared access,
// security headers, body limits, conditional answers, compression, and one
// place where an error becomes a page or a problem document.
package web

import (
	"net/http"
)

// Handler answers one request. A returned error becomes the answer; see Server.
type Handler func(http.ResponseWriter, *http.Request) error

// Level is the least a person must be for a route.
type Level int

// The levels. The zero value is no level: a route that forgot to declare one
// is refused when the server is built.
const (
	Undeclared Level = iota
	Public           // everybody, without an account
	SignedIn         // any account
	Member           // a role in an organisation
	Operator         // who runs the region
)

// Access says who may use a route. It is checked in one place, before the
// handler runs.
type Access struct {
	Level Level
	// Role is the least role for Member: reader, author, editor, admin.
	Role string
	// Org finds the organisation in which Role must be held. Nil means that
	// the role in any organisation is enough.
	Org func(*http.Request) (string, error)
}

// Everyone declares a public route.
var Everyone = Access{Level: Public}

// Accounts declares a route for any signed-in person.
var Accounts = Access{Level: SignedIn}

// Operators declares a route for those who run the region.
var Operators = Access{Level: Operator}

// Needs declares a route for members with at least that role in the
// organisation that org finds; nil accepts any organisation.
func Needs(role string, org func(*http.Request) (string, error)) Access {
	return Access{Level: Member, Role: role, Org: org}
}

// OrgFromPath finds the organisation in a path value.
func OrgFromPath(name string) func(*http.Request) (string, error) {
	return func(r *http.Request) (string, error) { return r.PathValue(name), nil }
}

// Route is one address of the product.
type Route struct {
	Method string // GET answers HEAD too
	Path   string // a pattern of net/http.ServeMux without method
	Access Access
	Handle Handler
	// MaxBody in bytes; 0 means DefaultMaxBody.
	MaxBody int64
	// Versioned marks a page that depends only on the data, the host, the
	// view settings and the minute: a signed-out reader who has it already is
	// answered 304 before the handler runs.
	Versioned bool
	// API routes answer errors as application/problem+json (RFC 9457) and may
	// be called from other sites, since they use tokens, never cookies.
	API bool
}

// DefaultMaxBody is how much a request may bring unless its route says more.
const DefaultMaxBody = 1 << 20

// Pattern is the route in the form ServeMux takes.
func (r Route) Pattern() string { return r.Method + " " + r.Path }
