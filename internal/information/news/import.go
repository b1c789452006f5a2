package news

import (
	"bytes"
	"context"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/feed"
	"dorflinde/internal/platform/fetch"
	"dorflinde/internal/platform/media"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/sheet"
)

// Target takes in what feeds, WordPress exports and tables bring from
// elsewhere; it is an intake.Target. The engine knows what is new, changed or
// gone.
type Target struct{ s *service }

// NewTarget makes a target.
func NewTarget(t bulletin.Tools) *Target { return &Target{s: newService(t)} }

// Imported is one item of a source in plain data. Its JSON form decides
// whether the item has changed.
type Imported struct {
	Title     string         `json:"title"`
	Text      string         `json:"text"`
	URL       string         `json:"url"`
	Topics    []string       `json:"topics"`
	Published time.Time      `json:"published"`
	Scope     bulletin.Scope `json:"scope"`
	ImageURL  string         `json:"image_url"`
	ImageAlt  string         `json:"image_alt"`

	picture *compose.Picture // kept by Prepare
}

// Info tells the engine what can be taken in.
func (t *Target) Info() intake.Info {
	return intake.Info{
		Kind: Kind, Label: "news.imported", Formats: []intake.Format{intake.Feed, intake.WordPress, intake.CSV}, URL: listPath,
		Columns: []intake.Column{
			{Name: "title", Headers: []string{"Überschrift", "Titel", "Schlagzeile", "Title", "Headline"}, Required: true},
			{Name: "text", Headers: []string{"Text", "Inhalt", "Beschreibung", "Meldung", "Content"}, Required: true},
			{Name: "date", Headers: []string{"Datum", "Veröffentlicht", "Veröffentlicht am", "Date"}},
			{Name: "link", Headers: []string{"Link", "Internet", "Webseite", "URL", "Adresse"}},
			{Name: "topics", Headers: []string{"Thema", "Themen", "Kategorie", "Kategorien", "Category"}},
			{Name: "id", Headers: []string{"ID", "Kennung", "Nummer", "Nr"}},
		},
	}
}

// Suits prefers feeds and exports; a table is news only if nothing suits better.
func (t *Target) Suits(d *intake.Document) int {
	switch d.Format {
	case intake.Feed, intake.WordPress:
		return 90
	case intake.CSV:
		if d.Table != nil && d.Table.Has("title") && d.Table.Has("text") && d.Table.Has("date") {
			return 30
		}
	}
	return 0
}

// Convert turns the items of a document into news.
func (t *Target) Convert(_ context.Context, c *intake.Conversion) error {
	if c.Table != nil {
		t.convertTable(c)
		return nil
	}
	if c.Feed == nil {
		return nil
	}
	for i := range c.Feed.Items {
		t.convertItem(c, &c.Feed.Items[i])
	}
	return nil
}

func (t *Target) convertItem(c *intake.Conversion, from *feed.Item) {
	switch {
	case from.Deleted:
		c.Add(intake.Item{ExternalID: from.ID, Title: from.Title, Gone: true, Data: Imported{}})
		return
	case from.Kind == "page" || from.Kind == "event":
		c.LeaveOut(0, from.Title, fault.Invalid("", "news.import_"+from.Kind))
		return
	}
	text := richtext.FromHTML(from.HTML)
	if strings.TrimSpace(text) == "" {
		text = from.Summary
	}
	published := from.Published
	if published.IsZero() {
		published = from.Updated
	}
	t.add(c, intake.Item{ExternalID: from.ID, Start: published}, Imported{
		Title: from.Title, Text: text, URL: from.URL, Topics: from.Categories, Published: published,
		ImageURL: from.ImageURL, ImageAlt: from.ImageAlt,
	})
}

func (t *Target) convertTable(c *intake.Conversion) {
	for _, row := range c.Table.Rows() {
		in := Imported{Title: row.Get("title"), Text: row.Get("text"), URL: row.Get("link"), Topics: strings.FieldsFunc(row.Get("topics"), func(r rune) bool { return r == ',' || r == ';' })}
		if text := row.Get("date"); text != "" {
			when, err := sheet.Date(text)
			if err != nil || !when.HasDate {
				c.Skip(row.Line, in.Title, fault.Invalid("date", "bulletin.date_wrong", "text", compose.Line(text)))
				continue
			}
			in.Published = when.In(c.Zone).UTC()
		}
		name := compose.Line(row.Get("id"))
		if name == "" {
			name = compose.Line(in.Title) + "@" + row.Get("date") // what never changes about a row without a number
		}
		t.add(c, intake.Item{ExternalID: name, Line: row.Line, Start: in.Published}, in)
	}
}

// add brings an item into the form in which it will be kept, so that the plan
// tells beforehand what cannot be taken.
func (t *Target) add(c *intake.Conversion, item intake.Item, in Imported) {
	in.Title, in.Text = richtext.Cut(compose.Line(in.Title), bulletin.MaxTitle), compose.Lines(in.Text)
	if in.Title == "" {
		in.Title = richtext.Summary(in.Text, 80)
	}
	if runes := []rune(in.Text); len(runes) > compose.MaxText {
		in.Text = string(runes[:compose.MaxText-1]) + "…"
	}
	in.URL, in.ImageURL, in.ImageAlt = webAddress(in.URL), webAddress(in.ImageURL), richtext.Cut(compose.Line(in.ImageAlt), 300)
	if in.ImageAlt == "" {
		in.ImageURL = "" // a picture without a description is never shown
	}
	in.Topics, in.Scope, in.Published = topics(c.Source.Options.Topics, in.Topics), c.Scope(), in.Published.UTC()
	item.Title, item.Data = in.Title, in
	if in.Title == "" {
		c.Skip(item.Line, "", fault.Invalid("title", "compose.empty"))
		return
	}
	c.Add(item)
}

// topics joins the source's own with those of the item, as many as are kept.
func topics(own, more []string) []string {
	var out []string
	for _, topic := range slices.Concat(own, more) {
		if topic = richtext.Cut(compose.Line(topic), 40); topic != "" && !slices.Contains(out, topic) && len(out) < 12 {
			out = append(out, topic)
		}
	}
	return out
}

// webAddress keeps only addresses of the web: a feed may say javascript:.
func webAddress(text string) string {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

// Prepare fetches the picture. News without its picture is still news, so
// whatever fails there is no reason to skip the item.
func (t *Target) Prepare(ctx context.Context, src intake.Source, i *intake.Item) error {
	in, ok := i.Data.(Imported)
	if !ok || in.ImageURL == "" || t.s.Fetch == nil {
		return nil
	}
	got, err := t.s.Fetch.Get(ctx, in.ImageURL, fetch.Conditions{})
	if err != nil {
		return ctx.Err()
	}
	file, err := t.s.Media.AddPicture(ctx, src.Organisation, path.Base(in.ImageURL), bytes.NewReader(got.Body))
	if err != nil {
		if fault.KindOf(err) != 0 {
			return ctx.Err()
		}
		return err
	}
	in.picture = pictureOf(file, in.ImageAlt)
	i.Data = in
	return nil
}

func pictureOf(f media.File, alt string) *compose.Picture {
	return &compose.Picture{ID: f.ID, Alt: alt, Width: f.Width, Height: f.Height}
}

// goneThere is the stored reason of news that left its source; if it comes
// back there, it comes back here.
const goneThere = "source"

// Create writes a new record.
func (t *Target) Create(tx *db.Tx, src intake.Source, i intake.Item) (string, error) {
	n := News{ID: t.s.IDs.New()}
	if err := t.fill(&n, src, i); err != nil {
		return "", err
	}
	n.CreatedAt = n.UpdatedAt
	return n.ID, t.s.create(tx, &n)
}

// Update brings a record up to date. What an editor has withdrawn here or made
// their own stays as it is.
func (t *Target) Update(tx *db.Tx, src intake.Source, recordID string, i intake.Item) error {
	n, err := find(tx, recordID)
	if fault.KindOf(err) == fault.KindNotFound {
		return intake.ErrLeft // a draft that an editor threw away
	}
	if err != nil {
		return err
	}
	if n.Source.ID != src.ID || n.State == compose.Withdrawn && n.Note != goneThere {
		return intake.ErrLeft
	}
	if err := t.fill(&n, src, i); err != nil {
		return err
	}
	return t.s.save(tx, &n)
}

// Withdraw takes a record back because its source no longer has it; a draft
// nobody has looked at vanishes.
func (t *Target) Withdraw(tx *db.Tx, src intake.Source, recordID string) error {
	n, err := find(tx, recordID)
	if fault.KindOf(err) == fault.KindNotFound || err == nil && (n.State == compose.Withdrawn || n.Source.ID != src.ID) {
		return nil
	}
	if err != nil {
		return err
	}
	if n.State != compose.Published {
		return discard(tx, &n)
	}
	n.State, n.Note, n.UpdatedAt = compose.Withdrawn, goneThere, t.s.Clock.Now()
	return t.s.save(tx, &n)
}

func (t *Target) fill(n *News, src intake.Source, i intake.Item) error {
	in, ok := i.Data.(Imported)
	if !ok {
		return fault.Invalid("", "news.import_nameless")
	}
	now := t.s.Clock.Now()
	n.Publisher, n.Title, n.Text, n.Topics, n.Scope = src.Organisation, in.Title, in.Text, in.Topics, in.Scope
	switch {
	case !in.Published.IsZero():
		n.PublishAt = in.Published
	case n.PublishAt.IsZero():
		n.PublishAt = now
	}
	n.Pictures = nil
	if in.picture != nil {
		n.Pictures = []compose.Picture{*in.picture}
	}
	n.Source = Source{ID: src.ID, ExternalID: i.ExternalID, Name: compose.Line(src.Name), URL: in.URL}
	switch {
	case n.State == compose.New && src.Options.Drafts:
		n.State = compose.Waiting
	case n.State == compose.New || n.State == compose.Withdrawn:
		n.State = compose.Published
	}
	n.Note, n.UpdatedAt = "", now
	return n.Check()
}
