package hours

import (
	"slices"
	"time"
)

// dates reads seasons and dates: "Apr-Oct", "2026 Dec 24-2027 Jan 6",
// "24.12.2026", "1.4.–31.10.".
func (s *scanner) dates(r *Rule) error {
	for {
		from, whole, ok, err := s.day()
		if err != nil || !ok {
			return err
		}
		d := Dates{From: from, To: from}
		if whole {
			d.From.Day, d.To.Day = 1, lastDay(from.Year, from.Month)
		}
		if slices.Contains([]string{"-", "bis", "to"}, s.peek(0)) {
			mark := s.at
			s.at++
			to, whole, ok, err := s.end(d.From)
			if err != nil {
				return err
			}
			if !ok {
				s.at = mark
				return s.wrong(CodeDate)
			}
			if whole {
				to.Day = lastDay(to.Year, to.Month)
			}
			d.To = to
		}
		if d, ok = agree(d); !ok {
			return s.wrong(CodeDate)
		}
		r.Dates = append(r.Dates, d)
		if len(r.Dates) > maxSpansRule {
			return s.wrong(CodeLong)
		}
		mark := s.at
		if s.takeAny(",", "und", "and") {
			if _, _, ok, err := s.day(); err == nil && ok {
				s.at = mark + 1
				continue
			}
			s.at = mark
		}
		s.take(":")
		return nil
	}
}

// agree settles the years of a range: named once they hold for both ends, and
// over New Year the end is in the next one.
func agree(d Dates) (Dates, bool) {
	switch {
	case d.From.Year != 0 && d.To.Year == 0:
		d.To.Year = d.From.Year
		if number(0, d.To.Month, d.To.Day) < number(0, d.From.Month, d.From.Day) {
			d.To.Year++
		}
	case d.From.Year == 0 && d.To.Year != 0:
		d.From.Year = d.To.Year
		if number(0, d.To.Month, d.To.Day) < number(0, d.From.Month, d.From.Day) {
			d.From.Year--
		}
	}
	return d, d.From.Year == 0 || number(d.From.Year, d.From.Month, d.From.Day) <= number(d.To.Year, d.To.Month, d.To.Day)
}

// lastDay of a month; of February without a year the 29th, so that a season
// that ends with it has no hole.
func lastDay(year int, month time.Month) int {
	if year == 0 {
		year = 2024
	}
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// day reads one date; whole is a month without a day. Nothing is consumed when
// there is no date.
func (s *scanner) day() (d Day, whole, ok bool, err error) {
	mark := s.at
	if s.lines {
		s.skip()
		if d, ok, err = s.numeric(); ok || err != nil {
			return d, false, ok, err
		}
	}
	if n, isYear := s.number(); isYear {
		if n >= 1900 {
			d.Year = n
		} else {
			s.at = mark // a day or a time
		}
	}
	month, known := monthWords[s.peek(0)]
	if !known {
		s.at = mark
		if s.lines {
			return s.spoken()
		}
		return Day{}, false, false, nil
	}
	d.Month = month
	s.at++
	s.take(".")
	if n, isDay := s.dayNumber(); isDay {
		d.Day = n
		s.trailingYear(&d)
		return d, false, true, s.check(d)
	}
	s.trailingYear(&d)
	return d, true, true, nil
}

// dayNumber reads the day behind a month, unless the number belongs to a time.
func (s *scanner) dayNumber() (int, bool) {
	if next := s.peek(1); next == ":" || len(s.peek(0)) > 2 || (s.lines && next == "uhr") {
		return 0, false
	}
	if s.lines && s.peek(1) == "-" && s.clockAhead(2) {
		return 0, false // "August 8–12 Uhr" are hours; "Aug 08-12" is OSM
	}
	return s.number()
}

// clockAhead reports whether "12 Uhr" or "12:30" stands n places ahead.
func (s *scanner) clockAhead(n int) bool {
	return s.peek(n+1) == ":" || s.peek(n+1) == "uhr"
}

// trailingYear reads "24. Dezember 2026".
func (s *scanner) trailingYear(d *Day) {
	if y := s.peek(0); d.Year == 0 && len(y) == 4 && y >= "1900" && y <= "2199" && s.peek(1) != ":" {
		if n, ok := s.number(); ok {
			d.Year = n
		}
	}
}

// numeric reads "24.12." and "24.12.2026".
func (s *scanner) numeric() (d Day, ok bool, err error) {
	mark := s.at
	day, isDay := s.number()
	if !isDay || !s.take(".") {
		s.at = mark
		return d, false, nil
	}
	month, isMonth := s.number()
	// "8.30-12 Uhr" is a time, "24.12." a date: the second dot tells.
	if !isMonth || !s.take(".") {
		s.at = mark
		return d, false, nil
	}
	d = Day{Month: time.Month(month), Day: day}
	if y := s.peek(0); (len(y) == 4 || len(y) == 2) && s.peek(1) != ":" && s.peek(1) != "uhr" && s.peek(1) != "-" || len(y) == 4 {
		if n, isYear := s.number(); isYear {
			if n < 100 {
				n += 2000
			}
			d.Year = n
		}
	}
	return d, true, s.check(d)
}

// spoken reads "24. Dezember".
func (s *scanner) spoken() (d Day, whole, ok bool, err error) {
	mark := s.at
	day, isDay := s.number()
	s.take(".")
	month, known := monthWords[s.peek(0)]
	if !isDay || !known {
		s.at = mark
		return Day{}, false, false, nil
	}
	s.at++
	d = Day{Month: month, Day: day}
	s.trailingYear(&d)
	return d, false, true, s.check(d)
}

// end reads the second date of a range; a bare day takes the month of the first.
func (s *scanner) end(from Day) (d Day, whole, ok bool, err error) {
	if d, whole, ok, err = s.day(); ok || err != nil {
		return d, whole, ok, err
	}
	if n, isDay := s.dayNumber(); isDay {
		d = Day{Year: from.Year, Month: from.Month, Day: n}
		return d, false, true, s.check(d)
	}
	return d, false, false, nil
}

func (s *scanner) check(d Day) error {
	if d.Month < time.January || d.Month > time.December || d.Day < 1 || d.Day > lastDay(d.Year, d.Month) ||
		d.Year != 0 && (d.Year < 1900 || d.Year > 2199) {
		return s.wrong(CodeDate)
	}
	return nil
}

// times reads spans: "08:00-12:00,13:00-17:00", "8–12 und 13.30–18 Uhr".
func (s *scanner) times(r *Rule) error {
	for {
		s.skip()
		from, ok, err := s.clock()
		if err != nil || !ok {
			return err
		}
		span := Span{From: from, To: from}
		s.skipClock()
		if s.takeAny("-", "bis", "to", "until") {
			s.skip()
			to, ok, err := s.clock()
			if err != nil {
				return err
			}
			if !ok {
				return s.wrong(CodeTime)
			}
			if span.To = to; to <= from {
				span.To += dayMinutes // closes after midnight
			}
			s.skipClock()
		}
		if s.peek(0) == "+" {
			return s.wrong(CodeOpenEnd)
		}
		if span.From >= dayMinutes || span.To-span.From > dayMinutes || span.To > lastMinute {
			return s.wrong(CodeTime)
		}
		if r.Spans = append(r.Spans, span); len(r.Spans) > maxSpansRule {
			return s.wrong(CodeLong)
		}
		mark := s.at
		if s.takeAny(",", "und", "and", "u") {
			if s.take("."); s.startsTime() {
				continue
			}
			s.at = mark
		}
		break
	}
	slices.SortFunc(r.Spans, func(a, b Span) int { return a.From - b.From })
	for i := 1; i < len(r.Spans); i++ {
		if r.Spans[i].From < r.Spans[i-1].To {
			r.Spans = merge(r.Spans)
			break
		}
	}
	return nil
}

func (s *scanner) skipClock() {
	if s.lines {
		s.takeAny("uhr", "h")
	}
}

// startsTime reports whether a time follows, and not a date or an ordinal.
func (s *scanner) startsTime() bool {
	if s.lines {
		mark := s.at
		_, _, ok, err := s.day()
		_, ordinal := s.ordinal()
		s.at = mark
		if ok || err != nil || ordinal {
			return false
		}
		s.skip()
	}
	token := s.peek(0)
	return token != "" && token[0] >= '0' && token[0] <= '9' && len(token) <= 2
}

// clock reads "08:00", and in people's words "8", "8.30" and "8 Uhr".
func (s *scanner) clock() (minute int, ok bool, err error) {
	mark := s.at
	hour, ok := s.number()
	if !ok {
		return 0, false, nil
	}
	minutes := 0
	if s.peek(0) == ":" || (s.lines && s.peek(0) == "." && len(s.peek(1)) == 2) {
		s.at++
		digits := s.peek(0)
		if minutes, ok = s.number(); !ok || len(digits) != 2 {
			s.at = mark
			return 0, false, s.wrong(CodeTime)
		}
	} else if !s.lines {
		s.at = mark
		return 0, false, s.wrong(CodeTime)
	}
	if hour > 48 || minutes > 59 || hour*60+minutes > lastMinute {
		s.at = mark
		return 0, false, s.wrong(CodeTime)
	}
	return hour*60 + minutes, true, nil
}
