package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// Out is a feed to be written.
type Out struct {
	Title       string
	HomeURL     string // the page the feed belongs to
	SelfURL     string // where this feed lies; also the id of the Atom feed
	Description string
	Language    string    // BCP 47
	Updated     time.Time // zero: the latest of the items
	Items       []OutItem
}

// OutItem is an entry to be written. ID, Title and one of Published and Updated
// are required.
type OutItem struct {
	ID         string // a URI that never changes (tag: or urn:)
	URL        string
	Title      string
	Summary    string // plain text
	HTML       string // safe HTML with absolute links
	Published  time.Time
	Updated    time.Time
	Author     string // the publisher's name
	Categories []string
	ImageURL   string
	ImageType  string     // media type; without it the picture is only in the JSON feed
	Start      *time.Time // of an event
	End        *time.Time
}

func (it OutItem) updated() time.Time {
	if it.Updated.IsZero() {
		return it.Published
	}
	return it.Updated
}

// updated is when the feed last changed.
func (f Out) updated() time.Time {
	last := f.Updated
	for _, it := range f.Items {
		if f.Updated.IsZero() && it.updated().After(last) {
			last = it.updated()
		}
	}
	return last
}

// legal removes what XML 1.0 (section 2.2) does not allow, and broken UTF-8.
func legal(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// writer collects XML. Elements are written by hand because encoding/xml does
// not keep namespace prefixes.
type writer struct{ bytes.Buffer }

func (w *writer) escaped(s string) {
	w.WriteString(xmlEscaper.Replace(legal(s)))
}

// A carriage return written as it is would be read as a line feed (XML 1.0, 2.11).
var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "\r", "&#xD;")

// open writes a start tag with attributes in pairs of name and value.
func (w *writer) open(name string, attrs ...string) {
	w.WriteString("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		w.WriteString(" " + attrs[i] + `="`)
		w.escaped(attrs[i+1])
		w.WriteByte('"')
	}
	w.WriteByte('>')
}

func (w *writer) close(name string) { w.WriteString("</" + name + ">\n") }

// text writes an element with text, or nothing if the text is empty.
func (w *writer) text(name, text string, attrs ...string) {
	if text = legal(text); text == "" {
		return
	}
	w.open(name, attrs...)
	w.escaped(text)
	w.close(name)
}

// empty writes an element without content.
func (w *writer) empty(name string, attrs ...string) {
	w.open(name, attrs...)
	w.Truncate(w.Len() - 1)
	w.WriteString("/>\n")
}

func (w *writer) event(it OutItem) {
	if it.Start != nil {
		w.text("ev:startdate", it.Start.Format(time.RFC3339))
	}
	if it.End != nil {
		w.text("ev:enddate", it.End.Format(time.RFC3339))
	}
}

func (w *writer) to(out io.Writer, kind string) error {
	if _, err := out.Write(w.Bytes()); err != nil {
		return fmt.Errorf("write %s: %w", kind, err)
	}
	return nil
}

// WriteRSS writes RSS 2.0 (RSS Advisory Board, 2.0.11) with the modules
// content, dc, event and atom:link.
func WriteRSS(out io.Writer, f Out) error {
	w := &writer{}
	w.WriteString(xml.Header)
	w.open("rss", "version", "2.0", "xmlns:atom", "http://www.w3.org/2005/Atom", "xmlns:content", nsContent, "xmlns:dc", nsDC, "xmlns:ev", nsEvent)
	w.WriteString("\n<channel>\n")
	w.text("title", first(f.Title, f.HomeURL))
	w.text("link", f.HomeURL)
	w.text("description", first(f.Description, f.Title, f.HomeURL))
	w.text("language", f.Language)
	if t := f.updated(); !t.IsZero() {
		w.text("lastBuildDate", rfc822(t))
	}
	if f.SelfURL != "" {
		w.empty("atom:link", "href", f.SelfURL, "rel", "self", "type", "application/rss+xml")
	}
	for _, it := range f.Items {
		w.WriteString("<item>\n")
		w.text("title", first(it.Title, it.URL, it.ID))
		w.text("link", it.URL)
		w.text("guid", it.ID, "isPermaLink", "false")
		if t := it.Published; !t.IsZero() {
			w.text("pubDate", rfc822(t))
		} else if t := it.updated(); !t.IsZero() {
			w.text("pubDate", rfc822(t))
		}
		w.text("dc:creator", it.Author)
		for _, c := range it.Categories {
			w.text("category", c)
		}
		w.text("description", it.Summary)
		w.text("content:encoded", it.HTML)
		if it.ImageURL != "" && it.ImageType != "" {
			// The length in bytes is required; 0 is the agreed word for unknown.
			w.empty("enclosure", "url", it.ImageURL, "length", "0", "type", it.ImageType)
		}
		w.event(it)
		w.WriteString("</item>\n")
	}
	w.WriteString("</channel>\n</rss>\n")
	return w.to(out, "RSS")
}

// WriteAtom writes Atom 1.0 (RFC 4287).
func WriteAtom(out io.Writer, f Out) error {
	w := &writer{}
	w.WriteString(xml.Header)
	attrs := []string{"xmlns", "http://www.w3.org/2005/Atom", "xmlns:ev", nsEvent}
	if f.Language != "" {
		attrs = append(attrs, "xml:lang", f.Language)
	}
	w.open("feed", attrs...)
	w.WriteByte('\n')
	w.text("id", first(f.SelfURL, f.HomeURL))
	w.text("title", first(f.Title, f.HomeURL))
	w.text("subtitle", f.Description)
	w.text("updated", f.updated().UTC().Format(time.RFC3339))
	w.atomAuthor(first(f.Title, f.HomeURL))
	if f.SelfURL != "" {
		w.empty("link", "rel", "self", "type", "application/atom+xml", "href", f.SelfURL)
	}
	if f.HomeURL != "" {
		w.empty("link", "rel", "alternate", "type", "text/html", "href", f.HomeURL)
	}
	for _, it := range f.Items {
		w.WriteString("<entry>\n")
		w.text("id", it.ID)
		w.text("title", first(it.Title, it.URL, it.ID))
		w.text("updated", it.updated().UTC().Format(time.RFC3339))
		if !it.Published.IsZero() {
			w.text("published", it.Published.UTC().Format(time.RFC3339))
		}
		if it.URL != "" {
			w.empty("link", "rel", "alternate", "type", "text/html", "href", it.URL)
		}
		if it.ImageURL != "" && it.ImageType != "" {
			w.empty("link", "rel", "enclosure", "type", it.ImageType, "href", it.ImageURL)
		}
		w.atomAuthor(it.Author)
		for _, c := range it.Categories {
			w.empty("category", "term", c)
		}
		w.text("summary", it.Summary)
		w.text("content", it.HTML, "type", "html")
		w.event(it)
		w.WriteString("</entry>\n")
	}
	w.WriteString("</feed>\n")
	return w.to(out, "Atom")
}

func (w *writer) atomAuthor(name string) {
	if name != "" {
		w.WriteString("<author>")
		w.text("name", name)
		w.WriteString("</author>\n")
	}
}

// WriteJSON writes JSON Feed 1.1. Begin and end of an event stand in the
// extension "_event".
func WriteJSON(out io.Writer, f Out) error {
	j := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: first(f.Title, f.HomeURL), HomePageURL: f.HomeURL, FeedURL: f.SelfURL,
		Description: f.Description, Language: f.Language, Items: []jsonItem{},
	}
	for _, it := range f.Items {
		item := jsonItem{
			ID: jsonID(it.ID), URL: it.URL, Title: it.Title, ContentHTML: it.HTML, Summary: it.Summary, Image: it.ImageURL,
			DatePublished: stamp(&it.Published), DateModified: stamp(&it.Updated), Tags: it.Categories,
		}
		if it.HTML == "" {
			item.ContentText = first(it.Summary, it.Title, " ") // one of the two is required
		}
		if it.Author != "" {
			item.Authors = []jsonAuthor{{Name: it.Author}}
		}
		if it.Start != nil {
			item.Event = &jsonEvent{Start: stamp(it.Start), End: stamp(it.End)}
		}
		j.Items = append(j.Items, item)
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(j); err != nil {
		return fmt.Errorf("write JSON Feed: %w", err)
	}
	return nil
}

func stamp(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// rfc822 is the date of RSS: RFC 822 with a year of four digits.
func rfc822(t time.Time) string { return t.Format("Mon, 02 Jan 2006 15:04:05 -0700") }
