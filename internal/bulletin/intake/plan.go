package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

// Action is what a run does with one item.
type Action string

// The actions.
const (
	Create   Action = "create"
	Update   Action = "update"
	Withdraw Action = "withdraw"
	Keep     Action = "keep" // unchanged, but from now on it belongs to this source
)

// A run stops and asks when more than half of what could vanish would, if that
// are at least netLeast items: then rather the source is broken than the club.
const netLeast = 10

// step is one thing to write.
type step struct {
	action Action
	item   Item
	hash   string
	record string // id, empty for a new one
	from   string // the removed source that had the item before
}

// plan is everything a run will write, made before the first write.
type plan struct {
	steps  []step
	report Report
	stop   *fault.Fault // too much would vanish
}

// convert lets the target turn a document into items.
func (e *Engine) convert(ctx context.Context, t Target, s Source, d *Document) (*Conversion, error) {
	c := &Conversion{Document: *d, Source: s, Now: e.Clock.Now(), Zone: e.Places().Location(), Horizon: e.Bulletin.Horizon()}
	if d.Table != nil {
		c.Table = match(d.Table.raw, t.Info().Columns)
		if err := c.Table.missing(t.Info().Columns); err != nil {
			return nil, err
		}
	}
	c.prune()
	c.tombstones()
	if err := t.Convert(ctx, c); err != nil {
		return nil, explain(err)
	}
	return c, nil
}

// tombstones turns what a feed calls deleted into items that are gone, so that
// no target has to.
func (c *Conversion) tombstones() {
	if c.Feed == nil {
		return
	}
	f := *c.Feed
	f.Items = nil
	for _, i := range c.Feed.Items {
		if i.Deleted {
			c.Add(Item{ExternalID: i.ID, Title: i.Title, Gone: true})
			continue
		}
		f.Items = append(f.Items, i)
	}
	c.Feed = &f
}

// known is what was taken in before.
type known struct {
	own    map[string]stored // of this source
	others map[string]stored // of the organisation's other sources of this kind
}

// stored is an item as it was taken in last.
type stored struct {
	source     string
	sourceName string
	removed    bool // its source is
	record     string
	title      string
	hash       string
	gone       bool
	start, end time.Time
}

// makePlan compares what came with what is known.
func makePlan(c *Conversion, k known) (*plan, error) {
	p := &plan{report: Report{Found: c.count(), Format: c.Format, Name: c.Source.Name, Kind: c.Source.Kind}}
	if c.Table != nil {
		p.report.Unmatched = c.Table.Unmatched
	}
	for _, s := range c.skipped {
		p.report.skip(s)
	}
	here := make(map[string]bool, len(c.items))
	for _, i := range c.items {
		here[i.ExternalID] = true
		if err := p.compare(c.Source, k, i); err != nil {
			return nil, err
		}
	}
	p.vanish(c, k, here)
	for _, s := range p.steps {
		p.report.example(s)
	}
	return p, nil
}

func (p *plan) compare(s Source, k known, i Item) error {
	old, mine := k.own[i.ExternalID]
	if i.Gone {
		if mine && !old.gone {
			p.add(step{action: Withdraw, item: i.like(old), record: old.record})
		}
		return nil
	}
	hash, err := fingerprint(s, i)
	if err != nil {
		return err
	}
	next := step{action: Update, item: i, hash: hash, record: old.record}
	if !mine {
		other, elsewhere := k.others[i.ExternalID]
		switch {
		case !elsewhere:
			next.action = Create
		case !other.removed:
			p.report.skip(Skip{Line: i.Line, Title: i.Title, Why: fault.Invalid("", "intake.skip_other", "source", other.sourceName), Wanted: true})
			return nil
		default:
			old, next.record, next.from = other, other.record, other.source
		}
	}
	switch {
	case next.action == Create || old.gone || old.hash != hash:
		p.add(next)
	case next.from != "":
		next.action = Keep
		p.add(next)
		p.report.Unchanged++
	default:
		p.report.Unchanged++
	}
	return nil
}

func (i Item) like(old stored) Item {
	i.Title, i.Start, i.End = old.title, old.start, old.end
	return i
}

func (p *plan) add(s step) {
	p.steps = append(p.steps, s)
	switch s.action {
	case Create:
		p.report.Created++
	case Update:
		p.report.Updated++
	case Withdraw:
		p.report.Withdrawn++
	}
}

// vanish finds what the source no longer has. Only what came from this source
// can go. Calendars drop what is over, and feeds show only their latest items:
// neither means that something was taken back.
func (p *plan) vanish(c *Conversion, k known, here map[string]bool) {
	since, follows := c.window()
	if !follows {
		return
	}
	candidates := 0
	var gone []step
	for external, old := range k.own {
		if old.gone || old.over(c) || !since.IsZero() && !old.start.After(since) {
			continue
		}
		candidates++
		if !here[external] {
			i := Item{ExternalID: external}
			gone = append(gone, step{action: Withdraw, item: i.like(old), record: old.record})
		}
	}
	if candidates >= netLeast && len(gone)*2 > candidates {
		p.stop = fault.Conflict("intake.stopped", "n", len(gone), "of", candidates)
	}
	slices.SortFunc(gone, func(a, b step) int { return a.item.Start.Compare(b.item.Start) })
	for _, s := range gone {
		p.add(s)
	}
}

// over reports whether the item is an event of the past.
func (s stored) over(c *Conversion) bool {
	if s.end.IsZero() && c.Format != ICS {
		return false
	}
	last := s.end
	if last.Before(s.start) {
		last = s.start
	}
	return !last.IsZero() && last.Before(c.Now)
}

// window is from when on a document is complete; the zero time if it is
// altogether. The oldest item of a feed may be pinned there, so the second
// oldest counts. An empty feed says nothing.
func (c *Conversion) window() (since time.Time, follows bool) {
	if c.Format != Feed && (c.Feed == nil || exported(c.Feed)) {
		return time.Time{}, true
	}
	var dates []time.Time
	for _, i := range c.Feed.Items {
		if !i.Published.IsZero() {
			dates = append(dates, i.Published)
		}
	}
	if len(dates) < 2 {
		return time.Time{}, false
	}
	slices.SortFunc(dates, time.Time.Compare)
	return dates[1], true
}

// fingerprint is a hash of everything that is written.
func fingerprint(s Source, i Item) (string, error) {
	raw, err := json.Marshal([]any{i.Title, i.Data, s.Name, s.Options.Scope, s.Options.Topics})
	if err != nil {
		return "", fmt.Errorf("item %q: %w", i.ExternalID, err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16]), nil
}

// loadKnown reads what was taken in before, of the source and of its siblings.
func loadKnown(tx *db.Tx, s Source) (known, error) {
	k := known{own: map[string]stored{}, others: map[string]stored{}}
	rows, err := tx.Query(selectKnown, s.Organisation, s.Kind)
	if err != nil {
		return k, err
	}
	defer rows.Close()
	for rows.Next() {
		var external, state string
		var start, end int64
		var i stored
		if err := rows.Scan(&external, &i.source, &i.sourceName, &state, &i.record, &i.title, &i.hash, &i.gone, &start, &end); err != nil {
			return k, err
		}
		i.start, i.end, i.removed = db.Time(start), db.Time(end), State(state) == Removed
		switch {
		case i.source == s.ID:
			k.own[external] = i
		case !i.gone:
			if other, twice := k.others[external]; !twice || other.removed {
				k.others[external] = i
			}
		}
	}
	return k, rows.Err()
}
