package events

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/i18n"

	"github.com/paulmach/orb"
)

// The parts of a day on which people decide for one thing or the other.
const (
	noonHour    = 12
	eveningHour = 17
)

// partOfDay widens an occurrence to the part of the day it takes: who goes to
// the theatre at eight does not go to the assembly at six.
func partOfDay(o bulletin.Occurrence, zone *time.Location) bulletin.Occurrence {
	start, end := o.Start.In(zone), o.End.In(zone)
	if o.AllDay {
		return o
	}
	day := dayOf(start)
	at := func(hour int) time.Time { return atClock(day, time.Date(2000, 1, 1, hour, 0, 0, 0, zone)) }
	from, to := day, at(noonHour)
	switch {
	case start.Hour() >= eveningHour:
		from, to = at(eveningHour), day.AddDate(0, 0, 1)
	case start.Hour() >= noonHour:
		from, to = at(noonHour), at(eveningHour)
	}
	if end.After(to) {
		to = end
	}
	return bulletin.Occurrence{Start: from.UTC(), End: to.UTC()}
}

// Nearness says how close another event is, nearest first.
type Nearness int

// The degrees of nearness.
const (
	SamePlace Nearness = iota
	SameVillage
	SameMunicipality
	SameRegion
)

var nearnessKeys = []string{"events.near_place", "events.near_village", "events.near_municipality", "events.near_region"}

// nearMetres is how far apart two points still count as one place: a hall and
// its car park, or two descriptions of one church.
const nearMetres = 80

func nearness(e *Event, other *bulletin.Entry) Nearness {
	if e.Place != "" && strings.EqualFold(strings.TrimSpace(e.Place), strings.TrimSpace(other.Place)) {
		return SamePlace
	}
	exact := e.Point != nil && other.Place != "" && e.Place != "" && other.Geometry != nil
	if p, ok := other.Geometry.(orb.Point); exact && ok && !villageCentre(e, other) && geo.Distance(*e.Point, p) < nearMetres {
		return SamePlace
	}
	switch {
	case e.Scope.VillageID != "" && e.Scope.VillageID == other.Scope.VillageID:
		return SameVillage
	case e.Scope.MunicipalityID != "" && e.Scope.MunicipalityID == other.Scope.MunicipalityID:
		return SameMunicipality
	}
	return SameRegion
}

// villageCentre: two places that are only known as "somewhere in the village"
// bear the same point and are not one place for that.
func villageCentre(e *Event, other *bulletin.Entry) bool {
	p, ok := other.Geometry.(orb.Point)
	return ok && e.Point != nil && p.Equal(*e.Point)
}

// Collision is another thing on the same part of the day.
type Collision struct {
	bulletin.Timed
	Near Nearness
}

// notFor are kinds that take nobody's evening.
var notFor = []string{"waste", "warning"}

// mostShown bounds the warning; who reads more than that?
const mostShown = 12

// spans of an event that are looked at: its dates from now on.
const mostSpans = 60

// collisions finds what else is on, nearest first, then by time.
func (s *service) collisions(ctx context.Context, e *Event) ([]Collision, error) {
	if e.Start.IsZero() || e.Status == bulletin.Cancelled {
		return nil, nil
	}
	zone, now := s.Places().Location(), s.Clock.Now()
	dates, _, err := e.Dates(zone, now, s.Bulletin.Horizon(), mostSpans)
	if err != nil || len(dates) == 0 {
		return nil, err
	}
	spans := make([]bulletin.Occurrence, 0, len(dates))
	for _, d := range dates {
		if d.Status != bulletin.Cancelled {
			spans = append(spans, partOfDay(d.Occurrence, zone))
		}
	}
	var found []bulletin.Timed
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		found, err = s.Bulletin.Collisions(tx, spans, e.ID, bulletin.ReaderOf(ctx))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("collisions: %w", err)
	}
	return order(e, found), nil
}

func order(e *Event, found []bulletin.Timed) []Collision {
	out := make([]Collision, 0, len(found))
	for _, t := range found {
		if !slices.Contains(notFor, t.Kind) {
			out = append(out, Collision{Timed: t, Near: nearness(e, &t.Entry)})
		}
	}
	slices.SortStableFunc(out, func(a, b Collision) int {
		if a.Near != b.Near {
			return int(a.Near - b.Near)
		}
		return a.Occurrence.Start.Compare(b.Occurrence.Start)
	})
	return out
}

// digest names a list of collisions, so that a person confirms those that were
// shown and no others.
func digest(list []Collision) string {
	if len(list) == 0 {
		return ""
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID + " " + list[i].Occurrence.Start.UTC().Format(time.RFC3339)
	}
	slices.Sort(ids)
	sum := sha256.Sum256([]byte(strings.Join(ids, "\n")))
	return hex.EncodeToString(sum[:8])
}

// when is the time of a collision in words.
func (c *Collision) when(l *i18n.Localizer) string {
	return bulletin.When(l, c.Occurrence.Start, c.Occurrence.End, c.Occurrence.AllDay)
}
