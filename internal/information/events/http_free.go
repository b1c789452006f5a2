package events

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

// freeView shows a month with how much is on in the evenings, for clubs that
// look for a date.
type freeView struct {
	month ui.MonthView
	day   string // one day in words, empty for none
	iso   string
	cards []ui.CardView
}

// mostFree bounds what one month reads.
const mostFree = 2000

func (s *service) freeEvenings(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, places := i18n.From(ctx), s.Places()
	zone, now := places.Location(), s.Clock.Now().In(places.Location())
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, zone)
	if text := r.URL.Query().Get("monat"); text != "" {
		t, err := time.ParseInLocation("2006-01", text, zone)
		if err != nil || t.Year() < 1970 || t.Year() > 2200 {
			return fault.Invalid("monat", "bulletin.month_wrong", "text", text)
		}
		first = t
	}
	f, err := bulletin.ParseFilter(r.URL.Query(), places)
	if err != nil {
		return err
	}
	from := first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
	to := first.AddDate(0, 1, 6)
	to = to.AddDate(0, 0, -(int(to.Weekday())+6)%7)
	f.From, f.To, f.Query = from, to, ""
	var found []bulletin.Timed
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		found, err = s.Bulletin.Calendar(tx, f, bulletin.ReaderOf(ctx), mostFree)
		return err
	})
	if err != nil {
		return err
	}
	evenings := perEvening(found, from, to, zone)
	v := freeView{month: ui.MonthView{Title: l.Date(first, i18n.MonthYear)}}
	address := func(month time.Time) string { return freePath + "?monat=" + month.Format("2006-01") }
	v.month.PrevURL, v.month.NextURL = address(first.AddDate(0, -1, 0)), address(first.AddDate(0, 1, 0))
	holidays := places.Calendar(f.Municipality)
	for i := range 7 {
		v.month.Weekdays = append(v.month.Weekdays, string([]rune(l.WeekdayName(from.AddDate(0, 0, i).Weekday()))[:2]))
	}
	for week := from; week.Before(to); week = week.AddDate(0, 0, 7) {
		row := make([]ui.DayView, 7)
		for i := range row {
			day := week.AddDate(0, 0, i)
			iso := day.Format(time.DateOnly)
			row[i] = ui.DayView{
				ISO: iso, Number: strconv.Itoa(day.Day()), Weekday: string([]rune(l.WeekdayName(day.Weekday()))[:2]),
				Other: day.Month() != first.Month(), Today: day.Equal(dayOf(now)),
			}
			if h, ok := holidays.Holiday(day); ok {
				row[i].Holiday, row[i].Note = true, l.T(h.Key)
			}
			if day.Month() == first.Month() {
				row[i].Entries = []ui.Link{eveningLink(l, iso, first, len(evenings[iso]))}
			}
		}
		v.month.Weeks = append(v.month.Weeks, row)
	}
	if day, err := time.ParseInLocation(time.DateOnly, r.URL.Query().Get("tag"), zone); err == nil {
		v.iso, v.day = day.Format(time.DateOnly), l.Date(day, i18n.DateLong)
		for _, t := range evenings[v.iso] {
			v.cards = append(v.cards, s.Bulletin.TimedView(ctx, t, 3))
		}
	}
	return ui.Render(w, r, http.StatusOK, ui.Page{Title: l.T("events.free_title"), NoIndex: r.URL.RawQuery != "", Active: "kalender"}, freePage(v))
}

func eveningLink(l *i18n.Localizer, iso string, first time.Time, n int) ui.Link {
	tone := "leaf"
	switch {
	case n > 2:
		tone = "red"
	case n > 0:
		tone = "honey"
	}
	return ui.Link{Label: l.N("events.evening", n), Tone: tone, URL: freePath + "?monat=" + first.Format("2006-01") + "&tag=" + iso + "#abend"}
}

// perEvening sorts what takes an evening by day; whole days take theirs, too,
// unless they are no thing to go to.
func perEvening(found []bulletin.Timed, from, to time.Time, zone *time.Location) map[string][]*bulletin.Timed {
	out := map[string][]*bulletin.Timed{}
	for i := range found {
		t := &found[i]
		if t.Status == bulletin.Cancelled || t.Occurrence.Status == bulletin.Cancelled || slices.Contains(notFor, t.Kind) {
			continue
		}
		start, end := t.Occurrence.Start.In(zone), t.Occurrence.End.In(zone)
		for day := dayOf(start); day.Before(to) && (day.Before(end) || day.Equal(dayOf(start))); day = day.AddDate(0, 0, 1) {
			y, m, d := day.Date()
			evening := time.Date(y, m, d, eveningHour, 0, 0, 0, zone)
			touches := start.Before(day.AddDate(0, 0, 1)) && (end.After(evening) || !start.Before(evening))
			if !day.Before(from) && touches {
				iso := day.Format(time.DateOnly)
				out[iso] = append(out[iso], t)
			}
		}
	}
	return out
}
