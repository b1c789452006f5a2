package bulletin

import (
	"net/http"
	"strconv"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

// calendarMost bounds what one page of the calendar shows.
const calendarMost = 400

// cellMost is how many entries a day of the month shows.
const cellMost = 6

// calendarView is the calendar as a month or as a list.
type calendarView struct {
	asked
	filters filterView
	tabs    []ui.Link
	mode    string
	month   ui.MonthView
	days    []dayView
	prev    string
	next    string
	title   string
	more    bool // there is more than the page shows
}

// dayView is one day of the list.
type dayView struct {
	iso, text, relative string
	cards               []ui.CardView
}

// The two faces of the calendar.
const (
	modeMonth = "monat"
	modeList  = "liste"
)

// calendarPage shows what takes place.
func (b *Bulletin) calendarPage(w http.ResponseWriter, r *http.Request) error {
	a, err := b.ask(r)
	if err != nil {
		return err
	}
	first, err := b.month(a)
	if err != nil {
		return err
	}
	v := calendarView{asked: a, mode: modeMonth, filters: b.filters(a, "/kalender", "termine")}
	if a.query.Get("ansicht") == modeList {
		v.mode = modeList
	}
	v.filters.dates = false
	v.filters.hidden = append(v.filters.hidden, ui.Option{Label: "ansicht", Value: v.mode}, ui.Option{Label: "monat", Value: first.Format("2006-01")})
	v.tabs = []ui.Link{v.tab(modeMonth, first), v.tab(modeList, first)}
	v.title = a.words.Date(first, i18n.MonthYear)
	v.prev, v.next = v.turn(first, -1), v.turn(first, 1)
	if err := b.fillCalendar(&v, first); err != nil {
		return err
	}
	page := b.listPage(a, "bulletin.calendar_title", "/kalender")
	page.NoIndex = a.query.Get("monat") != "" || a.filter.Query != ""
	return ui.Render(w, r, http.StatusOK, page, calendarBody(v))
}

// month is the month an address asks for, this one without.
func (b *Bulletin) month(a asked) (time.Time, error) {
	text := a.query.Get("monat")
	if text == "" {
		y, m, _ := b.clock.Now().In(a.places.Location()).Date()
		return time.Date(y, m, 1, 0, 0, 0, 0, a.places.Location()), nil
	}
	t, err := time.ParseInLocation("2006-01", text, a.places.Location())
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		return t, fault.Invalid("monat", "bulletin.month_wrong", "text", text)
	}
	return t, nil
}

func (v *calendarView) tab(mode string, first time.Time) ui.Link {
	return ui.Link{ID: mode, Label: v.words.T("bulletin.calendar_" + mode), URL: v.address("/kalender", "ansicht", mode, "monat", first.Format("2006-01"))}
}

func (v *calendarView) turn(first time.Time, months int) string {
	return v.address("/kalender", "ansicht", v.mode, "monat", first.AddDate(0, months, 0).Format("2006-01"))
}

func (b *Bulletin) fillCalendar(v *calendarView, first time.Time) error {
	from, to := first, first.AddDate(0, 1, 0)
	if v.mode == modeMonth {
		from = monday(from)
		to = monday(to.AddDate(0, 0, 6))
	} else if today := b.midnight(v.places); from.Before(today) && to.After(today) {
		from = today // what is over this month stays in the month's grid
	}
	f := v.filter.announced()
	f.From, f.To = from, to
	var found []Timed
	err := b.db.View(v.ctx, func(tx *db.Tx) error {
		var err error
		found, err = b.Calendar(tx, f, ReaderOf(v.ctx), calendarMost+1)
		return err
	})
	if err != nil {
		return err
	}
	v.more = len(found) > calendarMost
	found = found[:min(len(found), calendarMost)]
	if v.mode == modeMonth {
		v.month = b.monthView(v, first, from, to, found)
		return nil
	}
	v.days = b.dayViews(v, from, to, found)
	return nil
}

func monday(t time.Time) time.Time {
	return t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
}

// perDay sorts what takes place by day; what lasts several days stands on each.
func perDay(from, to time.Time, found []Timed) map[string][]*Timed {
	days := map[string][]*Timed{}
	for i := range found {
		t := &found[i]
		start, end := t.Occurrence.Start.In(from.Location()), t.Occurrence.End.In(from.Location())
		if start.Before(from) {
			start = from
		}
		for day := start; day.Before(to); day = day.AddDate(0, 0, 1) {
			y, m, d := day.Date()
			day = time.Date(y, m, d, 0, 0, 0, 0, from.Location())
			if day.After(start) && !day.Before(end) {
				break
			}
			key := day.Format(time.DateOnly)
			days[key] = append(days[key], t)
		}
	}
	return days
}

func (b *Bulletin) monthView(v *calendarView, first, from, to time.Time, found []Timed) ui.MonthView {
	m := ui.MonthView{Title: v.title, PrevURL: v.prev, NextURL: v.next}
	today := b.midnight(v.places)
	if y, mo, _ := today.Date(); y != first.Year() || mo != first.Month() {
		m.TodayURL = v.address("/kalender", "ansicht", v.mode)
	}
	for i := range 7 {
		m.Weekdays = append(m.Weekdays, v.weekday(from.AddDate(0, 0, i)))
	}
	days, holidays := perDay(from, to, found), v.places.Calendar(v.filter.Municipality)
	for week := from; week.Before(to); week = week.AddDate(0, 0, 7) {
		row := make([]ui.DayView, 7)
		for i := range row {
			day := week.AddDate(0, 0, i)
			iso := day.Format(time.DateOnly)
			row[i] = ui.DayView{
				ISO: iso, Number: strconv.Itoa(day.Day()), Weekday: v.weekday(day),
				Other: day.Month() != first.Month(), Today: day.Equal(today), Entries: b.dayLinks(v, day, days[iso]),
			}
			if h, ok := holidays.Holiday(day); ok {
				row[i].Holiday, row[i].Note = true, v.words.T(h.Key)
			}
		}
		m.Weeks = append(m.Weeks, row)
	}
	return m
}

func (v *calendarView) weekday(day time.Time) string {
	name := []rune(v.words.WeekdayName(day.Weekday()))
	if v.words.Lang == i18n.English {
		return string(name[:3])
	}
	return string(name[:2])
}

func (b *Bulletin) dayLinks(v *calendarView, day time.Time, timed []*Timed) []ui.Link {
	links := make([]ui.Link, 0, min(len(timed), cellMost+1))
	for i, t := range timed {
		if i == cellMost && len(timed) > cellMost+1 {
			rest := v.words.N("bulletin.day_more", len(timed)-i)
			return append(links, ui.Link{Label: rest, URL: v.address("/kalender", "ansicht", modeList, "monat", day.Format("2006-01")), Tone: "soft"})
		}
		title, _, _ := t.In(wantedLang(v.ctx))
		if !t.Occurrence.AllDay && !t.Occurrence.Start.Before(day) {
			title = v.words.Date(t.Occurrence.Start, i18n.TimeOnly) + " " + title
		}
		if key := timedStatus(t); key != "" {
			title = v.words.T("bulletin.status_"+key) + ": " + title
		}
		links = append(links, ui.Link{Label: title, URL: t.Link, Tone: b.KindOf(t.Kind).Tone})
	}
	return links
}

// timedStatus is cancelled, moved or empty.
func timedStatus(t *Timed) string {
	for _, s := range []Status{t.Entry.Status, t.Occurrence.Status} {
		if s == Cancelled || s == Moved {
			return string(s)
		}
	}
	return ""
}

func (b *Bulletin) dayViews(v *calendarView, from, to time.Time, found []Timed) []dayView {
	days := perDay(from, to, found)
	today := b.midnight(v.places)
	var out []dayView
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		timed := days[day.Format(time.DateOnly)]
		if len(timed) == 0 {
			continue
		}
		d := dayView{iso: day.Format(time.DateOnly), text: v.words.Date(day, i18n.DateLong)}
		switch {
		case day.Equal(today):
			d.relative = v.words.T("bulletin.today")
		case day.Equal(today.AddDate(0, 0, 1)):
			d.relative = v.words.T("bulletin.tomorrow")
		}
		for _, t := range timed {
			c := b.TimedView(v.ctx, t, 4)
			c.ID += "-" + d.iso // the same series may stand on several days
			d.cards = append(d.cards, c)
		}
		out = append(out, d)
	}
	return out
}
