package region

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
)

// Files holds the migrations of this package, in the folder "migrations".
//
//go:embed migrations/*.sql
var Files embed.FS

var (
	putRegion = db.SQL(`INSERT INTO region (id, name, slug, timezone, land) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, slug = excluded.slug, timezone = excluded.timezone, land = excluded.land`)
	allRegions   = db.SQL(`SELECT id, name, slug, timezone, land FROM region ORDER BY id`)
	otherRegions = db.SQL(`SELECT count(*) FROM region WHERE id <> $1`)

	putMunicipality = db.SQL(`INSERT INTO municipality (id, slug, name, ags, ars, population, lon, lat, boundary, look, texts, assumption_day)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, ags = excluded.ags, ars = excluded.ars,
		population = excluded.population, lon = excluded.lon, lat = excluded.lat, boundary = excluded.boundary,
		look = excluded.look, texts = excluded.texts, assumption_day = excluded.assumption_day`)
	allMunicipalities = db.SQL(`SELECT id, slug, name, ags, ars, population, lon, lat, boundary, look, texts, assumption_day
		FROM municipality ORDER BY name, id`)
	saveLook   = db.SQL(`UPDATE municipality SET look = $2, texts = $3 WHERE id = $1`)
	clearHosts = db.SQL(`DELETE FROM municipality_host WHERE municipality_id = $1`)
	hostOwner  = db.SQL(`SELECT municipality_id FROM municipality_host WHERE host = $1`)
	addHost    = db.SQL(`INSERT INTO municipality_host (host, municipality_id) VALUES ($1, $2)`)
	allHosts   = db.SQL(`SELECT host, municipality_id FROM municipality_host ORDER BY host`)
	putVillage = db.SQL(`INSERT INTO village (id, municipality_id, slug, name, lon, lat, boundary, population)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET municipality_id = excluded.municipality_id, slug = excluded.slug, name = excluded.name,
		lon = excluded.lon, lat = excluded.lat, boundary = excluded.boundary, population = excluded.population`)
	allVillages = db.SQL(`SELECT id, municipality_id, slug, name, lon, lat, boundary, population FROM village ORDER BY name, id`)
	putStreet   = db.SQL(`INSERT INTO street (id, municipality_id, village_id, name, norm, lon, lat)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET municipality_id = excluded.municipality_id, village_id = excluded.village_id,
		name = excluded.name, norm = excluded.norm, lon = excluded.lon, lat = excluded.lat`)
	allStreets  = db.SQL(`SELECT id, municipality_id, COALESCE(village_id, ''), name, norm, lon, lat FROM street ORDER BY norm, id`)
	bumpVersion = db.SQL(`UPDATE region_version SET n = n + 1 WHERE one = 1`)
	readVersion = db.SQL(`SELECT n FROM region_version WHERE one = 1`)
)

// PutRegion writes the region. A database holds one; another id is a conflict.
func PutRegion(tx *db.Tx, r Region) error {
	if err := r.Check(); err != nil {
		return err
	}
	if r.Timezone == "" {
		r.Timezone = defaultTimezone
	}
	var others int
	if err := tx.QueryRow(otherRegions, r.ID).Scan(&others); err != nil {
		return fmt.Errorf("region: %w", err)
	}
	if others > 0 {
		return fault.Conflict("region.second")
	}
	return write(tx, "region", putRegion, r.ID, r.Name, r.Slug, r.Timezone, r.Land)
}

// PutMunicipality writes a municipality with its hosts. A slug or host that
// belongs to another one is a conflict.
func PutMunicipality(tx *db.Tx, m Municipality) error {
	if err := m.Check(); err != nil {
		return err
	}
	look, texts, err := encodeLook(m.Look, m.Texts)
	if err != nil {
		return err
	}
	if err := write(tx, "municipality", putMunicipality, m.ID, m.Slug, m.Name, m.AGS, m.ARS, m.Population, m.Centre[0], m.Centre[1],
		boundaryText(m.Boundary), look, texts, m.AssumptionDay); err != nil {
		return err
	}
	if _, err := tx.Exec(clearHosts, m.ID); err != nil {
		return fmt.Errorf("region: hosts: %w", err)
	}
	for _, host := range m.Hosts {
		if err := claimHost(tx, host, m.ID); err != nil {
			return err
		}
	}
	return nil
}

func claimHost(tx *db.Tx, host, municipalityID string) error {
	var owner string
	err := tx.QueryRow(hostOwner, host).Scan(&owner)
	switch {
	case errors.Is(err, db.ErrNotFound):
	case err != nil:
		return fmt.Errorf("region: host %s: %w", host, err)
	case owner == municipalityID:
		return nil
	default:
		return fault.Conflict("region.host_taken", "host", host)
	}
	if _, err := tx.Exec(addHost, host, municipalityID); err != nil {
		return fmt.Errorf("region: host %s: %w", host, err)
	}
	return nil
}

// SaveLook changes only how a municipality looks and what it says.
// Errors: fault.Invalid for a colour without contrast, fault.NotFound.
func SaveLook(tx *db.Tx, municipalityID string, look Look, texts Texts) error {
	if err := look.Check(); err != nil {
		return err
	}
	if err := texts.Check(); err != nil {
		return err
	}
	l, t, err := encodeLook(look, texts)
	if err != nil {
		return err
	}
	n, err := tx.Exec(saveLook, municipalityID, l, t)
	if err != nil {
		return fmt.Errorf("region: save look: %w", err)
	}
	if n == 0 {
		return fault.NotFound()
	}
	return bump(tx)
}

// PutVillage writes a village.
func PutVillage(tx *db.Tx, v Village) error {
	if err := v.Check(); err != nil {
		return err
	}
	return write(tx, "village", putVillage, v.ID, v.MunicipalityID, v.Slug, v.Name, v.Centre[0], v.Centre[1],
		boundaryText(v.Boundary), v.Population)
}

// PutStreet writes a street; Norm is computed.
func PutStreet(tx *db.Tx, s Street) error {
	norm := NormStreet(s.Name)
	if norm == "" {
		return fault.Invalid("name", "region.name_missing")
	}
	if !geo.ValidPoint(s.Centre[0], s.Centre[1]) {
		return fault.Invalid("centre", "geo.range")
	}
	var village any
	if s.VillageID != "" {
		village = s.VillageID
	}
	return write(tx, "street", putStreet, s.ID, s.MunicipalityID, village, s.Name, norm, s.Centre[0], s.Centre[1])
}

// Version is a number that grows with every write of this package.
func Version(tx *db.Tx) (int64, error) {
	var n int64
	if err := tx.QueryRow(readVersion).Scan(&n); err != nil {
		return 0, fmt.Errorf("region: version: %w", err)
	}
	return n, nil
}

// Load reads everything into a snapshot for lookups.
func Load(ctx context.Context, d *db.DB) (*Directory, error) {
	var directory *Directory
	err := d.View(ctx, func(tx *db.Tx) error {
		var err error
		directory, err = load(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("region: load: %w", err)
	}
	return directory, nil
}

func load(tx *db.Tx) (*Directory, error) {
	version, err := Version(tx)
	if err != nil {
		return nil, err
	}
	regions, err := db.All(tx, allRegions, scanRegion)
	if err != nil {
		return nil, err
	}
	municipalities, err := db.All(tx, allMunicipalities, scanMunicipality)
	if err != nil {
		return nil, err
	}
	hosts, err := db.All(tx, allHosts, func(row db.Scanner) (host [2]string, err error) {
		return host, row.Scan(&host[0], &host[1])
	})
	if err != nil {
		return nil, err
	}
	for i := range municipalities {
		for _, host := range hosts {
			if host[1] == municipalities[i].ID {
				municipalities[i].Hosts = append(municipalities[i].Hosts, host[0])
			}
		}
	}
	villages, err := db.All(tx, allVillages, scanVillage)
	if err != nil {
		return nil, err
	}
	streets, err := db.All(tx, allStreets, scanStreet)
	if err != nil {
		return nil, err
	}
	var r Region
	if len(regions) > 0 {
		r = regions[0]
	}
	directory := NewDirectory(r, municipalities, villages, streets)
	directory.version = version
	return directory, nil
}

func scanRegion(row db.Scanner) (r Region, err error) {
	return r, row.Scan(&r.ID, &r.Name, &r.Slug, &r.Timezone, &r.Land)
}

func scanMunicipality(row db.Scanner) (m Municipality, err error) {
	var boundary, look, texts string
	if err := row.Scan(&m.ID, &m.Slug, &m.Name, &m.AGS, &m.ARS, &m.Population, &m.Centre[0], &m.Centre[1],
		&boundary, &look, &texts, &m.AssumptionDay); err != nil {
		return m, err
	}
	if m.Boundary, err = readBoundary(boundary); err != nil {
		return m, fmt.Errorf("municipality %s: %w", m.Slug, err)
	}
	if err := json.Unmarshal([]byte(look), &m.Look); err != nil {
		return m, fmt.Errorf("municipality %s: look: %w", m.Slug, err)
	}
	if err := json.Unmarshal([]byte(texts), &m.Texts); err != nil {
		return m, fmt.Errorf("municipality %s: texts: %w", m.Slug, err)
	}
	return m, nil
}

func scanVillage(row db.Scanner) (v Village, err error) {
	var boundary string
	if err := row.Scan(&v.ID, &v.MunicipalityID, &v.Slug, &v.Name, &v.Centre[0], &v.Centre[1], &boundary, &v.Population); err != nil {
		return v, err
	}
	if v.Boundary, err = readBoundary(boundary); err != nil {
		return v, fmt.Errorf("village %s: %w", v.Slug, err)
	}
	return v, nil
}

func scanStreet(row db.Scanner) (s Street, err error) {
	return s, row.Scan(&s.ID, &s.MunicipalityID, &s.VillageID, &s.Name, &s.Norm, &s.Centre[0], &s.Centre[1])
}

func boundaryText(g orb.Geometry) string {
	if g == nil {
		return ""
	}
	return string(geo.Format(g))
}

func readBoundary(text string) (orb.Geometry, error) {
	if text == "" {
		return nil, nil
	}
	return geo.ParseLimited([]byte(text), geo.Limits{World: true})
}

func encodeLook(look Look, texts Texts) (l, t string, err error) {
	if texts == nil {
		texts = Texts{}
	}
	lookJSON, err := json.Marshal(look)
	if err != nil {
		return "", "", fmt.Errorf("region: encode look: %w", err)
	}
	textsJSON, err := json.Marshal(texts)
	if err != nil {
		return "", "", fmt.Errorf("region: encode texts: %w", err)
	}
	return string(lookJSON), string(textsJSON), nil
}

func write(tx *db.Tx, what string, s *db.Stmt, args ...any) error {
	if _, err := tx.Exec(s, args...); err != nil {
		if db.IsUnique(err) {
			return fault.Conflict("region.taken").Because(err)
		}
		return fmt.Errorf("region: write %s: %w", what, err)
	}
	return bump(tx)
}

func bump(tx *db.Tx) error {
	if _, err := tx.Exec(bumpVersion); err != nil {
		return fmt.Errorf("region: version: %w", err)
	}
	return nil
}
