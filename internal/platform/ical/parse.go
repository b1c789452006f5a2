package ical

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// maxWarnings keeps a thoroughly strange file from filling the memory.
const maxWarnings = 200

// Parse reads a whole iCalendar file. Floating times are placed in the zone
// of X-WR-TIMEZONE if the file has one, else in limits.Zone; all-day events
// lie in limits.Zone. Alarms, to-dos, attachments and HTML descriptions are
// left out.
//
// The error is an *Error that names the line; then there is no result. What
// could be repaired is listed in Calendar.Warnings.
func Parse(r io.Reader, limits Limits) (*Calendar, error) {
	limits = limits.withDefaults()
	data, err := readAll(r, limits.Bytes)
	if err != nil {
		return nil, err
	}
	p := &parser{
		limits: limits,
		scan:   lineScanner{data: data},
		cal:    &Calendar{},
		work:   zoneWork{limit: limits.Zones, steps: maxZoneSteps},
	}
	if err := p.run(); err != nil {
		return nil, err
	}
	p.cal.Events = p.assemble()
	return p.cal, nil
}

type parser struct {
	limits Limits
	scan   lineScanner
	cal    *Calendar
	work   zoneWork

	open      []component
	object    *object // the VCALENDAR being read
	calendars int     // VCALENDARs that have ended
	seen      int     // VEVENTs so far
	kept      int     // properties kept so far
	read      []readEvent
}

// component is an open BEGIN.
type component struct {
	name  string
	line  int
	lines int
	loose int // lines that were no content lines
}

// object collects one VCALENDAR until its end: a VTIMEZONE may follow the
// events that refer to it.
type object struct {
	parser *parser
	method string
	zone   string // X-WR-TIMEZONE
	events []rawEvent
	zones  zones

	zoneID  string
	zoneDef []observance
}

// rawEvent is a VEVENT before interpretation.
type rawEvent struct {
	line  int
	has   map[string]property // first of each
	multi []property          // RRULE, RDATE, EXDATE, EXRULE, CATEGORIES
}

// keptOnce are the event properties of which the first one counts.
var keptOnce = map[string]bool{
	"UID": true, "SUMMARY": true, "DESCRIPTION": true, "LOCATION": true, "URL": true,
	"GEO": true, "DTSTART": true, "DTEND": true, "DURATION": true, "STATUS": true,
	"CLASS": true, "SEQUENCE": true, "CREATED": true, "LAST-MODIFIED": true, "DTSTAMP": true,
	"RECURRENCE-ID": true, "X-MICROSOFT-CDO-ALLDAYEVENT": true,
}

// keptAll are the event properties that may come several times.
var keptAll = map[string]bool{
	"RRULE": true, "RDATE": true, "EXDATE": true, "EXRULE": true, "CATEGORIES": true,
}

// looseNames are the texts in which some producers forget to escape a line
// break, so that the next line is no content line.
var looseNames = map[string]bool{
	"SUMMARY": true, "DESCRIPTION": true, "LOCATION": true, "COMMENT": true, "CONTACT": true,
	"X-ALT-DESC": true,
}

func (p *parser) fail(line int, reason, detail string) error {
	return &Error{Line: line, Reason: reason, Detail: shorten(stripControls(detail))}
}

func (p *parser) warn(line int, reason, detail string) {
	if len(p.cal.Warnings) < maxWarnings {
		p.cal.Warnings = append(p.cal.Warnings, Error{Line: line, Reason: reason, Detail: shorten(stripControls(detail))})
	}
}

func (p *parser) run() error {
	var last property // for loose text
	for {
		raw, number, ok := p.scan.next()
		if !ok {
			break
		}
		line := decodeText(raw)
		prop, valid := splitLine(line, number)
		if strings.TrimSpace(line) == "" {
			continue
		}
		if len(p.open) == 0 {
			if err := p.outside(prop, valid, line, number); err != nil {
				return err
			}
			continue
		}
		if !valid || looksLoose(prop, line, last) {
			if !looseNames[last.name] || !p.inEvent() {
				return p.fail(number, ReasonBadLine, line)
			}
			if err := p.loose(last.name, line, number); err != nil {
				return err
			}
			continue
		}
		if err := p.line(prop, len(line)); err != nil {
			return err
		}
		last = prop
	}
	if len(p.open) > 0 {
		top := p.open[len(p.open)-1]
		return p.fail(p.scan.number, ReasonMissingEnd, fmt.Sprintf("BEGIN:%s in line %d has no END", top.name, top.line))
	}
	if p.calendars == 0 {
		return p.fail(1, ReasonEmpty, "the file has no content")
	}
	return nil
}

// outside handles a line that is in no VCALENDAR.
func (p *parser) outside(prop property, valid bool, line string, number int) error {
	if valid && prop.name == "BEGIN" && strings.EqualFold(strings.TrimSpace(prop.value), "VCALENDAR") {
		return p.begin("VCALENDAR", number)
	}
	if p.calendars == 0 {
		return p.fail(number, ReasonNotCalendar, line)
	}
	p.warn(number, WarnOutside, line)
	return nil
}

// looksLoose tells "Eintritt: 5 Euro" after a text from a property: names are
// written in capitals by every known producer.
func looksLoose(prop property, line string, last property) bool {
	if !looseNames[last.name] || strings.HasPrefix(line, prop.name) || strings.HasPrefix(prop.name, "X-") {
		return false
	}
	return prop.name != "BEGIN" && prop.name != "END" && !keptOnce[prop.name] && !keptAll[prop.name]
}

func (p *parser) inEvent() bool {
	return len(p.open) == 2 && p.open[1].name == "VEVENT"
}

// maxLoose bounds the lines without folding in one event: joining them one
// by one costs more with each.
const maxLoose = 500

// loose adds a line to the text before it.
func (p *parser) loose(name, line string, number int) error {
	if err := p.count(number); err != nil {
		return err
	}
	top := &p.open[len(p.open)-1]
	if top.loose++; top.loose > maxLoose {
		return p.fail(number, ReasonBadLine, line)
	}
	p.warn(number, WarnLooseText, line)
	e := &p.object.events[len(p.object.events)-1]
	if prop, ok := e.has[name]; ok && len(prop.value)+len(line) < p.limits.LineBytes {
		prop.value += `\n` + line
		e.has[name] = prop
	}
	return nil
}

// count charges one line to the innermost component.
func (p *parser) count(number int) error {
	top := &p.open[len(p.open)-1]
	if top.lines++; top.lines > p.limits.Properties {
		return p.fail(number, ReasonTooManyProps, "in "+top.name)
	}
	return nil
}

func (p *parser) line(prop property, size int) error {
	switch prop.name {
	case "BEGIN":
		return p.begin(strings.ToUpper(strings.TrimSpace(prop.value)), prop.line)
	case "END":
		return p.end(strings.ToUpper(strings.TrimSpace(prop.value)), prop.line)
	}
	if err := p.count(prop.line); err != nil {
		return err
	}
	tooLong := size > p.limits.LineBytes
	switch {
	case len(p.open) == 1:
		if !tooLong {
			p.calendarProperty(prop)
		}
	case p.inEvent():
		return p.eventProperty(prop, tooLong)
	case p.open[1].name == "VTIMEZONE" && !tooLong:
		p.object.zoneProperty(prop, len(p.open))
	}
	return nil
}

func (p *parser) begin(name string, line int) error {
	if len(p.open) >= p.limits.Nesting {
		return p.fail(line, ReasonTooDeep, "BEGIN:"+name)
	}
	if len(p.open) > 0 && name == "VCALENDAR" {
		return p.fail(line, ReasonWrongEnd, "BEGIN:VCALENDAR before END:"+p.open[len(p.open)-1].name)
	}
	if len(p.open) > 0 {
		// A component is a line of its parent; events have a limit of their own.
		p.open[len(p.open)-1].lines += btoi(name != "VEVENT")
		if p.open[len(p.open)-1].lines > p.limits.Properties {
			return p.fail(line, ReasonTooManyProps, "in "+p.open[len(p.open)-1].name)
		}
	}
	p.open = append(p.open, component{name: name, line: line})
	switch {
	case len(p.open) == 1:
		p.object = &object{parser: p, zones: zones{work: &p.work}}
	case len(p.open) == 2 && name == "VEVENT":
		if p.seen++; p.seen > p.limits.Events {
			return p.fail(line, ReasonTooManyEvents, fmt.Sprintf("more than %d", p.limits.Events))
		}
		p.object.events = append(p.object.events, rawEvent{line: line, has: make(map[string]property, 12)})
	case len(p.open) == 2 && name == "VTIMEZONE":
		p.object.zoneID, p.object.zoneDef = "", nil
	case len(p.open) == 3 && p.open[1].name == "VTIMEZONE":
		p.object.zoneDef = append(p.object.zoneDef, observance{daylight: name == "DAYLIGHT"})
	}
	return nil
}

func (p *parser) end(name string, line int) error {
	top := p.open[len(p.open)-1]
	if top.name != name {
		return p.fail(line, ReasonWrongEnd, fmt.Sprintf("END:%s closes BEGIN:%s of line %d", name, top.name, top.line))
	}
	p.open = p.open[:len(p.open)-1]
	switch {
	case len(p.open) == 0:
		p.calendars++
		return p.object.interpret()
	case len(p.open) == 1 && name == "VTIMEZONE":
		p.object.defineZone()
	}
	return nil
}

func (p *parser) calendarProperty(prop property) {
	c := p.cal
	first := func(field *string) {
		if *field == "" {
			*field = prop.text()
		}
	}
	switch prop.name {
	case "NAME", "X-WR-CALNAME":
		first(&c.Name)
	case "DESCRIPTION", "X-WR-CALDESC":
		first(&c.Description)
	case "PRODID":
		first(&c.ProdID)
	case "URL":
		if c.URL == "" {
			c.URL = webAddress(prop.text())
		}
	case "METHOD":
		p.object.method = strings.ToUpper(prop.text())
		if c.Method == "" {
			c.Method = p.object.method
		}
	case "X-WR-TIMEZONE":
		p.object.zone = prop.text()
	case "REFRESH-INTERVAL", "X-PUBLISHED-TTL":
		if d, ok := parseSpan(prop.value); ok && c.Refresh == 0 {
			c.Refresh = time.Duration(d.days)*24*time.Hour + time.Duration(d.seconds)*time.Second
		}
	}
}

func (p *parser) eventProperty(prop property, tooLong bool) error {
	once := keptOnce[prop.name]
	if !once && !keptAll[prop.name] || strings.TrimSpace(prop.value) == "" {
		return nil
	}
	if tooLong {
		return p.fail(prop.line, ReasonLineTooLong, prop.name)
	}
	e := &p.object.events[len(p.object.events)-1]
	if _, ok := e.has[prop.name]; ok && once {
		return nil
	}
	const perEvent = 20 // on average; keeps many short lines from filling memory
	if p.kept++; p.kept > p.limits.Events*perEvent+p.limits.Properties {
		return p.fail(prop.line, ReasonTooManyProps, "in the file")
	}
	if once {
		e.has[prop.name] = prop
		return nil
	}
	e.multi = append(e.multi, prop)
	return nil
}

// zoneProperty reads a line of VTIMEZONE (depth 2) or of its parts (depth 3).
// Mistakes only spoil the zone: most files never need its rules.
func (o *object) zoneProperty(prop property, depth int) {
	if depth == 2 {
		switch prop.name {
		case "TZID":
			o.zoneID = prop.zoneID()
		case "X-LIC-LOCATION":
			if o.zones.alias == nil {
				o.zones.alias = map[string]string{}
			}
			// TZID may come later; keyed in defineZone.
			o.zones.alias[""] = prop.text()
		}
		return
	}
	if depth != 3 || len(o.zoneDef) == 0 {
		return
	}
	part := &o.zoneDef[len(o.zoneDef)-1]
	ok := true
	switch prop.name {
	case "DTSTART":
		var m moment
		m, ok = parseMoment(prop.value)
		part.start = m.wall
	case "TZOFFSETFROM":
		part.from, ok = parseOffset(strings.TrimSpace(prop.value))
	case "TZOFFSETTO":
		part.to, ok = parseOffset(strings.TrimSpace(prop.value))
	case "TZNAME":
		part.name = zoneName(prop.value)
	case "RRULE":
		rule, err := ParseRule(prop.value)
		part.rule, ok = rule, err == nil && part.rule == nil
	case "RDATE":
		for value := range strings.SplitSeq(prop.value, ",") {
			m, valid := parseMoment(value)
			ok = ok && valid && len(part.extra) < 1000
			if !ok {
				break
			}
			part.extra = append(part.extra, m.wall)
		}
	}
	part.broken = part.broken || !ok
}

func (o *object) defineZone() {
	z := &o.zones
	name := z.alias[""]
	delete(z.alias, "")
	if o.zoneID == "" {
		return
	}
	if z.defined == nil {
		z.defined = map[string][]observance{}
	}
	z.defined[o.zoneID] = o.zoneDef
	if name != "" {
		z.alias[o.zoneID] = name
	}
}

// zoneID is the value of TZID without the quotes that some producers add.
func (p property) zoneID() string {
	return strings.Trim(p.text(), `"`)
}
