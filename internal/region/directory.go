package region

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/geo"
)

const defaultTimezone = "Europe/Berlin"

// Directory is a snapshot of everything this package knows, made for lookups
// during a request. It never changes, so it may be shared freely; the pointers
// it hands out are for reading only.
type Directory struct {
	Region         Region
	municipalities []*Municipality
	villages       []*Village
	streets        []*Street

	byID       map[string]*Municipality
	bySlug     map[string]*Municipality
	byHost     map[string]*Municipality
	byAGS      map[string]*Municipality
	village    map[string]*Village
	villageBy  map[string]*Village
	street     map[string]*Street
	villagesOf map[string][]*Village
	streetsOf  map[string][]*Street // by municipality and by village
	boxes      map[string]orb.Bound

	location *time.Location
	version  int64
}

// NewDirectory puts a snapshot together; Load reads one from the database.
func NewDirectory(r Region, municipalities []Municipality, villages []Village, streets []Street) *Directory {
	d := &Directory{
		Region: r,
		byID:   map[string]*Municipality{}, bySlug: map[string]*Municipality{},
		byHost: map[string]*Municipality{}, byAGS: map[string]*Municipality{},
		village: map[string]*Village{}, villageBy: map[string]*Village{}, street: map[string]*Street{},
		villagesOf: map[string][]*Village{}, streetsOf: map[string][]*Street{}, boxes: map[string]orb.Bound{},
		location: location(r.Timezone),
	}
	for i := range municipalities {
		m := &municipalities[i]
		d.municipalities = append(d.municipalities, m)
		d.byID[m.ID], d.bySlug[m.Slug] = m, m
		if m.AGS != "" {
			d.byAGS[m.AGS] = m
		}
		for _, host := range m.Hosts {
			d.byHost[host] = m
		}
		if box, ok := geo.Bound(m.Boundary); ok {
			d.boxes[m.ID] = box
		}
	}
	for i := range villages {
		v := &villages[i]
		d.villages = append(d.villages, v)
		d.village[v.ID], d.villageBy[v.Slug] = v, v
		d.villagesOf[v.MunicipalityID] = append(d.villagesOf[v.MunicipalityID], v)
	}
	for i := range streets {
		s := &streets[i]
		if s.Norm == "" {
			s.Norm = NormStreet(s.Name)
		}
		d.streets = append(d.streets, s)
		d.street[s.ID] = s
		d.streetsOf[s.MunicipalityID] = append(d.streetsOf[s.MunicipalityID], s)
		if s.VillageID != "" {
			d.streetsOf[s.VillageID] = append(d.streetsOf[s.VillageID], s)
		}
	}
	return d
}

// location falls back to Berlin: a mistyped time zone must not stop the house.
func location(name string) *time.Location {
	for _, n := range []string{name, defaultTimezone} {
		if n == "" {
			continue
		}
		if l, err := time.LoadLocation(n); err == nil {
			return l
		}
	}
	return time.UTC
}

// Location is the region's time zone.
func (d *Directory) Location() *time.Location { return d.location }

// Version is the data version the snapshot was read at.
func (d *Directory) Version() int64 { return d.version }

// Municipalities are all municipalities by name.
func (d *Directory) Municipalities() []*Municipality { return d.municipalities }

// Municipality by id.
func (d *Directory) Municipality(id string) (*Municipality, bool) { m, ok := d.byID[id]; return m, ok }

// MunicipalityBySlug finds "fuchstal".
func (d *Directory) MunicipalityBySlug(slug string) (*Municipality, bool) {
	m, ok := d.bySlug[slug]
	return m, ok
}

// MunicipalityByHost finds the municipality whose own address the request came
// to; header is the request's Host, with or without port.
func (d *Directory) MunicipalityByHost(header string) (*Municipality, bool) {
	m, ok := d.byHost[Host(header)]
	return m, ok
}

// MunicipalityByAGS takes an 8-digit AGS or a 12-digit ARS.
func (d *Directory) MunicipalityByAGS(key string) (*Municipality, bool) {
	if short := AGSOf(key); short != "" {
		key = short
	}
	m, ok := d.byAGS[key]
	return m, ok
}

// Villages of a municipality by name; all of the region for "".
func (d *Directory) Villages(municipalityID string) []*Village {
	if municipalityID == "" {
		return d.villages
	}
	return d.villagesOf[municipalityID]
}

// Village by id.
func (d *Directory) Village(id string) (*Village, bool) { v, ok := d.village[id]; return v, ok }

// VillageBySlug finds "leeder".
func (d *Directory) VillageBySlug(slug string) (*Village, bool) {
	v, ok := d.villageBy[slug]
	return v, ok
}

// VillageByName finds a village by its name, whatever its case and umlauts.
func (d *Directory) VillageByName(name string) (*Village, bool) { return d.VillageBySlug(Slug(name)) }

// MunicipalityByName finds a municipality by its name, whatever its case and umlauts.
func (d *Directory) MunicipalityByName(name string) (*Municipality, bool) {
	name = Slug(name)
	for _, m := range d.municipalities {
		if Slug(m.Name) == name {
			return m, true
		}
	}
	return nil, false
}

// Streets of a municipality or of a village, by name; all of the region for "".
func (d *Directory) Streets(placeID string) []*Street {
	if placeID == "" {
		return d.streets
	}
	return d.streetsOf[placeID]
}

// Street by id.
func (d *Directory) Street(id string) (*Street, bool) { s, ok := d.street[id]; return s, ok }

// FindStreets finds streets of a place ("" for the region) whose name begins
// with text, then those that contain it; at most limit.
func (d *Directory) FindStreets(placeID, text string, limit int) []*Street {
	norm := NormStreet(text)
	if norm == "" {
		return nil
	}
	var first, second []*Street
	for _, s := range d.Streets(placeID) {
		if strings.HasPrefix(s.Norm, norm) {
			first = append(first, s)
		} else if strings.Contains(s.Norm, norm) {
			second = append(second, s)
		}
	}
	found := append(first, second...)
	return found[:min(len(found), max(limit, 0))]
}

// StreetByName finds the one street of that name in a place; ok is false when
// there is none or more than one, because guessing would send the bin to the
// wrong village.
func (d *Directory) StreetByName(placeID, name string) (*Street, bool) {
	norm := NormStreet(name)
	var found *Street
	for _, s := range d.Streets(placeID) {
		if s.Norm == norm {
			if found != nil {
				return nil, false
			}
			found = s
		}
	}
	return found, found != nil
}

// At tells in which municipality and village a point lies: the municipality by
// its boundary, then the village whose boundary holds the point, else the one
// with the nearest centre. ok is false outside all municipalities; village may
// be nil where a municipality has none.
func (d *Directory) At(p orb.Point) (m *Municipality, v *Village, ok bool) {
	for _, candidate := range d.municipalities {
		if box, known := d.boxes[candidate.ID]; known && box.Contains(p) && geo.Contains(candidate.Boundary, p) {
			m = candidate
			break
		}
	}
	if m == nil {
		return nil, nil, false
	}
	best := 0.0
	for _, candidate := range d.villagesOf[m.ID] {
		if candidate.Boundary != nil && geo.Contains(candidate.Boundary, p) {
			return m, candidate, true
		}
		if far := geo.Distance(p, candidate.Centre); v == nil || far < best {
			v, best = candidate, far
		}
	}
	return m, v, true
}

// Boundary unites the boundaries of all municipalities, for maps and for cutting.
func (d *Directory) Boundary() orb.MultiPolygon {
	var all orb.MultiPolygon
	for _, m := range d.municipalities {
		switch b := m.Boundary.(type) {
		case orb.Polygon:
			all = append(all, b)
		case orb.MultiPolygon:
			all = append(all, b...)
		}
	}
	return all
}

// Box is the box around the region; ok is false without boundaries.
func (d *Directory) Box() (orb.Bound, bool) { return geo.Bound(d.Boundary()) }

// Calendar gives the public holidays of a municipality ("" for the region,
// where 15 August counts only if it does in every municipality).
func (d *Directory) Calendar(municipalityID string) Calendar {
	if m, ok := d.byID[municipalityID]; ok {
		return Calendar{Land: d.Region.Land, AssumptionDay: m.AssumptionDay}
	}
	everywhere := len(d.municipalities) > 0 && !slices.ContainsFunc(d.municipalities, func(m *Municipality) bool { return !m.AssumptionDay })
	return Calendar{Land: d.Region.Land, AssumptionDay: everywhere}
}

// Live keeps the latest snapshot for all requests of a node. The zero value is
// not usable; make one with NewLive.
type Live struct {
	db      *db.DB
	current atomic.Pointer[Directory]
}

// NewLive loads the first snapshot.
func NewLive(ctx context.Context, d *db.DB) (*Live, error) {
	l := &Live{db: d}
	directory, err := Load(ctx, d)
	if err != nil {
		return nil, err
	}
	l.current.Store(directory)
	return l, nil
}

// Current is the latest snapshot read; it costs nothing.
func (l *Live) Current() *Directory { return l.current.Load() }

// Refresh reads a new snapshot if the data has changed since and reports
// whether it did. Call it after own writes and now and then for those of other
// nodes; one query when nothing changed.
func (l *Live) Refresh(ctx context.Context) (bool, error) {
	var version int64
	err := l.db.View(ctx, func(tx *db.Tx) error {
		var err error
		version, err = Version(tx)
		return err
	})
	if err != nil || version == l.Current().Version() {
		return false, err
	}
	directory, err := Load(ctx, l.db)
	if err != nil {
		return false, err
	}
	l.current.Store(directory)
	return true, nil
}
