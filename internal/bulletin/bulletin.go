package bulletin

import (
	"embed"
	"log/slog"

	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/privacy"
	"dorflinde/internal/platform/search"
	"dorflinde/internal/region"
)

// Messages are the backbone's texts.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// Publisher is who speaks; every outlet shows it before what is said, so that
// the municipality never looks like a newspaper (Staatsferne der Presse, BGH
// I ZR 112/17).
type Publisher struct {
	ID      string
	Slug    string
	Name    string
	Kind    string // municipality, club, parish …; its word is the message people.kind_<Kind>
	ArmsURL string
	URL     string
}

// Kind is what the outlets must know about a sort of entry.
type Kind struct {
	Name string // "news"; its label is the message kind.<Name>
	Tone string // colour of its tag: leaf, honey, sky, red
	Icon string
	// Listed kinds are offered in filters.
	Listed bool
	// Schema is the type of schema.org; empty means Event for what has a time
	// and CreativeWork for the rest.
	Schema string
}

// Deps are what the bulletin stands on.
type Deps struct {
	DB     *db.DB
	Clock  clock.Clock
	IDs    id.Source
	Index  *search.Index
	Logger *slog.Logger
	// Places is the present snapshot of the region.
	Places func() *region.Directory
	// Publisher finds an organisation by id or slug.
	Publisher func(idOrSlug string) (Publisher, bool)
	// Publishers are all organisations by name, for filters; nil offers none.
	Publishers func() []Publisher
	// MapCredit says who made the boundaries; empty means region.Attribution.
	MapCredit string
	// Dress names the version of what entries are dressed in: publishers and
	// places. It changes when one of them does.
	Dress func() uint64
	// BaseURL is the address under which the host of a request is reached,
	// without a slash at the end.
	BaseURL func(host string) string
}

// Bulletin is the backbone. It is safe for concurrent use once all kinds are
// registered.
type Bulletin struct {
	Deps
	db    *db.DB
	clock clock.Clock
	index *search.Index
	kinds []Kind
	cards *cards
	keep  keep

	tiles    []Tile
	today    []Today
	writers  []Writer
	desk     []Desk
	pictures pictures
}

// New makes the bulletin.
func New(d Deps) *Bulletin {
	return &Bulletin{Deps: d, db: d.DB, clock: d.Clock, index: d.Index, cards: newCards()}
}

// Register makes a kind known; called while the house is wired up.
func (b *Bulletin) Register(kinds ...Kind) { b.kinds = append(b.kinds, kinds...) }

// Kinds lists all registered kinds in order.
func (b *Bulletin) Kinds() []Kind { return b.kinds }

// KindOf finds a kind; an unknown one gets a plain look.
func (b *Bulletin) KindOf(name string) Kind {
	for _, k := range b.kinds {
		if k.Name == name {
			return k
		}
	}
	return Kind{Name: name, Tone: "leaf", Icon: "leaf"}
}

// Tables declares the backbone's tables. Entries belong to organisations; a
// person's name appears only where the publisher wrote it.
func Tables() []privacy.Table {
	return []privacy.Table{{Name: "entry"}, {Name: "entry_time"}, {Name: "entry_topic"}}
}
