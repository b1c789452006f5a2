// Package bulletin is the village's notice board: every published thing in one
// shape, and the outlets that carry it. A capability writes its own record and,
// in the same transaction, its Entry; everything that shows or sends things
// reads entries only. So whatever is entered once appears everywhere, and a
// correction or withdrawal reaches every outlet.
package bulletin

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/fault"
)

// Audience is who may read an entry.
type Audience string

// The audiences.
const (
	ForPublic    Audience = "public"
	ForResidents Audience = "residents" // signed-in people of the region
	ForGroup     Audience = "group"     // members of Entry.GroupID
)

// Status is where an entry stands.
type Status string

// The states. A withdrawn entry disappears from pages and is announced as
// withdrawn in feeds and calendars, so that copies elsewhere follow.
const (
	Active    Status = "active"
	Cancelled Status = "cancelled"
	Moved     Status = "moved"
	Withdrawn Status = "withdrawn"
)

// Severity follows CAP 1.2, section 3.2.2: how much an entry matters to safety.
type Severity int

// The severities.
const (
	SeverityNone Severity = iota
	SeverityMinor
	SeverityModerate
	SeveritySevere
	SeverityExtreme
)

// Scope is whom an entry concerns: the whole region when both are empty, one
// municipality, one of its villages, or some of its streets.
type Scope struct {
	MunicipalityID string
	VillageID      string
	Streets        []string // street ids
}

// Image belongs to an entry. Alt is mandatory: without it Check refuses.
type Image struct {
	URL    string `json:"url"`
	Alt    string `json:"alt"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// Variant is the entry in another language or in Leichte Sprache.
type Variant struct {
	Lang    string `json:"lang"` // BCP 47: "en", "de-simple"
	Title   string `json:"title"`
	Summary string `json:"summary"`
}

// LeichteSprache is the language tag of the easy-to-read variant
// (BCP 47 variant subtag "simple").
const LeichteSprache = "de-simple"

// Occurrence is one time at which the thing takes place.
type Occurrence struct {
	Start, End time.Time
	AllDay     bool // End is then the midnight after the last day
	Status     Status
}

// Entry is one published thing.
type Entry struct {
	ID        string // the id of the capability's record
	Kind      string // news, event, notice, warning …
	Publisher string // organisation id; always shown
	Audience  Audience
	GroupID   string
	Scope     Scope
	Title     string
	Summary   string // plain text, a few sentences
	// Text is the whole searchable text; it goes to the index and is not kept.
	Text     string
	Variants []Variant
	Topics   []string
	Severity Severity
	Place    string       // what a person calls it: "Pfarrkirche Leeder"
	Geometry orb.Geometry // nil without a place
	Start    time.Time    // zero for a thing without a time
	End      time.Time
	AllDay   bool
	RRule    string // RFC 5545 rule of a series, for calendars
	Times    []Occurrence
	Link     string // path of its page: "/aktuelles/…"
	Image    *Image
	Status   Status
	// InFeed tells whether it is news to people: a directory page is findable
	// and on the map, but it is not announced.
	InFeed      bool
	PublishedAt time.Time
	UpdatedAt   time.Time
	ExpiresAt   time.Time // zero: never
	CorrectedAt time.Time
	Correction  string // what was corrected, one sentence
	SourceName  string // where an imported entry comes from
	SourceURL   string
	Sample      bool  // invented, for the demo
	Revision    int64 // rises with every change
}

// Limits of what an entry may carry, in characters.
const (
	MaxTitle   = 200
	MaxSummary = 600
	maxTopics  = 12
)

// Check tells what keeps an entry from being published.
func (e *Entry) Check() error {
	var faults fault.List
	switch {
	case strings.TrimSpace(e.Title) == "":
		faults.Add(fault.Invalid("title", "bulletin.title_missing"))
	case utf8.RuneCountInString(e.Title) > MaxTitle:
		faults.Add(fault.Invalid("title", "bulletin.title_long", "max", MaxTitle))
	}
	if utf8.RuneCountInString(e.Summary) > MaxSummary {
		faults.Add(fault.Invalid("summary", "bulletin.summary_long", "max", MaxSummary))
	}
	if e.Image != nil && strings.TrimSpace(e.Image.Alt) == "" {
		faults.Add(fault.Invalid("image_alt", "bulletin.alt_missing"))
	}
	if len(e.Topics) > maxTopics {
		faults.Add(fault.Invalid("topics", "bulletin.topics_many", "max", maxTopics))
	}
	if e.Audience == ForGroup && e.GroupID == "" {
		faults.Add(fault.Invalid("audience", "bulletin.group_missing"))
	}
	if !e.End.IsZero() && e.End.Before(e.Start) {
		faults.Add(fault.Invalid("end", "bulletin.end_before_start"))
	}
	if !e.ExpiresAt.IsZero() && e.ExpiresAt.Before(e.PublishedAt) {
		faults.Add(fault.Invalid("expires", "bulletin.expires_before_published"))
	}
	return faults.Err()
}

// In returns title and summary in the wanted language, falling back to German.
func (e *Entry) In(lang string) (title, summary, found string) {
	for _, v := range e.Variants {
		if v.Lang == lang && v.Title != "" {
			return v.Title, v.Summary, lang
		}
	}
	return e.Title, e.Summary, "de"
}

// Visible reports whether the entry is out, at a moment.
func (e *Entry) Visible(now time.Time) bool {
	return e.Status != Withdrawn && !e.PublishedAt.After(now) &&
		(e.ExpiresAt.IsZero() || e.ExpiresAt.After(now))
}

// Reader is who looks. The zero value is somebody without an account.
type Reader struct {
	Resident bool
	Groups   []string
}

// public reports whether the reader sees what everybody sees.
func (r Reader) public() bool { return !r.Resident && len(r.Groups) == 0 }

// MayRead reports whether the audience includes the reader.
func (r Reader) MayRead(e *Entry) bool {
	switch e.Audience {
	case ForPublic:
		return true
	case ForResidents:
		return r.Resident
	case ForGroup:
		for _, g := range r.Groups {
			if g == e.GroupID {
				return true
			}
		}
	}
	return false
}
