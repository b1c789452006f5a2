package region

import (
	"embed"
	"encoding/json"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/id"
)

// sampleFiles: what in them is real and what is invented stands in
// sample/NOTICE.md, with the terms of the boundaries.
//
//go:embed sample/places.json sample/boundaries.geojson
var sampleFiles embed.FS

// Attribution must be shown wherever the sample boundaries are drawn
// (§ 3 GeoNutzV).
const Attribution = "© GeoBasis-DE / BKG 2017 (Daten verändert)"

// Sample is the region of the demo: the real places of Smart Region AUF with
// invented streets and texts.
type Sample struct {
	Region         Region
	Municipalities []Municipality
	Villages       []Village
	Streets        []Street
}

type samplePlaces struct {
	Region struct {
		Name, Slug, Timezone, Land string
	}
	Municipalities []struct {
		Name          string
		AGS, ARS      string
		Population    int
		Centre        orb.Point
		Hosts         []string
		AssumptionDay bool
		Look          Look
		Texts         Texts
		Villages      []struct {
			Name    string
			Centre  orb.Point
			Streets []string
		}
	}
}

// NewSample reads the sample with fresh identifiers.
func NewSample(ids id.Source) (Sample, error) {
	var places samplePlaces
	if err := readSample("sample/places.json", &places); err != nil {
		return Sample{}, err
	}
	boundaries, err := sampleBoundaries()
	if err != nil {
		return Sample{}, err
	}
	r := places.Region
	s := Sample{Region: Region{ID: ids.New(), Name: r.Name, Slug: r.Slug, Timezone: r.Timezone, Land: r.Land}}
	for _, p := range places.Municipalities {
		m := Municipality{
			ID: ids.New(), Slug: Slug(p.Name), Name: p.Name, AGS: p.AGS, ARS: p.ARS, Population: p.Population,
			Centre: p.Centre, Boundary: boundaries[p.AGS], Hosts: p.Hosts, Look: p.Look, Texts: p.Texts,
			AssumptionDay: p.AssumptionDay,
		}
		s.Municipalities = append(s.Municipalities, m)
		for _, pv := range p.Villages {
			v := Village{ID: ids.New(), MunicipalityID: m.ID, Slug: Slug(pv.Name), Name: pv.Name, Centre: pv.Centre}
			s.Villages = append(s.Villages, v)
			for i, name := range pv.Streets {
				s.Streets = append(s.Streets, Street{
					ID: ids.New(), MunicipalityID: m.ID, VillageID: v.ID, Name: name, Norm: NormStreet(name),
					Centre: scatter(v.Centre, i, m.Boundary),
				})
			}
		}
	}
	return s, nil
}

// scatter places the i-th street of a village on a spiral (golden angle) around
// its centre, drawn inwards until it lies in the municipality.
func scatter(centre orb.Point, i int, boundary orb.Geometry) orb.Point {
	angle := float64(i) * 2.399963
	for metres := 60 + 85*math.Sqrt(float64(i)); metres > 5; metres /= 2 {
		p := orb.Point{
			round5(centre[0] + metres*math.Cos(angle)/(geo.MetresPerDegree*math.Cos(centre[1]*math.Pi/180))),
			round5(centre[1] + metres*math.Sin(angle)/geo.MetresPerDegree),
		}
		if geo.Contains(boundary, p) {
			return p
		}
	}
	return centre
}

func round5(v float64) float64 { return math.Round(v*1e5) / 1e5 }

func sampleBoundaries() (map[string]orb.Geometry, error) {
	var collection struct {
		Features []struct {
			Properties struct{ AGS string }
			Geometry   json.RawMessage
		}
	}
	if err := readSample("sample/boundaries.geojson", &collection); err != nil {
		return nil, err
	}
	out := map[string]orb.Geometry{}
	for _, f := range collection.Features {
		g, err := geo.Parse(f.Geometry)
		if err != nil {
			return nil, fmt.Errorf("region: sample boundary %s: %w", f.Properties.AGS, err)
		}
		out[f.Properties.AGS] = g
	}
	return out, nil
}

func readSample(name string, into any) error {
	raw, err := sampleFiles.ReadFile(name)
	if err != nil {
		return fmt.Errorf("region: %w", err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("region: %s: %w", name, err)
	}
	return nil
}

// Install writes the sample.
func (s Sample) Install(tx *db.Tx) error {
	if err := PutRegion(tx, s.Region); err != nil {
		return err
	}
	for _, m := range s.Municipalities {
		if err := PutMunicipality(tx, m); err != nil {
			return fmt.Errorf("region: sample %s: %w", m.Name, err)
		}
	}
	for _, v := range s.Villages {
		if err := PutVillage(tx, v); err != nil {
			return fmt.Errorf("region: sample %s: %w", v.Name, err)
		}
	}
	for _, street := range s.Streets {
		if err := PutStreet(tx, street); err != nil {
			return fmt.Errorf("region: sample %s: %w", street.Name, err)
		}
	}
	return nil
}

// Directory is the sample as a snapshot, for tests and previews without a database.
func (s Sample) Directory() *Directory {
	return NewDirectory(s.Region, s.Municipalities, s.Villages, s.Streets)
}
