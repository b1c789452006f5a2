package people

import (
	"time"

	"dorflinde/internal/platform/fault"
)

// Scope is what a token may do.
type Scope string

// The scopes.
const (
	ScopeRead  Scope = "read"
	ScopeWrite Scope = "write"
)

// tokenPrefix lets people and scanners recognise a leaked token.
const tokenPrefix = "dft_"

// Token lets a program act for an organisation. Its secret is shown once.
type Token struct {
	ID      string
	Org     string
	Scope   Scope
	Label   string
	By      string // account, empty for the command line
	Created time.Time
	UsedDay string // last day of use, YYYY-MM-DD, empty for never
}

// Role is what the scope allows in the token's organisation: a token publishes
// like an editor, but never gives roles away.
func (s Scope) Role() Role {
	switch s {
	case ScopeRead:
		return Reader
	case ScopeWrite:
		return Editor
	}
	return NoRole
}

// Check normalises the token and tells what is wrong with it.
func (t *Token) Check() error {
	t.Label = line(t.Label)
	var faults fault.List
	if t.Scope.Role() == NoRole {
		faults.Add(fault.Invalid("scope", "people.token_scope"))
	}
	faults.Add(tooLong("label", t.Label, maxName))
	return faults.Err()
}
