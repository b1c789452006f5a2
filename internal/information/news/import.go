package news

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/richtext"
)

// Imported is one item of a feed or an export, as text (see richtext.FromHTML).
type Imported struct {
	SourceID   string // the import it belongs to
	ExternalID string // the item's own name there, such as its GUID
	SourceName string
	URL        string // of the item; shown as its source
	Title      string
	Text       string
	Topics     []string
	Picture    *compose.Picture // already kept in media; nil for none
	Scope      bulletin.Scope
	Published  time.Time // zero: now
	Sample     bool
}

// Change says what an import did with one item.
type Change string

// The changes.
const (
	Created   Change = "created"
	Updated   Change = "updated"
	Unchanged Change = "unchanged"
	Removed   Change = "removed"
)

// Importer takes items from elsewhere. Make one with NewImporter.
type Importer struct{ s *service }

// NewImporter makes an importer.
func NewImporter(t bulletin.Tools) *Importer { return &Importer{s: newService(t)} }

// PutImported publishes an item of an import, or brings the one with the same
// source and external id up to date. What is the same as last time is not
// written again, and what an editor has withdrawn here stays withdrawn.
func (i *Importer) PutImported(tx *db.Tx, publisher string, item Imported) (Change, error) {
	if item.SourceID == "" || item.ExternalID == "" {
		return "", fault.Invalid("external_id", "news.import_nameless")
	}
	n, err := db.One(tx, sourceNews, scanNews, item.SourceID, item.ExternalID)
	fresh := errors.Is(err, db.ErrNotFound)
	if err != nil && !fresh {
		return "", fmt.Errorf("imported news: %w", err)
	}
	hash, err := item.hash(publisher)
	if err != nil {
		return "", err
	}
	if !fresh && (n.Source.hash == hash || n.State == compose.Withdrawn && n.Note != goneThere) {
		return Unchanged, nil
	}
	if err := i.fill(&n, publisher, item); err != nil {
		return "", err
	}
	n.Source.hash = hash
	if fresh {
		return Created, i.s.create(tx, &n)
	}
	return Updated, i.s.save(tx, &n)
}

// goneThere is the stored reason of news that left its source; if it comes
// back there, it comes back here.
const goneThere = "source"

func (i *Importer) fill(n *News, publisher string, item Imported) error {
	now := i.s.Clock.Now()
	if n.ID == "" {
		n.ID, n.CreatedAt = i.s.IDs.New(), now
		n.PublishAt = item.Published
	}
	if n.PublishAt.IsZero() {
		n.PublishAt = now
	}
	n.Publisher, n.Scope, n.Topics = publisher, item.Scope, item.Topics
	n.Title, n.Text = richtext.Cut(compose.Line(item.Title), bulletin.MaxTitle), compose.Lines(item.Text)
	if n.Title == "" {
		n.Title = richtext.Summary(n.Text, 80)
	}
	if runes := []rune(n.Text); len(runes) > compose.MaxText {
		n.Text = string(runes[:compose.MaxText-1]) + "…"
	}
	n.Pictures = nil
	if item.Picture != nil && item.Picture.Alt != "" {
		n.Pictures = []compose.Picture{*item.Picture}
	}
	n.Source = Source{ID: item.SourceID, ExternalID: item.ExternalID, Name: compose.Line(item.SourceName), URL: webAddress(item.URL)}
	n.State, n.Note, n.UpdatedAt, n.Sample = compose.Published, "", now, item.Sample
	if len(n.Topics) > 12 {
		n.Topics = n.Topics[:12]
	}
	return n.Check()
}

// webAddress keeps only addresses of the web: a feed may say javascript:.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return ""
	}
	return u.String()
}

func (item *Imported) hash(publisher string) (string, error) {
	raw, err := json.Marshal([]any{publisher, item.Title, item.Text, item.URL, item.SourceName, item.Topics, item.Picture, item.Scope, db.Micros(item.Published)})
	if err != nil {
		return "", fmt.Errorf("imported news: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16]), nil
}

// WithdrawImported takes back an item that its source no longer has. One that
// was never imported or is withdrawn already is Unchanged.
func (i *Importer) WithdrawImported(tx *db.Tx, sourceID, externalID string) (Change, error) {
	n, err := db.One(tx, sourceNews, scanNews, sourceID, externalID)
	if errors.Is(err, db.ErrNotFound) || (err == nil && n.State != compose.Published) {
		return Unchanged, nil
	}
	if err != nil {
		return "", fmt.Errorf("imported news: %w", err)
	}
	n.State, n.Note, n.UpdatedAt, n.Source.hash = compose.Withdrawn, goneThere, i.s.Clock.Now(), ""
	return Removed, i.s.save(tx, &n)
}
