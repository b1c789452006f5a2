package ical

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// contentUID makes a UID from what identifies an event to a person, so that
// the next import of the same file finds it again.
func contentUID(e *Event) string {
	return "x-" + contentHash(e, 16)
}

func contentHash(e *Event, size int) string {
	parts := []string{e.UID, e.Summary, e.Location, stamp(e.Start), stamp(e.End), stamp(e.RecurrenceID)}
	if e.Rule != nil {
		parts = append(parts, e.Rule.String())
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:size])
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.Unix(), 10)
}

// newer reports whether b replaces a: by SEQUENCE, then by LAST-MODIFIED,
// then because it stands later in the file (RFC 5546 §2.1.5).
func newer(a, b *Event) bool {
	if a.Sequence != b.Sequence {
		return b.Sequence > a.Sequence
	}
	return !b.LastModified.Before(a.LastModified)
}

// assemble joins masters and overrides under their UID, in file order.
func (p *parser) assemble() []Event {
	groups := make(map[string][]int, len(p.read))
	order := make([]string, 0, len(p.read))
	for i := range p.read {
		uid := p.read[i].UID
		if groups[uid] == nil {
			order = append(order, uid)
		}
		groups[uid] = append(groups[uid], i)
	}
	events := make([]Event, 0, len(order))
	for _, uid := range order {
		events = append(events, p.joinGroup(groups[uid])...)
	}
	return events
}

// joinGroup handles all events of one UID.
func (p *parser) joinGroup(group []int) []Event {
	var masters, overrides []*readEvent
	for _, i := range group {
		if e := &p.read[i]; e.override {
			overrides = append(overrides, e)
		} else {
			masters = append(masters, e)
		}
	}
	masters = p.currentMasters(masters)
	var out []Event
	for _, m := range masters {
		out = append(out, m.Event)
	}
	if len(masters) != 1 || masters[0].Start.IsZero() {
		// No series to belong to: each override stands for itself.
		for _, o := range p.currentOverrides(overrides) {
			out = append(out, o.Event)
		}
		return out
	}
	master := &out[0]
	for _, o := range overrides {
		alignID(master, o)
	}
	for _, o := range p.currentOverrides(overrides) {
		if o.Start.IsZero() { // a bare cancellation of one occurrence
			o.Start, o.AllDay = o.RecurrenceID, master.AllDay
			o.End = (wallOf(o.Start) + length(master)).in(o.Start.Location())
		}
		master.Overrides = append(master.Overrides, o.Event)
	}
	return out
}

// alignID gives RECURRENCE-ID the form of the starts of its series.
func alignID(master *Event, o *readEvent) {
	zone := master.Start.Location()
	wall := wallOf(o.RecurrenceID.In(zone))
	if o.dateID {
		wall = wallOf(o.RecurrenceID) // a date is the same everywhere
	}
	day, _ := wall.day()
	switch {
	case master.AllDay:
		o.RecurrenceID = (wallTime(day) * daySeconds).in(zone)
	case o.dateID:
		_, second := wallOf(master.Start).day()
		o.RecurrenceID = (wallTime(day)*daySeconds + wallTime(second)).in(zone)
	default:
		o.RecurrenceID = o.RecurrenceID.In(zone)
	}
}

// currentMasters drops outdated versions. Several events that merely share a
// UID, as careless generators write them, get UIDs of their own.
func (p *parser) currentMasters(masters []*readEvent) []*readEvent {
	if len(masters) < 2 {
		return masters
	}
	newest := masters[0]
	sameSequence := true
	for _, m := range masters[1:] {
		sameSequence = sameSequence && m.Sequence == newest.Sequence
		if newer(&newest.Event, &m.Event) {
			newest = m
		}
	}
	if !sameSequence || newest.Start.IsZero() {
		return p.withStart(newest, masters)
	}
	byStart := map[string]*readEvent{}
	var keys []string
	for _, m := range masters {
		key := stamp(m.Start) + "/" + strconv.FormatBool(m.AllDay)
		old, ok := byStart[key]
		if !ok {
			keys = append(keys, key)
		}
		if !ok || newer(&old.Event, &m.Event) {
			byStart[key] = m
		}
	}
	if len(keys) == 1 {
		return []*readEvent{byStart[keys[0]]}
	}
	var out []*readEvent
	for _, key := range keys {
		m := byStart[key]
		p.warn(m.Line, WarnDuplicateUID, m.UID)
		m.UID += "#" + contentHash(&m.Event, 8)
		out = append(out, m)
	}
	return out
}

// withStart returns the newest version; if it is a bare cancellation, it
// takes what it cancels from the version before it.
func (p *parser) withStart(newest *readEvent, masters []*readEvent) []*readEvent {
	if !newest.Start.IsZero() {
		return []*readEvent{newest}
	}
	var full *readEvent
	for _, m := range masters {
		if !m.Start.IsZero() && (full == nil || newer(&full.Event, &m.Event)) {
			full = m
		}
	}
	if full == nil {
		return []*readEvent{newest}
	}
	full.Status, full.Sequence = Cancelled, newest.Sequence
	return []*readEvent{full}
}

// currentOverrides keeps the newest override of each occurrence, by time.
func (p *parser) currentOverrides(overrides []*readEvent) []*readEvent {
	type identity struct {
		at     int64
		future bool
	}
	current := make(map[identity]*readEvent, len(overrides))
	for _, o := range overrides {
		id := identity{o.RecurrenceID.Unix(), o.ThisAndFuture}
		old, ok := current[id]
		if ok {
			p.warn(o.Line, WarnOldOverride, o.UID)
		}
		if !ok || newer(&old.Event, &o.Event) {
			current[id] = o
		}
	}
	out := make([]*readEvent, 0, len(current))
	for _, o := range overrides {
		if current[identity{o.RecurrenceID.Unix(), o.ThisAndFuture}] == o {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b *readEvent) int { return a.RecurrenceID.Compare(b.RecurrenceID) })
	return out
}
