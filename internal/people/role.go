package people

// Role is what a person may do in an organisation. Each role includes the ones
// before it.
type Role string

// The roles, from least to most.
const (
	NoRole Role = ""
	Reader Role = "reader" // sees what is internal
	Author Role = "author" // writes drafts
	Editor Role = "editor" // publishes and approves
	Admin  Role = "admin"  // gives and takes roles, changes the organisation
)

// Roles lists the roles from least to most.
var Roles = []Role{Reader, Author, Editor, Admin}

func (r Role) rank() int {
	for i, known := range Roles {
		if r == known {
			return i + 1
		}
	}
	return 0
}

// Known reports whether r is one of Roles.
func (r Role) Known() bool { return r.rank() > 0 }

// AtLeast reports whether r includes needed. An unknown or empty need is never
// met, so that a mistyped declaration opens nothing.
func (r Role) AtLeast(needed Role) bool { return needed.Known() && r.rank() >= needed.rank() }

func higher(a, b Role) Role {
	if b.rank() > a.rank() {
		return b
	}
	return a
}
