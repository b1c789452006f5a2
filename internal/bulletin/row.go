package bulletin

import (
	"encoding/json"
	"fmt"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/geo"
)

func scanEntry(s db.Scanner) (Entry, error) {
	var raw rawEntry
	if err := s.Scan(raw.targets()...); err != nil {
		return Entry{}, err
	}
	return raw.decode()
}

func scanOccurrence(s db.Scanner) (Occurrence, error) {
	var start, end int64
	var o Occurrence
	err := s.Scan(&start, &end, &o.AllDay, &o.Status)
	o.Start, o.End = db.Time(start), db.Time(end)
	return o, err
}

func scanTimed(s db.Scanner) (Timed, error) {
	var start, end int64
	var o Occurrence
	var raw rawEntry
	if err := s.Scan(append([]any{&start, &end, &o.AllDay, &o.Status}, raw.targets()...)...); err != nil {
		return Timed{}, err
	}
	o.Start, o.End = db.Time(start), db.Time(end)
	e, err := raw.decode()
	return Timed{Entry: e, Occurrence: o}, err
}

// rawEntry is a row before its JSON columns are read.
type rawEntry struct {
	Entry
	streets, variants, topics, geometry, image                   string
	start, end, published, updated, expires, corrected, severity int64
}

func (r *rawEntry) targets() []any {
	return []any{
		&r.ID, &r.Kind, &r.Publisher, &r.Audience, &r.GroupID, &r.Scope.MunicipalityID, &r.Scope.VillageID, &r.streets,
		&r.Title, &r.Summary, &r.variants, &r.topics, &r.severity, &r.Place, &r.geometry, &r.start, &r.end, &r.AllDay,
		&r.RRule, &r.Link, &r.image, &r.Status, &r.InFeed, &r.published, &r.updated, &r.expires, &r.corrected,
		&r.Correction, &r.SourceName, &r.SourceURL, &r.Sample, &r.Revision,
	}
}

func (r *rawEntry) decode() (Entry, error) {
	e := r.Entry
	e.Severity = Severity(r.severity)
	e.Start, e.End = db.Time(r.start), db.Time(r.end)
	e.PublishedAt, e.UpdatedAt = db.Time(r.published), db.Time(r.updated)
	e.ExpiresAt, e.CorrectedAt = db.Time(r.expires), db.Time(r.corrected)
	for _, part := range []struct {
		text string
		into any
	}{{r.streets, &e.Scope.Streets}, {r.variants, &e.Variants}, {r.topics, &e.Topics}} {
		if part.text == "[]" {
			continue
		}
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return e, fmt.Errorf("entry %s: %w", e.ID, err)
		}
	}
	if r.image != "" {
		e.Image = &Image{}
		if err := json.Unmarshal([]byte(r.image), e.Image); err != nil {
			return e, fmt.Errorf("image of entry %s: %w", e.ID, err)
		}
	}
	if r.geometry != "" {
		g, err := geo.Parse([]byte(r.geometry))
		if err != nil {
			return e, fmt.Errorf("place of entry %s: %w", e.ID, err)
		}
		e.Geometry = g
	}
	return e, nil
}

func encode(e *Entry) ([]any, error) {
	streets, err := json.Marshal(append([]string{}, e.Scope.Streets...))
	if err != nil {
		return nil, err
	}
	variants, err := json.Marshal(append([]Variant{}, e.Variants...))
	if err != nil {
		return nil, err
	}
	topics, err := json.Marshal(append([]string{}, e.Topics...))
	if err != nil {
		return nil, err
	}
	image := ""
	if e.Image != nil {
		raw, err := json.Marshal(e.Image)
		if err != nil {
			return nil, err
		}
		image = string(raw)
	}
	geometry, centre, cell := encodePlace(e.Geometry)
	return []any{
		e.ID, e.Kind, e.Publisher, string(e.Audience), e.GroupID, e.Scope.MunicipalityID, e.Scope.VillageID,
		string(streets), e.Title, e.Summary, string(variants), string(topics), int(e.Severity), e.Place, geometry,
		centre[0], centre[1], cell, db.Micros(e.Start), db.Micros(e.End), e.AllDay, e.RRule, e.Link, image,
		string(e.Status), e.InFeed, db.Micros(e.PublishedAt), db.Micros(e.UpdatedAt), db.Micros(e.ExpiresAt),
		db.Micros(e.CorrectedAt), e.Correction, e.SourceName, e.SourceURL, e.Sample,
	}, nil
}

func encodePlace(g orb.Geometry) (text string, centre orb.Point, cell int64) {
	if g == nil {
		return "", orb.Point{}, 0
	}
	centre, ok := geo.Centre(g)
	if !ok {
		return "", orb.Point{}, 0
	}
	return string(geo.Format(g)), centre, geo.Cell(centre[0], centre[1])
}
