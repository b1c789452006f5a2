package intake

import (
	"context"
	"errors"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/feed"
	"dorflinde/internal/platform/ical"
)

// Target is the side of a capability that takes items in. It converts what a
// file says into items and writes single records; the engine knows which items
// are new, changed, the same or gone, and calls accordingly.
//
// Create, Update and Withdraw run in a transaction of many items, which may be
// repeated, and must write the bulletin entry like any other change does. A
// fault they return skips that one item; any other error ends the run.
type Target interface {
	Info() Info
	// Convert calls c.Add for each item and c.Skip for each it cannot take. It
	// reads nothing but c, where private events and unwanted categories are
	// already left out. An error refuses the whole file.
	Convert(ctx context.Context, c *Conversion) error
	// Create writes a new record and returns its id.
	Create(tx *db.Tx, s Source, i Item) (recordID string, err error)
	// Update brings a record up to date. It is also called when an item that
	// was withdrawn comes back. ErrLeft says that the record is left alone.
	Update(tx *db.Tx, s Source, recordID string, i Item) error
	// Withdraw takes a record back because its source no longer has it. A
	// record that is gone already is no error.
	Withdraw(tx *db.Tx, s Source, recordID string) error
}

// Preparer is a Target that has something slow to do for items that are new or
// changed, before the transaction: fetching their pictures. It may change
// i.Data; what decides whether an item changed is the Data of Convert. A fault
// skips the item. It is not called in a dry run.
type Preparer interface {
	Prepare(ctx context.Context, s Source, i *Item) error
}

// Suiter is a Target that can tell how well a document suits it, from 0 (not
// at all) to 100, for the guess where a file belongs. Without it a target
// suits with 50, a table with the share of its columns that have a meaning.
type Suiter interface {
	Suits(d *Document) int
}

// ErrLeft is what Update returns when an editor here has withdrawn or taken
// over the record: it counts as unchanged and is left alone from then on,
// until the item changes again in its source.
var ErrLeft = errors.New("intake: record left alone")

// Info is what the engine must know about a target.
type Info struct {
	Kind    string   // the capability's name: "events", "news", "directory", "waste"
	Label   string   // message key of what comes in: "Veranstaltungen"
	Formats []Format // that it can convert
	Columns []Column // of a table; needed for CSV
	URL     string   // where its entries appear: "/kalender"
}

// Column is one column of a table that a target understands.
type Column struct {
	Name     string   // for Row.Get: "title"
	Headers  []string // what people call it; the first is what messages show
	Required bool
}

// Document is one file, read completely. Only the field of its format is set.
type Document struct {
	Format   Format
	Name     string         // what it calls itself: name of the calendar, title of the feed
	Calendar *ical.Calendar // ICS
	Feed     *feed.Feed     // Feed and WordPress
	Table    *Table         // CSV
}

// Conversion is one document on its way into a target.
type Conversion struct {
	Document
	Source Source
	Now    time.Time
	Zone   *time.Location // of the region
	// Horizon is how far ahead occurrences are kept.
	Horizon time.Time

	items   []Item
	skipped []Skip
	index   map[string]int
}

// Item is one thing of a source, on its way to become a record.
type Item struct {
	// ExternalID is its name in its source: UID, guid, or made from what never
	// changes. A second item with the same one in a document is skipped.
	ExternalID string
	Title      string // for the plan
	Line       int    // in the file, 0 for none
	// Start and End of an event (of a series the very last end, or far in the
	// future): what is over stays when the calendar drops it. Of news Start is
	// when it was published.
	Start, End time.Time
	// Gone: the source says itself that it is withdrawn (a tombstone).
	Gone bool
	// Data is what Create and Update need. Its JSON form decides whether the
	// item changed, so everything that is written must be in it.
	Data any
}

// Skip is an item that was not taken, and why.
type Skip struct {
	Line   int
	Title  string
	Why    *fault.Fault
	Wanted bool // left out on purpose: nothing that somebody would have to mend
}

// Add takes an item. One without an id, or the second with the same id, is skipped.
func (c *Conversion) Add(i Item) {
	if i.ExternalID == "" {
		c.Skip(i.Line, i.Title, fault.Invalid("", "intake.skip_nameless"))
		return
	}
	if !plainID(i.ExternalID) {
		i.ExternalID = shortID(i.ExternalID)
	}
	if first, twice := c.index[i.ExternalID]; twice {
		c.LeaveOut(i.Line, i.Title, fault.Invalid("", "intake.skip_twice", "other", c.items[first].Line))
		return
	}
	if c.index == nil {
		c.index = map[string]int{}
	}
	c.index[i.ExternalID] = len(c.items)
	c.items = append(c.items, i)
}

// Skip notes an item that cannot be taken. why is the fault of a Check, or one
// made for the purpose; its key is shown to the person who imports.
func (c *Conversion) Skip(line int, title string, why error) {
	all := fault.All(why)
	if len(all) == 0 {
		all = fault.List{fault.Invalid("", "intake.skip_unknown").Because(why)}
	}
	c.skipped = append(c.skipped, Skip{Line: line, Title: cut(title, 120), Why: all[0]})
}

// LeaveOut notes an item that is left out on purpose, such as a page of a
// WordPress export where news is wanted. It is no error.
func (c *Conversion) LeaveOut(line int, title string, why *fault.Fault) {
	c.skipped = append(c.skipped, Skip{Line: line, Title: cut(title, 120), Why: why, Wanted: true})
}

// Scope is whom the items of the source concern.
func (c *Conversion) Scope() bulletin.Scope { return c.Source.Options.Scope }
