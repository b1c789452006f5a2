package people

import "slices"

// OrgDirectory is a snapshot of all organisations, made for lookups during a
// request. It never changes, so it may be shared freely; the pointers it hands
// out are for reading only.
type OrgDirectory struct {
	all    []*Organisation
	byID   map[string]*Organisation
	bySlug map[string]*Organisation
	of     map[string][]*Organisation // by municipality
}

// NewOrgDirectory puts a snapshot together, in the order given.
func NewOrgDirectory(orgs []Organisation) *OrgDirectory {
	d := &OrgDirectory{byID: map[string]*Organisation{}, bySlug: map[string]*Organisation{}, of: map[string][]*Organisation{}}
	for i := range orgs {
		o := &orgs[i]
		d.all = append(d.all, o)
		d.byID[o.ID], d.bySlug[o.Slug] = o, o
		for _, m := range o.MunicipalityIDs {
			d.of[m] = append(d.of[m], o)
		}
	}
	return d
}

// All are all organisations by name, blocked ones included.
func (d *OrgDirectory) All() []*Organisation { return d.all }

// ByID finds an organisation.
func (d *OrgDirectory) ByID(id string) (*Organisation, bool) { o, ok := d.byID[id]; return o, ok }

// BySlug finds "musikverein-leeder".
func (d *OrgDirectory) BySlug(slug string) (*Organisation, bool) {
	o, ok := d.bySlug[slug]
	return o, ok
}

// Find takes an id or a slug, as addresses and commands do.
func (d *OrgDirectory) Find(key string) (*Organisation, bool) {
	if o, ok := d.byID[key]; ok {
		return o, true
	}
	return d.BySlug(key)
}

// Of are the organisations that belong to, or serve, a municipality, by name.
func (d *OrgDirectory) Of(municipalityID string) []*Organisation { return d.of[municipalityID] }

// Municipality finds the organisation in whose name a municipality speaks.
func (d *OrgDirectory) Municipality(municipalityID string) (*Organisation, bool) {
	i := slices.IndexFunc(d.of[municipalityID], func(o *Organisation) bool { return o.Kind == Municipality })
	if i < 0 {
		return nil, false
	}
	return d.of[municipalityID][i], true
}

// Roles turns memberships into what they allow: a role in an administration is
// the same role in the municipalities it serves, and nobody acts in the name
// of a blocked organisation.
func (d *OrgDirectory) Roles(held map[string]Role) map[string]Role {
	out := make(map[string]Role, len(held))
	for org, role := range held {
		o, ok := d.byID[org]
		if !ok || o.Blocked || !role.Known() {
			continue
		}
		out[org] = higher(out[org], role)
		if o.Kind != Administration {
			continue
		}
		for _, m := range o.MunicipalityIDs {
			if town, ok := d.Municipality(m); ok && !town.Blocked {
				out[town.ID] = higher(out[town.ID], role)
			}
		}
	}
	return out
}
