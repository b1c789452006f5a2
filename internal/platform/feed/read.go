package feed

import (
	"bytes"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// xml reads any of the XML feeds.
func (r *reader) xml(text []byte) error {
	root, err := parseXML(text)
	if err != nil {
		return err
	}
	switch root.name {
	case "rss":
		channel := root.kid("channel")
		if channel == nil {
			return &Error{Code: CodeUnknown, Detail: "rss without channel"}
		}
		r.channel(channel)
		items := append(kids(channel, "item"), kids(root, "item")...)
		if isWXR(channel) {
			r.wordpress(channel, items)
			return nil
		}
		for _, n := range items {
			r.feed.Items = append(r.feed.Items, r.rssItem(n))
		}
	case "rdf":
		if channel := root.kid("channel"); channel != nil {
			r.channel(channel)
		}
		for _, n := range kids(root, "item") {
			it := r.rssItem(n)
			if it.ID == "" {
				it.ID = n.attr("about")
			}
			r.feed.Items = append(r.feed.Items, it)
		}
	case "feed":
		r.atom(root)
	default:
		return &Error{Code: CodeUnknown, Detail: richCut(root.name)}
	}
	return nil
}

func richCut(s string) string { return strings.ToValidUTF8(s[:min(len(s), 40)], "") }

func kids(n *node, name string) []*node {
	var out []*node
	for _, k := range n.kids {
		if k.is(name) {
			out = append(out, k)
		}
	}
	return out
}

func (r *reader) channel(n *node) {
	r.feed.Title = n.str("title")
	r.feed.Link = r.link(n.str("link"))
}

// rssItem reads an item of any RSS, with the modules that German producers
// use: content, dc, media, event, and atom for dates and authors.
func (r *reader) rssItem(n *node) Item {
	it := Item{
		Title:     n.str("title"),
		URL:       r.link(n.str("link")),
		Summary:   n.str("description"),
		HTML:      n.str("encoded", nsContent),
		Published: firstDate(n.str("pubdate"), n.str("date", nsDC), n.str("published", nsAtom), n.str("created", "http://purl.org/dc/terms/")),
		Updated:   firstDate(n.str("updated", nsAtom), n.str("modified", "http://purl.org/dc/terms/")),
		Author:    first(n.str("creator", nsDC), rssAuthor(n.str("author"))),
	}
	if guid := n.kid("guid"); guid != nil {
		it.ID = strings.TrimSpace(guid.text.String())
		if it.URL == "" && guid.attr("isPermaLink") != "false" {
			it.URL = r.link(it.ID)
		}
	}
	if it.Title == "" {
		it.Title = n.str("title", nsMedia)
	}
	eventModule(n, &it)
	for _, k := range n.kids {
		if k.is("category") || k.is("subject", nsDC) {
			it.Categories = append(it.Categories, k.text.String())
		}
	}
	r.media(n, &it)
	return it
}

// eventModule reads ev:startdate and ev:enddate (RSS 1.0 Event module).
func eventModule(n *node, it *Item) {
	if t, ok := ParseDate(n.str("startdate", nsEvent)); ok {
		it.Start = &t
	}
	if t, ok := ParseDate(n.str("enddate", nsEvent)); ok {
		it.End = &t
	}
}

// rssAuthor takes the name out of "mail@example.org (Name)": addresses of
// people are not carried on.
func rssAuthor(s string) string {
	if i := strings.IndexByte(s, '('); i >= 0 && strings.HasSuffix(s, ")") {
		return s[i+1 : len(s)-1]
	}
	if strings.Contains(s, "@") {
		return ""
	}
	return s
}

// media finds the picture of an item in enclosure, media:content,
// media:thumbnail or image, looking into media:group.
func (r *reader) media(n *node, it *Item) {
	for _, k := range n.kids {
		if it.ImageURL != "" {
			return
		}
		switch {
		case k.is("enclosure"), k.is("content", nsMedia):
			kind := k.attr("type")
			if strings.HasPrefix(kind, "image/") || k.attr("medium") == "image" || kind == "" && pictureName(k.attr("url")) {
				it.ImageURL = r.link(k.attr("url"))
				it.ImageAlt = first(k.str("description", nsMedia), k.str("title", nsMedia))
			}
		case k.is("thumbnail", nsMedia):
			it.ImageURL = r.link(k.attr("url"))
		case k.is("image"):
			it.ImageURL = r.link(first(k.str("url"), strings.TrimSpace(k.text.String())))
			it.ImageAlt = k.str("title")
		case k.is("group", nsMedia):
			r.media(k, it)
		}
	}
}

func pictureName(u string) bool {
	u, _, _ = strings.Cut(strings.ToLower(u), "?")
	for _, ext := range []string{".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"} {
		if strings.HasSuffix(u, ext) {
			return true
		}
	}
	return false
}

// atom reads an Atom feed, also of the 0.3 that some old sites still send.
func (r *reader) atom(root *node) {
	own := root.space
	defer r.rebase(root)()
	r.feed.Title = atomText(root.kid("title", own))
	r.feed.Link = r.link(atomLink(root, "alternate"))
	for _, n := range root.kids {
		switch {
		case n.is("deleted-entry", nsTomb):
			when, _ := ParseDate(n.attr("when"))
			r.feed.Items = append(r.feed.Items, Item{ID: n.attr("ref"), Deleted: true, Updated: when})
		case n.is("entry", own):
			r.feed.Items = append(r.feed.Items, r.atomEntry(n))
		}
	}
}

func (r *reader) atomEntry(n *node) Item {
	own := n.space
	defer r.rebase(n)()
	it := Item{
		ID:        n.str("id", own),
		Title:     atomText(n.kid("title", own)),
		URL:       r.link(atomLink(n, "alternate")),
		Summary:   atomText(n.kid("summary", own)),
		HTML:      atomText(n.kid("content", own)),
		Published: firstDate(n.str("published", own), n.str("issued", own), n.str("created", own)),
		Updated:   firstDate(n.str("updated", own), n.str("modified", own)),
	}
	if a := n.kid("author", own); a != nil {
		it.Author = a.str("name", own)
	}
	for _, k := range n.kids {
		switch {
		case k.is("category", own):
			it.Categories = append(it.Categories, first(k.attr("label"), k.attr("term")))
		case k.is("link", own) && k.attr("rel") == "enclosure" && strings.HasPrefix(k.attr("type"), "image/") && it.ImageURL == "":
			it.ImageURL, it.ImageAlt = r.link(k.attr("href")), k.attr("title")
		}
	}
	r.media(n, &it)
	eventModule(n, &it)
	return it
}

// rebase follows xml:base (RFC 4287, section 2) until the returned function is called.
func (r *reader) rebase(n *node) (restore func()) {
	before := r.base
	if u, err := url.Parse(r.link(n.attr("base"))); err == nil && u.IsAbs() {
		r.base = u
	}
	return func() { r.base = before }
}

func atomLink(n *node, rel string) string {
	for _, k := range n.kids {
		if k.is("link", n.space) && first(k.attr("rel"), "alternate") == rel {
			return k.attr("href")
		}
	}
	return ""
}

// atomText returns a text construct (RFC 4287, section 3.1) as HTML.
func atomText(n *node) string {
	switch {
	case n == nil:
		return ""
	case n.attr("type") == "xhtml":
		var b bytes.Buffer
		for _, k := range n.kids {
			writeNode(&b, k)
		}
		return b.String()
	case n.attr("type") == "text" || n.attr("type") == "" && strings.Contains(n.text.String(), "<"):
		return html.EscapeString(strings.TrimSpace(n.text.String()))
	}
	return strings.TrimSpace(n.text.String())
}

// writeNode turns XHTML content into HTML.
func writeNode(b *bytes.Buffer, n *node) {
	name := n.name
	if name == "#text" {
		b.WriteString(html.EscapeString(n.text.String()))
		return
	}
	if atom.Lookup([]byte(name)) == 0 {
		name = "span"
	}
	b.WriteString("<" + name)
	for _, key := range []string{"href", "src", "alt"} {
		if v := n.attr(key); v != "" {
			b.WriteString(" " + key + `="` + html.EscapeString(v) + `"`)
		}
	}
	b.WriteString(">")
	for _, k := range n.kids {
		writeNode(b, k)
	}
	if name != "br" && name != "img" && name != "hr" {
		b.WriteString("</" + name + ">")
	}
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func firstDate(list ...string) time.Time {
	for _, s := range list {
		if t, ok := ParseDate(s); ok {
			return t
		}
	}
	return time.Time{}
}

// firstImage finds the first picture in HTML that is more than a tracking dot.
func (r *reader) firstImage(src string) (address, alt string) {
	if !strings.Contains(strings.ToLower(src), "<img") {
		return "", ""
	}
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return "", ""
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.DataAtom != atom.Img {
				continue
			}
			at := map[string]string{}
			for _, a := range t.Attr {
				at[a.Key] = a.Val
			}
			if at["width"] == "1" || at["height"] == "1" {
				continue
			}
			if u := r.link(at["src"]); u != "" {
				return u, strings.Join(strings.Fields(at["alt"]), " ")
			}
		}
	}
}

func looksLikeHTML(lead []byte) bool {
	begin := strings.ToLower(string(lead[:min(len(lead), 1000)]))
	return strings.HasPrefix(begin, "<!doctype html") || strings.HasPrefix(begin, "<html") || strings.HasPrefix(begin, "<head") ||
		strings.Contains(begin, "<html") && !strings.Contains(begin, "<rss") && !strings.Contains(begin, "<feed")
}

// discover returns the first feed that a web page names in its head (RSS
// autodiscovery), or nothing.
func (r *reader) discover(page []byte) string {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.DataAtom != atom.Link {
				continue
			}
			at := map[string]string{}
			for _, a := range t.Attr {
				at[a.Key] = strings.ToLower(a.Val)
				if a.Key == "href" {
					at["href"] = a.Val
				}
			}
			if strings.Contains(at["rel"], "alternate") && (strings.Contains(at["type"], "rss+xml") || strings.Contains(at["type"], "atom+xml") || strings.Contains(at["type"], "feed+json")) {
				return r.link(at["href"])
			}
		}
	}
}
