package events

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

// fields are the answers of the form that only events have, as they were
// typed, right or wrong.
type fields struct {
	compose.Fields
	StartDate, StartTime, EndDate, EndTime          string
	AllDay                                          bool
	Repeat, RepeatStep, RepeatCount, RepeatUntil    string
	RepeatDays                                      []string
	Address, Costs, Link                            string
	ContactName, ContactPhone, ContactMail          string
	Access                                          []string
	Status, EventReason                             string
	Register, NoWaiting, EachDate                   bool
	Capacity, MaxGuests, DeadlineDate, DeadlineTime string
}

// values reads typed answers; it never fails, parse tells what is wrong.
func values(common compose.Fields, v url.Values) fields {
	yes := func(name string) bool { return v.Get(name) != "" }
	return fields{
		Fields:    common,
		StartDate: v.Get("start-date"), StartTime: v.Get("start-time"), EndDate: v.Get("end-date"), EndTime: v.Get("end-time"),
		AllDay: yes("all-day"), Repeat: v.Get("repeat"), RepeatStep: v.Get("repeat-step"), RepeatCount: v.Get("repeat-count"),
		RepeatUntil: v.Get("repeat-until"), RepeatDays: v["repeat-days"],
		Address: v.Get("address"), Costs: v.Get("costs"), Link: v.Get("link"),
		ContactName: v.Get("contact-name"), ContactPhone: v.Get("contact-phone"), ContactMail: v.Get("contact-mail"),
		Access: v["access"], Status: v.Get("status"), EventReason: v.Get("event-reason"),
		Register: yes("register"), NoWaiting: yes("no-waiting"), EachDate: yes("each-date"),
		Capacity: v.Get("capacity"), MaxGuests: v.Get("max-guests"), DeadlineDate: v.Get("deadline-date"), DeadlineTime: v.Get("deadline-time"),
	}
}

// parse turns typed answers into the event. What the form cannot say (a rule
// from elsewhere, exceptions) stays as it is in old. Faults carry the names of
// the form's fields.
func (s *service) parse(ctx context.Context, f fields, old *Event) (Event, error) {
	e := *old
	var faults fault.List
	common, err := s.desk.Parse(ctx, f.Fields)
	if err != nil {
		if faults = fault.All(err); len(faults) == 0 {
			return e, err
		}
	}
	if old.State == compose.Published && common.PublishAt.IsZero() {
		common.PublishAt = old.PublishAt // a change names no new moment of publication
	}
	e.Common = common
	zone := s.Places().Location()
	e.Start, e.End, e.AllDay = f.times(zone, &faults)
	f.parseRepeat(&e, old, zone, &faults)
	e.Address, e.Costs, e.Link = f.Address, f.Costs, f.Link
	e.ContactName, e.ContactPhone, e.ContactMail = f.ContactName, f.ContactPhone, f.ContactMail
	e.Access = nil
	for _, fact := range AccessFacts { // in their order, each once
		if slices.Contains(f.Access, fact) {
			e.Access = append(e.Access, fact)
		}
	}
	e.Reason = f.EventReason
	switch {
	case f.Status == string(bulletin.Cancelled):
		e.Status = bulletin.Cancelled
	case e.Status == bulletin.Cancelled:
		e.Status = bulletin.Active
	}
	e.Plan = f.plan(zone, &faults)
	if err := e.check(); err != nil {
		for _, one := range fault.All(err) {
			if !slices.ContainsFunc(faults, func(have *fault.Fault) bool { return have.Field == one.Field && have.Key == one.Key }) {
				faults.Add(one)
			}
		}
	}
	return e, faults.Err()
}

// times reads start and end. No end is the start; an end without a date is on
// the same day, or on the next morning.
func (f *fields) times(zone *time.Location, faults *fault.List) (start, end time.Time, allDay bool) {
	if strings.TrimSpace(f.StartDate) == "" {
		if f.StartTime != "" || f.EndDate != "" || f.EndTime != "" {
			faults.Add(fault.Invalid("start-date", "compose.date_missing"))
		}
		return start, end, false
	}
	allDay = f.AllDay || strings.TrimSpace(f.StartTime) == ""
	startTime, endTime, endDate := f.StartTime, f.EndTime, f.EndDate
	if allDay {
		startTime, endTime = "00:00", "00:00"
	}
	if strings.TrimSpace(endDate) == "" {
		endDate = f.StartDate
	}
	if strings.TrimSpace(endTime) == "" {
		endTime = startTime
	}
	start, ok := moment(f.StartDate, startTime, "start-date", zone, faults)
	end, fine := moment(endDate, endTime, "end-date", zone, faults)
	switch {
	case !ok || !fine:
		return start, end, allDay
	case allDay:
		end = end.AddDate(0, 0, 1)
	case end.Before(start) && f.EndDate == "":
		end = end.AddDate(0, 0, 1)
	}
	return start.UTC(), end.UTC(), allDay
}

// moment reads a date and a time of day as browsers and people write them.
func moment(date, clock, field string, zone *time.Location, faults *fault.List) (time.Time, bool) {
	date, clock = strings.TrimSpace(date), strings.TrimSpace(clock)
	for _, layout := range []string{"2006-01-02 15:04", "2.1.2006 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, date+" "+clock, zone); err == nil && t.Year() > 1900 && t.Year() < 2200 {
			return t, true
		}
	}
	faults.Add(fault.Invalid(field, "compose.date_wrong", "text", compose.Line(date+" "+clock)))
	return time.Time{}, false
}

func (f *fields) parseRepeat(e, old *Event, zone *time.Location, faults *fault.List) {
	if f.Repeat == Custom {
		if old.Rule == "" {
			faults.Add(fault.Invalid("repeat", "events.repeat_unknown"))
		}
		return
	}
	p := Repeat{
		Every: f.Repeat, Step: number(f.RepeatStep, "repeat-step", "events.step_wrong", maxStep, faults),
		Count: number(f.RepeatCount, "repeat-count", "events.count_wrong", maxCount, faults),
	}
	for _, name := range f.RepeatDays {
		if day, ok := weekdayOf(name); ok && !slices.Contains(p.Days, day) {
			p.Days = append(p.Days, day)
		}
	}
	if text := strings.TrimSpace(f.RepeatUntil); text != "" {
		p.Until, _ = moment(text, "00:00", "repeat-until", zone, faults)
	}
	if e.Start.IsZero() {
		if f.Repeat != Once {
			faults.Add(fault.Invalid("start-date", "events.start_missing"))
		}
		e.Rule = ""
		return
	}
	rule, err := p.rule(e.Start.In(zone))
	if err != nil {
		*faults = append(*faults, fault.All(err)...)
		return
	}
	if rule != old.Rule && repeatOf(old.Rule, old.Start.In(zone)).equal(p) && e.Start.Equal(old.Start) {
		return // the same choice in other words
	}
	e.Rule = rule
	if e.Rule == "" || !e.Start.Equal(old.Start) {
		e.keepExceptions(old, zone)
	}
}

func (p Repeat) equal(o Repeat) bool {
	return p.Every == o.Every && max(p.Step, 1) == max(o.Step, 1) && p.Count == o.Count && p.Until.Equal(o.Until) && slices.Equal(p.Days, o.Days)
}

// keepExceptions carries exceptions over to a changed start: the same days at
// the new time of day; a single event has none.
func (e *Event) keepExceptions(old *Event, zone *time.Location) {
	kept := make([]Exception, 0, len(old.Exceptions))
	if e.Rule != "" {
		for _, x := range old.Exceptions {
			x.Planned = atClock(x.Planned.In(zone), e.Start.In(zone)).UTC()
			kept = append(kept, x)
		}
	}
	e.Exceptions = kept
}

func number(text, field, key string, most int, faults *fault.List) int {
	if text = strings.TrimSpace(text); text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		faults.Add(fault.Invalid(field, key, "max", most))
		return 0
	}
	return n
}

func (f *fields) plan(zone *time.Location, faults *fault.List) *Plan {
	if !f.Register {
		return nil
	}
	p := &Plan{
		Capacity:  number(f.Capacity, "capacity", "events.capacity_wrong", maxCapacity, faults),
		MaxGuests: number(f.MaxGuests, "max-guests", "events.guests_wrong", maxGuests, faults),
		NoWaiting: f.NoWaiting, EachDate: f.EachDate,
	}
	if strings.TrimSpace(f.DeadlineDate) != "" {
		clock := f.DeadlineTime
		if strings.TrimSpace(clock) == "" {
			clock = "23:59"
		}
		if t, ok := moment(f.DeadlineDate, clock, "deadline-date", zone, faults); ok {
			p.Deadline = t.UTC()
		}
	}
	return p
}

// fill is the reverse of parse: the answers that stand for what is kept.
func (s *service) fields(e *Event) fields {
	zone := s.Places().Location()
	f := fields{
		Fields: s.desk.Fill(&e.Common, e.Version), AllDay: e.AllDay,
		Address: e.Address, Costs: e.Costs, Link: e.Link, Access: slices.Clone(e.Access),
		ContactName: e.ContactName, ContactPhone: e.ContactPhone, ContactMail: e.ContactMail,
		Status: string(bulletin.Active), EventReason: e.Reason,
	}
	if e.Status == bulletin.Cancelled {
		f.Status = string(bulletin.Cancelled)
	}
	if !e.Start.IsZero() {
		f.StartDate, f.StartTime = dateAndTime(e.Start, zone)
		end := e.End
		if e.AllDay {
			end, f.StartTime = end.In(zone).AddDate(0, 0, -1), ""
		}
		f.EndDate, f.EndTime = dateAndTime(end, zone)
		if e.AllDay || e.End.Equal(e.Start) {
			f.EndTime = ""
		}
		if f.EndDate == f.StartDate {
			f.EndDate = ""
		}
		p := repeatOf(e.Rule, e.Start.In(zone))
		f.Repeat, f.RepeatStep, f.RepeatCount = p.Every, positive(p.Step), positive(p.Count)
		if !p.Until.IsZero() {
			f.RepeatUntil = p.Until.In(zone).Format(time.DateOnly)
		}
		for _, d := range p.Days {
			f.RepeatDays = append(f.RepeatDays, weekdayName(d))
		}
	}
	if p := e.Plan; p != nil {
		f.Register, f.NoWaiting, f.EachDate = true, p.NoWaiting, p.EachDate
		f.Capacity, f.MaxGuests = positive(p.Capacity), positive(p.MaxGuests)
		if !p.Deadline.IsZero() {
			f.DeadlineDate, f.DeadlineTime = dateAndTime(p.Deadline, zone)
		}
	}
	return f
}

func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func dateAndTime(t time.Time, zone *time.Location) (date, clock string) {
	t = t.In(zone)
	return t.Format(time.DateOnly), t.Format("15:04")
}

// repeatOptions offers the choices; Custom only where such a rule is kept.
func repeatOptions(ctx context.Context, chosen string) []ui.Option {
	offered := Everys
	if chosen == Custom {
		offered = append(slices.Clone(Everys), Custom)
	}
	out := make([]ui.Option, 0, len(offered))
	for _, every := range offered {
		key := every
		if key == "" {
			key = "once"
		}
		out = append(out, ui.Option{Value: every, Label: i18n.T(ctx, "events.repeat_"+key), Chosen: every == chosen})
	}
	return out
}

func dayOptions(ctx context.Context, chosen []string) []ui.Option {
	out := make([]ui.Option, 0, 7)
	for i, name := range weekdayNames {
		day := time.Weekday((i + 1) % 7)
		out = append(out, ui.Option{Value: name, Label: i18n.From(ctx).WeekdayName(day), Chosen: slices.Contains(chosen, name)})
	}
	return out
}

func accessOptions(ctx context.Context, chosen []string) []ui.Option {
	out := make([]ui.Option, 0, len(AccessFacts))
	for _, fact := range AccessFacts {
		out = append(out, ui.Option{Value: fact, Label: i18n.T(ctx, "events.access_"+fact), Chosen: slices.Contains(chosen, fact)})
	}
	return out
}

func statusOptions(ctx context.Context) []ui.Option {
	return []ui.Option{
		{Value: string(bulletin.Active), Label: i18n.T(ctx, "events.status_active")},
		{Value: string(bulletin.Cancelled), Label: i18n.T(ctx, "events.status_cancelled")},
	}
}
