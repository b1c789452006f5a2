package people

import "dorflinde/internal/platform/db"

// Members lists who belongs to an organisation (by id), with roles and
// addresses: for letters to its editors, never for public pages.
func Members(tx *db.Tx, org string) ([]Member, error) { return listMembers(tx, org) }
