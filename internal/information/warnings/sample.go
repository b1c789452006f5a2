package warnings

import (
	"context"
	_ "embed" // the sample message
	"fmt"
	"time"

	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
)

// sampleAlert is an invented message in the form of the DWD.
//
//go:embed sample/glaette.xml
var sampleAlert []byte

// sampleDrafts are invented warnings of a municipality; the texts are demo
// content, like those of the sample news.
var sampleDrafts = []struct {
	village, severity, title, text, instruction string
	streets                                     []string
	days                                        int
}{
	{
		"leeder", "Minor", "Ringstraße in Leeder gesperrt", "Wegen eines Wasserrohrbruchs ist die Ringstraße für Autos gesperrt.",
		"Fahren Sie über die Denklinger Straße.\nZu Fuß und mit dem Rad kommen Sie durch.", []string{"Ringstraße"}, 4,
	},
}

// sample writes one weather warning of now, one of last week and a local notice.
func (s *service) sample(ctx context.Context, _ capability.SampleRun) error {
	o, err := s.origin(ctx, "")
	if err != nil {
		return err
	}
	o.sample = true
	a, err := cap.ParseXML("glaette.xml", sampleAlert)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	current, past := moved(a, now.Add(-time.Hour), "1"), moved(a, now.AddDate(0, 0, -6), "2")
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := s.receive(tx, []cap.Alert{past, current}, o, false); err != nil {
			return fmt.Errorf("sample warnings: %w", err)
		}
		return s.sampleOwn(tx, o, now)
	})
}

// moved puts a message to another time.
func moved(a cap.Alert, sent time.Time, suffix string) cap.Alert {
	by := sent.Sub(a.Sent)
	a.Identifier += "-" + suffix
	a.Sent = sent
	infos := make([]cap.Info, len(a.Infos))
	for i, info := range a.Infos {
		info.Expires = info.Expires.Add(by)
		if !info.Onset.IsZero() {
			info.Onset = info.Onset.Add(by)
		}
		infos[i] = info
	}
	a.Infos = infos
	return a
}

func (s *service) sampleOwn(tx *db.Tx, o origin, now time.Time) error {
	places := s.Places()
	for _, d := range sampleDrafts {
		v, ok := places.VillageBySlug(d.village)
		if !ok {
			continue
		}
		draft := Draft{
			Publisher: o.relays[v.MunicipalityID], Scope: Scope{Municipality: v.MunicipalityID}, Title: d.title, Text: d.text,
			Instruction: d.instruction, Severity: d.severity, Until: now.AddDate(0, 0, d.days),
		}
		for _, name := range d.streets {
			if street, ok := places.StreetByName(v.ID, name); ok {
				draft.Scope.Streets = append(draft.Scope.Streets, street.ID)
			}
		}
		p, _ := s.Bulletin.Publisher(draft.Publisher)
		w := Warning{ID: s.IDs.New(), Sample: true}
		w.own(&draft, p.Slug, p.Name, now)
		if err := s.put(tx, &w, o); err != nil {
			return err
		}
	}
	return nil
}
