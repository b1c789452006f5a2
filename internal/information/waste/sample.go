package waste

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
)

// samplePlan is the invented calendar of one district: the weekday of its bins, and
// in which week of the rhythm each begins.
type samplePlan struct {
	village, name string
	streets       []string // empty: the whole village
	weekday       time.Weekday
	week          int
}

// samplePlans cover every village of the sample region; Leeder is large enough
// for two rounds, of which one divides the Hauptstraße.
var samplePlans = []samplePlan{
	{"leeder", "Leeder Nord", nil, time.Thursday, 0},
	{"leeder", "Leeder Süd", []string{"Hauptstraße ab 21", "Bahnhofstraße", "Denklinger Straße", "Ringstraße", "Ahornweg", "Eschenweg"}, time.Friday, 0},
	{"asch", "Asch", nil, time.Thursday, 1},
	{"seestall", "Seestall", nil, time.Wednesday, 0},
	{"welden", "Welden", nil, time.Wednesday, 1},
	{"engratshofen", "Engratshofen", nil, time.Wednesday, 1},
	{"lechsberg", "Lechsberg", nil, time.Wednesday, 0},
	{"lechmuehlen", "Lechmühlen", nil, time.Wednesday, 0},
	{"unterdiessen", "Unterdießen", nil, time.Tuesday, 0},
	{"oberdiessen", "Oberdießen", nil, time.Tuesday, 1},
	{"dornstetten", "Dornstetten", nil, time.Tuesday, 0},
	{"unterapfeldorf", "Unterapfeldorf", nil, time.Monday, 0},
	{"oberapfeldorf", "Oberapfeldorf", nil, time.Monday, 1},
	{"apfeldorfhausen", "Apfeldorfhausen", nil, time.Monday, 0},
	{"rauhenlechsberg", "Rauhenlechsberg", nil, time.Monday, 1},
}

// sampleRounds are the rhythms of each district: every so many weeks, beginning
// some weeks and days after its first bin.
var sampleRounds = []struct {
	fraction             Fraction
	every, begins, later int
}{
	{Residual, 2, 0, 0}, {Bio, 2, 1, 0}, {Paper, 4, 1, 1}, {Packaging, 4, 2, 1}, {Green, 26, 14, 0}, {Hazardous, 26, 12, 1}, {Tree, 52, 1, 2},
}

// sample writes realistic calendars for all villages, this year and the next.
func (s *service) sample(ctx context.Context, run capability.SampleRun) error {
	orgs, err := s.People.Organisations(ctx)
	if err != nil {
		return err
	}
	for _, p := range samplePlans {
		if err := s.samplePlan(ctx, orgs, p); err != nil {
			return fmt.Errorf("waste sample %s: %w", p.name, err)
		}
		if run.Step != nil {
			run.Step(0)
		}
	}
	return nil
}

func (s *service) samplePlan(ctx context.Context, orgs *people.OrgDirectory, p samplePlan) error {
	places := s.Places()
	v, ok := places.VillageBySlug(p.village)
	if !ok {
		return nil
	}
	o, ok := orgs.Municipality(v.MunicipalityID)
	if !ok {
		return nil
	}
	lines := []string{v.Name}
	for i, street := range p.streets {
		if i == 0 {
			lines = nil
		}
		lines = append(lines, v.Name+": "+street)
	}
	areas, err := ParseAreas(strings.Join(lines, "\n"), places, v.MunicipalityID)
	if err != nil {
		return err
	}
	d := District{ID: s.IDs.New(), MunicipalityID: v.MunicipalityID, Publisher: o.ID, Name: p.name, Sample: true, Areas: areas}
	dates := s.sampleDates(p, d)
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		fresh := d
		if err := s.putDistrict(tx, &fresh); err != nil {
			return err
		}
		for _, c := range dates {
			if err := putDate(tx, c); err != nil {
				return err
			}
		}
		return s.announce(tx, &fresh)
	})
}

func (s *service) sampleDates(p samplePlan, d District) []Collection {
	year := s.Clock.Now().In(s.Places().Location()).Year()
	begin := time.Date(year, time.January, 1+7*p.week, 0, 0, 0, 0, time.UTC)
	for begin.Weekday() != p.weekday {
		begin = begin.AddDate(0, 0, 1)
	}
	holidays := s.calendarOf(d.MunicipalityID)
	var out []Collection
	for _, round := range sampleRounds {
		r := Rhythm{
			Fraction: round.fraction, First: DayOf(begin).Add(7*round.begins + round.later), Weeks: round.every,
			Until: DayOf(time.Date(year+1, time.December, 31, 0, 0, 0, 0, time.UTC)), Shifted: true,
		}
		out = append(out, r.Dates(d.ID, holidays)...)
	}
	return out
}
