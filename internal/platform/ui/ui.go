// Package ui holds the surface that all pages share: the layout and the
// components, in KERN's markup with the behaviour of GOV.UK's patterns. It knows
// no municipal word; what to show comes in plain structs.
package ui

import (
	"bytes"
	"context"
	"embed"
	"slices"
	"strings"

	"dorflinde/web"
)

// Messages are the words of the components.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// Link is anything one can follow: a menu item, an action, a chip, a tab.
type Link struct {
	Label   string
	URL     string
	ID      string // compared with the active one, if the place has such
	Icon    string // name for Icon; empty is none
	Tone    string // leaf, honey, sky, red or soft
	Count   string // a number shown behind the label; empty is none
	Rel     string
	Primary bool // the one action that matters most
}

// Brand is whose site this is.
type Brand struct {
	Name    string
	Claim   string
	ArmsURL string // empty shows the lime leaf
	HomeURL string // empty is "/"
}

// Account is the person at the device, as far as the header tells.
type Account struct {
	SignedIn bool
	Name     string
	URL      string // sign-in, or the person's own page
}

// Banner is a message above everything else.
type Banner struct {
	Severity string // danger, warning or info
	Title    string
	Text     string
	URL      string
	LinkText string
}

// Shell is what surrounds every page of one request.
type Shell struct {
	Lang        string // de or en
	Theme       string // light, dark, or anything else for the device's wish
	Brand       Brand
	Nav         []Link
	Account     Account
	Banners     []Banner
	Footer      []Link
	FooterNote  string
	DemoNote    string // says that data is invented; empty outside a demonstration
	Stylesheets []string
	Path        string // path and query of this page, to come back to
	Origin      string // scheme and host for absolute addresses; may be empty
}

// FeedLink announces another form of a page: RSS, Atom, calendar, JSON-LD.
type FeedLink struct {
	Type  string // media type
	Title string
	URL   string
}

// Page is what one page says about itself.
type Page struct {
	Title       string
	Description string
	Canonical   string // absolute address
	Image       string // absolute address of a picture to share
	ImageAlt    string
	Type        string // Open Graph type; empty is website
	Feeds       []FeedLink
	JSONLD      []byte // a JSON document, schema.org
	Active      string // ID of the navigation item
	NoIndex     bool
	Wide        bool     // use the width of large screens
	Bare        bool     // no space around the content, for desks
	Scripts     []string // asset names beside app.js; map.js brings its style sheet
}

type shellKey struct{}

// WithShell puts the shell into the context of a request.
func WithShell(ctx context.Context, s Shell) context.Context {
	return context.WithValue(ctx, shellKey{}, s)
}

// ShellFrom returns the shell of a request; without one, a German page without a name.
func ShellFrom(ctx context.Context) Shell {
	s, ok := ctx.Value(shellKey{}).(Shell)
	if !ok {
		s = Shell{Lang: "de"}
	}
	if s.Brand.HomeURL == "" {
		s.Brand.HomeURL = "/"
	}
	return s
}

func (s Shell) scheme() string {
	if s.Theme == "light" || s.Theme == "dark" {
		return s.Theme
	}
	return "auto"
}

// title names page and site, the page first, because tabs are narrow.
func (s Shell) title(p Page) string {
	switch {
	case p.Title == "" || p.Title == s.Brand.Name:
		return s.Brand.Name
	case s.Brand.Name == "":
		return p.Title
	}
	return p.Title + " – " + s.Brand.Name
}

func (p Page) kind() string {
	if p.Type == "" {
		return "website"
	}
	return p.Type
}

// stylesheets are ours, those the page's scripts need, then those of the shell.
func (p Page) stylesheets(s Shell) []string {
	sheets := []string{web.Asset("app.css")}
	if slices.Contains(p.Scripts, "map.js") {
		sheets = append(sheets, web.Asset("map.css"))
	}
	return append(sheets, s.Stylesheets...)
}

func (p Page) mainClass() string {
	if p.Bare {
		return "bare"
	}
	return "wrap"
}

func locale(lang string) string {
	if lang == "en" {
		return "en_GB"
	}
	return "de_DE"
}

// dataBlock makes a JSON document safe inside a script element: no character
// that could end it remains (HTML, 4.12.1.3, restrictions for script content).
func dataBlock(doc []byte) string {
	for _, pair := range [][2]string{{"<", `\u003c`}, {">", `\u003e`}, {"&", `\u0026`}, {"\u2028", `\u2028`}, {"\u2029", `\u2029`}} {
		doc = bytes.ReplaceAll(doc, []byte(pair[0]), []byte(pair[1]))
	}
	return `<script type="application/ld+json">` + string(doc) + `</script>`
}

// paragraphs parts plain text at blank lines.
func paragraphs(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func or(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}
