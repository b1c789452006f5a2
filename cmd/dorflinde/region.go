package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/region"
)

// regionPlan is the file that init --from reads; docs/operations/region.md
// describes it.
type regionPlan struct {
	Region struct {
		Name     string `json:"name"`
		Slug     string `json:"slug"`
		Timezone string `json:"timezone"`
		Land     string `json:"land"`
	} `json:"region"`
	Municipalities []municipalityPlan `json:"municipalities"`
}

type municipalityPlan struct {
	Name          string          `json:"name"`
	AGS           string          `json:"ags"`
	ARS           string          `json:"ars"`
	Population    int             `json:"population"`
	Centre        *orb.Point      `json:"centre"`
	Boundary      json.RawMessage `json:"boundary"`
	Hosts         []string        `json:"hosts"`
	AssumptionDay bool            `json:"assumption_day"`
	Colour        string          `json:"colour"`
	Claim         string          `json:"claim"`
	Villages      []villagePlan   `json:"villages"`
}

type villagePlan struct {
	Name       string          `json:"name"`
	Population int             `json:"population"`
	Centre     *orb.Point      `json:"centre"`
	Boundary   json.RawMessage `json:"boundary"`
	Streets    []streetPlan    `json:"streets"`
}

// streetPlan is a name, or an object where the middle is known.
type streetPlan struct {
	Name   string     `json:"name"`
	Centre *orb.Point `json:"centre"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *streetPlan) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, &s.Name) == nil {
		return nil
	}
	type plain streetPlan
	return strict(raw, (*plain)(s))
}

func strict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the end of the object")
	}
	return nil
}

// readRegion reads the file; wrong JSON is named with its line.
func readRegion(path string) (regionPlan, error) {
	var plan regionPlan
	raw, err := os.ReadFile(path)
	if err != nil {
		return plan, err
	}
	if err := strict(raw, &plan); err != nil {
		return plan, fmt.Errorf("%s%s: %w", path, lineOf(raw, err), err)
	}
	if len(plan.Municipalities) == 0 {
		return plan, fmt.Errorf("%s: municipalities is empty; a region has at least one", path)
	}
	return plan, nil
}

func lineOf(raw []byte, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := int64(-1)
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset < 0 || offset > int64(len(raw)) {
		return ""
	}
	return fmt.Sprintf(", line %d", 1+bytes.Count(raw[:offset], []byte("\n")))
}

// fromFlags makes the plan of a region without a file.
func (i *initCommand) fromFlags() (regionPlan, error) {
	var plan regionPlan
	if i.Name == "" || i.Land == "" || len(i.Municipality) == 0 {
		return plan, errors.New("a region needs --name, --land and at least one --municipality, or a file with --from")
	}
	plan.Region.Name, plan.Region.Land = i.Name, i.Land
	for _, text := range i.Municipality {
		m, err := parseMunicipality(text)
		if err != nil {
			return plan, fmt.Errorf("--municipality %q: %w", text, err)
		}
		plan.Municipalities = append(plan.Municipalities, m)
	}
	return plan, nil
}

// parseMunicipality reads "Name;AGS;longitude;latitude".
func parseMunicipality(text string) (municipalityPlan, error) {
	parts := strings.Split(text, ";")
	if len(parts) != 4 {
		return municipalityPlan{}, fmt.Errorf("expected are four parts, such as %q", "Fuchstal;09181121;10.83;47.93")
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	var centre orb.Point
	for i, name := range []string{"longitude", "latitude"} {
		v, err := strconv.ParseFloat(parts[2+i], 64)
		if err != nil {
			return municipalityPlan{}, fmt.Errorf("the %s %q is not a number like 10.83", name, parts[2+i])
		}
		centre[i] = v
	}
	if geo.LooksSwapped(centre[0], centre[1]) {
		return municipalityPlan{}, errors.New("longitude and latitude seem to be swapped; in Germany the longitude is the smaller one and comes first")
	}
	return municipalityPlan{Name: parts[0], AGS: parts[1], Centre: &centre}, nil
}

// places turns the plan into what region writes. A municipality without
// villages gets one of its own name, so that "my village" means something.
func (p regionPlan) places(ids id.Source) (region.Sample, error) {
	r := p.Region
	if r.Slug == "" {
		r.Slug = region.Slug(r.Name)
	}
	out := region.Sample{Region: region.Region{ID: ids.New(), Name: r.Name, Slug: r.Slug, Timezone: r.Timezone, Land: r.Land}}
	for i, plan := range p.Municipalities {
		where := fmt.Sprintf("municipalities[%d] %q", i, plan.Name)
		boundary, centre, err := outline(plan.Boundary, plan.Centre, nil)
		if err != nil {
			return out, fmt.Errorf("%s: %w", where, err)
		}
		m := region.Municipality{ID: ids.New(), Slug: region.Slug(plan.Name), Name: plan.Name, AGS: plan.AGS, ARS: plan.ARS,
			Population: plan.Population, Centre: centre, Boundary: boundary, AssumptionDay: plan.AssumptionDay,
			Look: region.Look{Colour: plan.Colour, Claim: plan.Claim}.Normal()}
		for _, host := range plan.Hosts {
			m.Hosts = append(m.Hosts, region.Host(host))
		}
		out.Municipalities = append(out.Municipalities, m)
		villages := plan.Villages
		if len(villages) == 0 {
			villages = []villagePlan{{Name: plan.Name, Population: plan.Population}}
		}
		for j, v := range villages {
			if err := v.into(&out, m, ids); err != nil {
				return out, fmt.Errorf("%s, villages[%d] %q: %w", where, j, v.Name, err)
			}
		}
	}
	return out, nil
}

func (v villagePlan) into(out *region.Sample, m region.Municipality, ids id.Source) error {
	boundary, centre, err := outline(v.Boundary, v.Centre, &m.Centre)
	if err != nil {
		return err
	}
	slug := region.Slug(v.Name)
	if slices.ContainsFunc(out.Villages, func(other region.Village) bool { return other.Slug == slug }) {
		slug += "-" + m.Slug // addresses like /ort/dorf name no municipality
	}
	village := region.Village{ID: ids.New(), MunicipalityID: m.ID, Slug: slug, Name: v.Name, Centre: centre, Boundary: boundary,
		Population: v.Population}
	out.Villages = append(out.Villages, village)
	for _, s := range v.Streets {
		middle := centre
		if s.Centre != nil {
			middle = *s.Centre
		}
		out.Streets = append(out.Streets, region.Street{ID: ids.New(), MunicipalityID: m.ID, VillageID: village.ID, Name: s.Name, Centre: middle})
	}
	return nil
}

// outline reads a boundary and finds the middle: the given one, that of the
// boundary, or that of the municipality around.
func outline(raw json.RawMessage, centre, around *orb.Point) (orb.Geometry, orb.Point, error) {
	var boundary orb.Geometry
	if len(raw) > 0 && !bytes.Equal(raw, []byte("null")) {
		var err error
		if boundary, err = geo.Parse(raw); err != nil {
			return nil, orb.Point{}, fmt.Errorf("boundary: %w", err)
		}
		switch boundary.(type) {
		case orb.Polygon, orb.MultiPolygon:
		default:
			return nil, orb.Point{}, fmt.Errorf("boundary: a %s has no inside; expected is a Polygon or MultiPolygon", boundary.GeoJSONType())
		}
	}
	switch {
	case centre != nil:
		return boundary, *centre, nil
	case boundary != nil:
		if middle, ok := geo.Centre(boundary); ok {
			return boundary, middle, nil
		}
	case around != nil:
		return boundary, *around, nil
	}
	return nil, orb.Point{}, errors.New("centre is missing; give it as [longitude, latitude], or a boundary")
}
