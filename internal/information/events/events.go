// Package events is Termine: what takes place in the region. A club enters a
// date once, is told what else is on that evening, and the date appears in
// every calendar, list, feed and map. Series, exceptions and registration
// without an account belong to it; what other calendars bring arrives here too.
package events

import (
	"embed"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/mail"
)

// Messages are this capability's texts.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// Kind is the kind of its entries.
const Kind = "event"

// Event is one event or one series of them.
type Event struct {
	ID string
	compose.Life
	compose.Common
	Details
	Source Source
	Sample bool // invented, for the demo
}

// Details are what an event has beside what all published things share. Start,
// End, AllDay and Rule are columns of their own.
type Details struct {
	Start  time.Time `json:"-"`
	End    time.Time `json:"-"` // exclusive; of whole days the midnight after the last one
	AllDay bool      `json:"-"`
	Rule   string    `json:"-"` // RFC 5545 RRULE, empty for a single event

	Address      string          `json:"address,omitempty"`
	Costs        string          `json:"costs,omitempty"`
	ContactName  string          `json:"contact_name,omitempty"`
	ContactPhone string          `json:"contact_phone,omitempty"`
	ContactMail  string          `json:"contact_mail,omitempty"`
	Link         string          `json:"link,omitempty"`
	Access       []string        `json:"access,omitempty"` // of AccessFacts
	Status       bulletin.Status `json:"status,omitempty"` // empty is active
	Reason       string          `json:"reason,omitempty"` // why it is cancelled or moved
	MovedFrom    time.Time       `json:"moved_from,omitzero"`
	Extra        []time.Time     `json:"extra,omitempty"` // further starts outside the rule (RDATE)
	Exceptions   []Exception     `json:"exceptions,omitempty"`
	Plan         *Plan           `json:"registration,omitempty"` // nil: nobody needs to register
}

// Source is where an imported event comes from; empty for what was written here.
type Source struct {
	ID         string // of the import
	ExternalID string // its own name for the event: the UID
	Name       string
	URL        string
}

// goneThere is the stored reason of an event that left its source; if it comes
// back there, it comes back here.
const goneThere = "source"

// AccessFacts are what people need to know before they set out, in the order
// in which they are shown: DIN 18040-1 for buildings, UN-BRK Art. 9 and 30.
var AccessFacts = []string{
	"step_free", "accessible_toilet", "wheelchair_space", "disabled_parking", "induction_loop",
	"sign_language", "captions", "easy_language", "companion_free", "guide_dog", "quiet_room",
}

// accessIcons shows a sign beside each fact; the text always stands beside it.
var accessIcons = map[string]string{
	"step_free": "wheelchair", "accessible_toilet": "wheelchair", "wheelchair_space": "wheelchair", "disabled_parking": "car",
	"induction_loop": "bell", "sign_language": "people", "captions": "message", "easy_language": "document",
	"companion_free": "people", "guide_dog": "heart", "quiet_room": "leaf",
}

// Limits in characters, and of lists in number.
const (
	maxLine       = 200
	maxExceptions = 1000
	maxLength     = 60 * 24 * time.Hour // of one occurrence
)

// rules are what must be there before an event is published.
var rules = compose.Rules{TextOptional: true}

// check normalises the event and tells what cannot even be kept as a draft.
func (e *Event) check() error {
	faults := fault.All(e.Common.Check())
	for _, line := range []struct {
		field string
		text  *string
	}{
		{"address", &e.Address}, {"costs", &e.Costs}, {"contact-name", &e.ContactName}, {"contact-phone", &e.ContactPhone},
		{"event-reason", &e.Reason},
	} {
		*line.text = compose.Line(*line.text)
		if n := utf8.RuneCountInString(*line.text); n > maxLine {
			faults.Add(fault.Invalid(line.field, "compose.long", "max", maxLine, "n", n))
		}
	}
	faults.Add(e.checkContact())
	faults.Add(e.checkTime())
	for _, fact := range e.Access {
		if !slices.Contains(AccessFacts, fact) {
			faults.Add(fault.Invalid("access", "events.access_unknown", "fact", compose.Line(fact)))
		}
	}
	if len(e.Exceptions) > maxExceptions {
		faults.Add(fault.Invalid("repeat", "events.exceptions_many", "max", maxExceptions))
	}
	switch e.Status {
	case "", bulletin.Active, bulletin.Cancelled, bulletin.Moved:
	default:
		faults.Add(fault.Invalid("status", "events.status_unknown"))
	}
	if e.Plan != nil {
		for _, f := range fault.All(e.Plan.check(e)) {
			faults.Add(f)
		}
	}
	return faults.Err()
}

func (e *Event) checkContact() *fault.Fault {
	if e.Link = strings.TrimSpace(e.Link); e.Link != "" {
		if e.Link = typedAddress(e.Link); e.Link == "" {
			return fault.Invalid("link", "events.link_wrong")
		}
	}
	if e.ContactMail = strings.TrimSpace(e.ContactMail); e.ContactMail != "" {
		address, err := mail.Address(e.ContactMail)
		if err != nil {
			return fault.Invalid("contact-mail", "events.mail_wrong")
		}
		e.ContactMail = address
	}
	return nil
}

// checkTime tells what is wrong with start, end and rule. A draft may lack its
// start; dated asks for it before publishing.
func (e *Event) checkTime() *fault.Fault {
	switch {
	case e.Start.IsZero():
		return nil
	case e.End.IsZero():
		e.End = e.Start
	case e.End.Before(e.Start):
		return fault.Invalid("end-date", "bulletin.end_before_start")
	case e.End.Sub(e.Start) > maxLength && e.Rule != "":
		return fault.Invalid("end-date", "events.too_long")
	}
	return e.checkRule()
}

// dated tells whether the event can be published as far as its time goes.
func (e *Event) dated() error {
	if e.Start.IsZero() {
		return fault.Invalid("start-date", "events.start_missing")
	}
	return nil
}

// webAddress keeps only addresses of the web: an import may say javascript:.
func webAddress(text string) string {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || len(text) > 2000 {
		return ""
	}
	return u.String()
}

// typedAddress reads an address as people type it: "musikverein.example". What
// has a colon after a word without a dot is another scheme.
func typedAddress(text string) string {
	text = strings.TrimSpace(text)
	if head, _, colon := strings.Cut(text, ":"); colon && !strings.Contains(text, "://") && !strings.Contains(head, ".") {
		return ""
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	return webAddress(text)
}

// change is one step in the life of an event.
type change struct {
	action     compose.Action
	reason     string // of sending back and withdrawing
	correction string // what a change of a published event corrects
	now        time.Time
}

// apply takes the step. The role is that of the actor in the publisher.
// Errors: Forbidden, Conflict (see compose.Next), Invalid for what is missing.
func (e *Event) apply(c change, role people.Role) error {
	next, err := compose.Next(e.State, c.action, role)
	if err != nil {
		return err
	}
	c.reason, c.correction = compose.Line(c.reason), compose.Line(c.correction)
	if (c.action == compose.Return || c.action == compose.Withdraw) && c.reason == "" {
		return fault.Invalid("reason", "events.reason_missing")
	}
	for _, line := range []struct{ field, text string }{{"reason", c.reason}, {"correction", c.correction}} {
		if n := utf8.RuneCountInString(line.text); n > compose.MaxReason {
			return fault.Invalid(line.field, "compose.long", "max", compose.MaxReason, "n", n)
		}
	}
	if next == compose.Published {
		if err := e.dated(); err != nil {
			return err
		}
		if e.PublishAt.IsZero() {
			e.PublishAt = c.now
		}
		if !e.ExpiresAt.IsZero() && !e.ExpiresAt.After(e.PublishAt) {
			return fault.Invalid("expire-date", "compose.expires_before")
		}
		if e.State == compose.Published && c.correction != "" {
			e.Correction, e.CorrectedAt = c.correction, c.now
		}
	}
	e.Note = c.reason
	e.State, e.UpdatedAt = next, c.now
	return nil
}

// reschedule notes on a published event that its time has changed: people who
// have it in mind must see from when to when.
func (e *Event) reschedule(before *Event) (moved bool) {
	if before.State != compose.Published || before.Start.IsZero() || e.Status == bulletin.Cancelled {
		return false
	}
	if e.Start.Equal(before.Start) && e.End.Equal(before.End) && e.AllDay == before.AllDay {
		return false
	}
	if e.Rule != "" || before.Rule != "" {
		return false // a series changes its rule; single dates move by exceptions
	}
	if e.Start.Equal(before.Start) {
		return false // only its end changed
	}
	e.Status = bulletin.Moved
	if e.MovedFrom.IsZero() {
		e.MovedFrom = before.Start
	}
	if e.MovedFrom.Equal(e.Start) { // moved back to where it was
		e.Status, e.MovedFrom = bulletin.Active, time.Time{}
	}
	return true
}

// path is its address.
func (e *Event) path() string { return "/termine/" + e.ID }

// entry is how the bulletin carries it. times are its occurrences.
func (e *Event) entry(times []bulletin.Occurrence) *bulletin.Entry {
	b := &bulletin.Entry{
		ID: e.ID, Kind: Kind, Link: e.path(), InFeed: true, Status: bulletin.Active,
		Start: e.Start, End: e.End, AllDay: e.AllDay, RRule: e.Rule, Times: times,
		CorrectedAt: e.CorrectedAt, Correction: e.Correction,
		SourceName: e.Source.Name, SourceURL: e.Source.URL, Sample: e.Sample,
	}
	if e.Status != "" {
		b.Status = e.Status
	}
	e.Entry(b)
	if e.Address != "" {
		b.Text += "\n\n" + e.Address
	}
	return b
}
