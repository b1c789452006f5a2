package people

import "context"

// Actor is who is asking: a person with a session, a program with a token of
// an organisation, or nobody (the zero value).
type Actor struct {
	AccountID    string
	Name         string
	Email        string // empty for accounts by card
	Locale       string // chosen language, empty for the browser's
	Theme        string // "light", "dark" or empty for the device's
	HomeVillage  string // village id, empty if not chosen
	HomeStreet   string // street id, empty if not chosen
	SessionID    string // id of the session in the list, not its secret
	Operator     bool   // runs the region: admin in every organisation
	Token        bool   // a program; AccountID is empty
	TokenID      string
	Organisation string // of a token: the organisation it was issued by
	// Roles by organisation id, with what an administration's members get in
	// the municipalities it serves. It is shared: never write to it.
	Roles map[string]Role
}

// SignedIn reports whether a person is asking.
func (a Actor) SignedIn() bool { return a.AccountID != "" }

// Role is what the actor may do in an organisation (by id).
func (a Actor) Role(org string) Role {
	if a.Operator {
		return Admin
	}
	return a.Roles[org]
}

// Can is the one check of a role: whether the actor holds at least that role
// in the organisation (by id). Everything that grants or refuses asks here.
func (a Actor) Can(role Role, org string) bool {
	return org != "" && a.Role(org).AtLeast(role)
}

// CanSomewhere reports whether the actor holds at least that role in any
// organisation.
func (a Actor) CanSomewhere(role Role) bool {
	if a.Operator {
		return role.Known()
	}
	for _, held := range a.Roles {
		if held.AtLeast(role) {
			return true
		}
	}
	return false
}

type actorKey struct{}

// WithActor puts the actor into the context of a request.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom is the actor of a request, the zero Actor when nobody signed in.
func ActorFrom(ctx context.Context) Actor {
	a, ok := ctx.Value(actorKey{}).(Actor)
	if !ok {
		return Actor{}
	}
	return a
}
