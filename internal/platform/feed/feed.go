// Package feed reads and writes feeds: RSS 0.9x, 1.0 and 2.0, Atom (RFC 4287
// with the tombstones of RFC 6721), JSON Feed 1.1, and reads WordPress exports
// (WXR). Reading is strict where a mistake would change the meaning and lenient
// where producers are known to err; writing follows the specifications.
package feed

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"dorflinde/internal/platform/richtext"
)

// Messages holds one sentence per code for the people who gave the address:
// keys "feed.<code>" with the placeholders {line} and {detail}.
//
//go:embed messages.*.json
var Messages embed.FS

// Limits of what is read.
const (
	MaxBytes = 64 << 20 // of a file; a WordPress export of ten years has about 20 MB
	MaxItems = 50_000
	maxDepth = 100
	maxNodes = 4_000_000
)

// summaryLen is the length in characters of a summary made from the text.
const summaryLen = 300

// Feed is a feed read completely.
type Feed struct {
	Title string
	Link  string // the site the feed belongs to
	Items []Item
}

// Item is one entry of a feed.
type Item struct {
	ID         string // stable: guid or atom:id, else the link, else a hash of title and date
	URL        string
	Title      string // plain text
	Summary    string // plain text
	HTML       string // as the producer wrote it: unsafe, to be converted before it is shown
	Published  time.Time
	Updated    time.Time
	Categories []string
	ImageURL   string
	ImageAlt   string
	Author     string

	// Deleted marks an entry that must not be visible (any more): a tombstone, or
	// a WordPress entry that is a draft, private, protected or in the bin. It
	// carries no text.
	Deleted bool

	Kind   string     // of a WordPress entry: post, page, event; else empty
	Status string     // of a WordPress entry as exported; "future" is due at Published
	Start  *time.Time // of an event, where the producer says so
	End    *time.Time
}

// The codes of Error.
const (
	CodeEmpty    = "empty"        // nothing in it
	CodeHTML     = "html"         // a web page; Detail: the feed it names, if any
	CodeUnknown  = "unknown"      // neither a feed nor an export
	CodeSyntax   = "syntax"       // broken XML or JSON; Detail: the reason
	CodeEntities = "xml_entities" // the file declares its own entities
	CodeDepth    = "depth"        // nested too deep
	CodeTooLarge = "too_large"
	CodeItems    = "items" // more than MaxItems
)

// Codes lists every code, for tests of catalogues.
var Codes = []string{CodeEmpty, CodeHTML, CodeUnknown, CodeSyntax, CodeEntities, CodeDepth, CodeTooLarge, CodeItems}

// Error says why a file is no feed, and where.
type Error struct {
	Line   int // from 1; 0 if the whole file is meant
	Code   string
	Detail string
}

// Error implements error.
func (e *Error) Error() string {
	s := "feed: " + e.Code
	if e.Line > 0 {
		s = fmt.Sprintf("feed line %d: %s", e.Line, e.Code)
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// Read reads a feed of any kind. base is the address it came from, for relative
// links; it may be empty. Every error is an *Error.
func Read(raw []byte, base string) (*Feed, error) {
	if len(raw) > MaxBytes {
		return nil, &Error{Code: CodeTooLarge, Detail: fmt.Sprintf("%d MB", MaxBytes>>20)}
	}
	text := toUTF8(raw)
	lead := bytes.TrimSpace(text)
	if len(lead) == 0 {
		return nil, &Error{Code: CodeEmpty}
	}
	r := &reader{}
	if u, err := url.Parse(base); err == nil && u.IsAbs() {
		r.base = u
	}
	var err error
	switch {
	case lead[0] == '{' || lead[0] == '[':
		err = r.json(text)
	case looksLikeHTML(lead):
		return nil, &Error{Code: CodeHTML, Detail: r.discover(text)}
	default:
		err = r.xml(text)
	}
	if err != nil {
		return nil, err
	}
	if len(r.feed.Items) > MaxItems {
		return nil, &Error{Code: CodeItems, Detail: fmt.Sprint(MaxItems)}
	}
	r.finish()
	return &r.feed, nil
}

// reader builds a Feed.
type reader struct {
	feed Feed
	base *url.URL
}

// finish fills what every kind of feed needs in the same way.
func (r *reader) finish() {
	f := &r.feed
	f.Title = plainTitle(f.Title)
	seen := map[string]bool{}
	items := f.Items[:0]
	for _, it := range f.Items {
		it.Title = plainTitle(it.Title)
		it.Author = strings.Join(strings.Fields(it.Author), " ")
		if it.ID == "" {
			it.ID = it.URL
		}
		if it.ID == "" {
			sum := sha256.Sum256([]byte(it.Title + "\x00" + it.Published.UTC().Format(time.RFC3339)))
			it.ID = "sha256:" + hex.EncodeToString(sum[:16])
		}
		if seen[it.ID] {
			continue // some producers repeat an entry per category
		}
		seen[it.ID] = true
		switch {
		case it.Deleted:
			it.HTML, it.Summary, it.ImageURL, it.ImageAlt = "", "", "", ""
		default:
			r.text(&it)
		}
		if it.Updated.IsZero() {
			it.Updated = it.Published
		}
		if it.Published.IsZero() {
			it.Published = it.Updated
		}
		it.Categories = unique(it.Categories)
		items = append(items, it)
	}
	f.Items = items
}

// text makes the summary plain and finds a picture in the text.
func (r *reader) text(it *Item) {
	if it.ImageURL == "" {
		it.ImageURL, it.ImageAlt = r.firstImage(it.HTML)
	}
	summary := it.Summary
	if it.HTML == "" {
		// Without content:encoded the description is all the text there is.
		it.HTML = it.Summary
	}
	if it.ImageURL == "" {
		it.ImageURL, it.ImageAlt = r.firstImage(summary)
	}
	if strings.TrimSpace(summary) == "" {
		summary = it.HTML
	}
	it.Summary = richtext.Summary(richtext.FromHTML(summary), summaryLen)
	if it.Title == "" {
		it.Title = richtext.Cut(it.Summary, 80)
	}
}

// plainTitle takes markup and doubled escaping out of a title.
func plainTitle(s string) string {
	if strings.ContainsAny(s, "<&") {
		s = richtext.Plain(richtext.FromHTML(s))
	}
	return richtext.Cut(s, 500)
}

func unique(list []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range list {
		if s = strings.Join(strings.Fields(s), " "); s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// link makes an address absolute. Anything but http and https is dropped.
func (r *reader) link(raw string) string {
	raw = strings.TrimSpace(raw)
	u, err := url.Parse(raw)
	if raw == "" || err != nil {
		return ""
	}
	if r.base != nil {
		u = r.base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}
