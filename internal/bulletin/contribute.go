package bulletin

import (
	"context"
	"time"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/region"
)

// Tile is one of the things people come for, on the home page. Six fit.
type Tile struct {
	Icon       string
	MessageKey string
	URL        string
}

// AddTile offers a task on the home page; called while the house is wired up.
func (b *Bulletin) AddTile(tiles ...Tile) { b.tiles = append(b.tiles, tiles...) }

// Place is what a page is about: a village, a municipality, or the whole
// region when both are nil.
type Place struct {
	Municipality *region.Municipality
	Village      *region.Village
}

// Name is what people call it; empty for the region.
func (p Place) Name() string {
	switch {
	case p.Village != nil:
		return p.Village.Name
	case p.Municipality != nil:
		return p.Municipality.Name
	}
	return ""
}

// Today tells what matters in a place on a day (midnight in the region's time
// zone). The home page asks for today and for tomorrow; a fact without a term
// gets the name of the day. It must show nothing that is not public.
type Today func(ctx context.Context, tx *db.Tx, place Place, day time.Time) ([]ui.Fact, error)

// AddToday contributes lines to the box "Heute und morgen".
func (b *Bulletin) AddToday(f Today) { b.today = append(b.today, f) }

// Writer is something one can write.
type Writer struct {
	Kind       string
	MessageKey string
	Icon       string
	URL        string
	Role       people.Role // the least role in some organisation; empty is author
	// Official says that the organisation must be a municipality or an
	// administration: what clubs may not say in its place.
	Official bool
}

// AddWriter offers something to write at the editors' desk.
func (b *Bulletin) AddWriter(writers ...Writer) { b.writers = append(b.writers, writers...) }

// The states of a DeskItem, in the order in which the desk shows them.
const (
	DeskWaiting   = "waiting" // for approval
	DeskDraft     = "draft"
	DeskScheduled = "scheduled"
	DeskPublished = "published"
)

var deskStates = []string{DeskWaiting, DeskDraft, DeskScheduled, DeskPublished}

// DeskItem is one piece of writing at the editors' desk.
type DeskItem struct {
	State     string // one of the constants above
	Kind      string // kind of entry
	Title     string
	URL       string // where one goes on with it
	Publisher string // organisation id
	At        time.Time
	Note      string // one sentence, such as why it came back
}

// Desk lists what an actor works on; it shows only what the actor may see.
type Desk func(ctx context.Context, actor people.Actor) ([]DeskItem, error)

// AddDesk contributes to the editors' desk.
func (b *Bulletin) AddDesk(f Desk) { b.desk = append(b.desk, f) }
