package richtext

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxHTML is how much of a foreign page is read, in bytes; maxDepth how deep.
const (
	maxHTML  = 2 << 20
	maxDepth = 300
)

// FromHTML turns HTML of other systems (WordPress, TYPO3, Joomla, Contao, mail)
// into our text: headings, lists, links and bold stay, tables become lines,
// scripts, styles, forms and shortcodes vanish, and so do the "Weiterlesen …"
// trailers of feeds. Relative links are dropped to their text. It never fails.
func FromHTML(src string) string {
	if len(src) > maxHTML {
		src = src[:maxHTML]
	}
	src = shortcode.ReplaceAllString(src, "")
	if !strings.Contains(src, "<") {
		src = lineBreaks(src)
	}
	root, err := html.Parse(strings.NewReader(src))
	if err != nil {
		// Nested too deep to be a text that people wrote: keep the words only.
		return escapeText(clean(stripTags(src)))
	}
	c := &converter{}
	c.walk(root, 0)
	c.flush()
	return strings.Join(dropTrailers(c.blocks), "\n\n")
}

// shortcode matches what WordPress plug-ins leave in the text of an export.
var shortcode = regexp.MustCompile(`\[/?(?:caption|gallery|embed|audio|video|playlist|contact-form-7|vc_|et_pb_|fusion_|ngg|wpdm_|su_|tribe_|elementor)[^\]\n]{0,500}\]`)

func lineBreaks(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(strings.ReplaceAll(s, "\n\n", "<p>"), "\n", "<br>")
}

// stripTags keeps the text tokens of src.
func stripTags(src string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			b.WriteString(" " + string(z.Text()))
		}
	}
}

// run is text of one look.
type run struct {
	text string
	bold bool
	href string
}

// converter collects runs into blocks of our text.
type converter struct {
	blocks []string
	runs   []run
	bold   int
	href   string
	prefix string // of the open block: "## ", "- ", …
	lists  []listState
	item   []string // lines of the list being built
}

// point is the prefix of a list point whose number is not known yet.
const point = "point"

type listState struct {
	ordered bool
	n       int
}

// dropped elements carry nothing to read.
var dropped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Iframe: true,
	atom.Object: true, atom.Embed: true, atom.Svg: true, atom.Math: true, atom.Form: true, atom.Button: true,
	atom.Input: true, atom.Select: true, atom.Textarea: true, atom.Nav: true, atom.Head: true, atom.Audio: true,
	atom.Video: true, atom.Canvas: true, atom.Img: true, atom.Colgroup: true, atom.Frameset: true,
}

// inlineLook are elements that do not begin a new block.
var inlineLook = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.B: true, atom.Bdi: true, atom.Bdo: true, atom.Big: true, atom.Cite: true,
	atom.Code: true, atom.Del: true, atom.Dfn: true, atom.Em: true, atom.Font: true, atom.I: true, atom.Ins: true,
	atom.Kbd: true, atom.Label: true, atom.Mark: true, atom.Q: true, atom.S: true, atom.Samp: true, atom.Small: true,
	atom.Span: true, atom.Strike: true, atom.Strong: true, atom.Sub: true, atom.Sup: true, atom.Time: true, atom.Tt: true,
	atom.U: true, atom.Var: true, atom.Wbr: true, atom.Picture: true, atom.Source: true,
}

func (c *converter) walk(n *html.Node, depth int) {
	if depth > maxDepth {
		return
	}
	switch n.Type {
	case html.TextNode:
		c.text(n.Data)
		return
	case html.ElementNode:
		if dropped[n.DataAtom] || hiddenNode(n) {
			return
		}
	case html.CommentNode, html.DoctypeNode:
		return
	}
	children := func() {
		for ch := n.FirstChild; ch != nil; ch = ch.NextSibling {
			c.walk(ch, depth+1)
		}
	}
	switch n.DataAtom {
	case atom.Br:
		c.runs = append(c.runs, run{text: "\n"})
	case atom.Hr:
		c.flush()
	case atom.B, atom.Strong:
		c.bold++
		children()
		c.bold--
	case atom.A:
		before := c.href
		if href := target(attr(n, "href")); external(href) || strings.HasPrefix(href, "mailto:") || strings.HasPrefix(href, "tel:") {
			c.href = href
		}
		children()
		c.href = before
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		c.flush()
		c.prefix = "### "
		if n.DataAtom == atom.H1 || n.DataAtom == atom.H2 {
			c.prefix = "## "
		}
		children()
		for i := range c.runs {
			c.runs[i].bold = false // a heading is bold by itself
		}
		c.flush()
	case atom.Ul, atom.Ol:
		c.flush()
		c.lists = append(c.lists, listState{ordered: n.DataAtom == atom.Ol})
		children()
		c.flush()
		c.lists = c.lists[:len(c.lists)-1]
		c.endList()
	case atom.Li:
		c.flush()
		c.prefix = point
		children()
		c.flush()
	case atom.Tr:
		c.flush()
		c.row(n, depth)
		c.flush()
	case atom.Dt:
		c.flush()
		c.bold++
		children()
		c.bold--
		c.flush()
	default:
		if n.Type == html.ElementNode && inlineLook[n.DataAtom] {
			children()
			return
		}
		c.flush()
		children()
		c.flush()
	}
}

// row writes the cells of a table row into one line: "Mo: 8 bis 12 Uhr" for two
// cells, "a | b | c" for more. Rows of one table follow each other as lines.
func (c *converter) row(tr *html.Node, depth int) {
	cells := 0
	for td := tr.FirstChild; td != nil; td = td.NextSibling {
		if td.Type == html.ElementNode && (td.DataAtom == atom.Td || td.DataAtom == atom.Th) {
			cells++
		}
	}
	var line []run
	n := 0
	for td := tr.FirstChild; td != nil; td = td.NextSibling {
		if td.Type != html.ElementNode || (td.DataAtom != atom.Td && td.DataAtom != atom.Th) {
			continue
		}
		sub := &converter{}
		for ch := td.FirstChild; ch != nil; ch = ch.NextSibling {
			sub.walk(ch, depth+1)
		}
		sub.flush()
		text := Plain(strings.Join(sub.blocks, "\n"))
		text = strings.Join(strings.Fields(text), " ")
		if text == "" {
			continue
		}
		if n++; n > 1 {
			sep := " | "
			if cells == 2 {
				sep = ": "
				if strings.HasSuffix(line[len(line)-1].text, ":") {
					sep = " "
				}
			}
			line = append(line, run{text: sep})
		}
		line = append(line, run{text: text})
	}
	c.runs = append(c.runs, line...)
	if len(line) > 0 && len(c.lists) == 0 && tr.PrevSibling != nil && c.tableOpen(tr) {
		// Join with the row above: a line break, not a new paragraph.
		text := serialize(c.runs)
		c.runs = nil
		c.blocks[len(c.blocks)-1] += "\n" + guardLines(text)
	}
}

// tableOpen reports whether the last block is a row of the same table.
func (c *converter) tableOpen(tr *html.Node) bool {
	if len(c.blocks) == 0 {
		return false
	}
	for s := tr.PrevSibling; s != nil; s = s.PrevSibling {
		if s.Type == html.ElementNode && s.DataAtom == atom.Tr && strings.TrimSpace(nodeText(s)) != "" {
			return true
		}
	}
	return false
}

func nodeText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && !dropped[d.Parent.DataAtom] {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// hiddenNode finds what the page itself hides, for example the "screen-reader"
// repetition of a title in a more-link or a tracking block.
func hiddenNode(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "hidden" || a.Key == "style" && strings.Contains(strings.ReplaceAll(strings.ToLower(a.Val), " ", ""), "display:none") {
			return true
		}
	}
	return false
}

// text adds words with HTML white space folded.
func (c *converter) text(s string) {
	var b strings.Builder
	space := false
	for _, r := range clean(s) {
		if r == ' ' || r == '\n' || r == '\u00a0' || r == '\u00ad' {
			space = space || r != '\u00ad' // soft hyphens vanish
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	if b.Len() > 0 {
		c.runs = append(c.runs, run{text: b.String(), bold: c.bold > 0 && c.href == "", href: c.href})
	}
}

// mark is the beginning of the next list point. The format knows two levels;
// deeper ones join the second.
func (c *converter) mark() string {
	l := &c.lists[len(c.lists)-1]
	l.n++
	mark := "- "
	if l.ordered {
		mark = strconv.Itoa(l.n) + ". "
	}
	if len(c.lists) > 1 {
		return "  " + mark
	}
	return mark
}

// flush ends the open block.
func (c *converter) flush() {
	prefix := c.prefix
	text := serialize(c.runs)
	c.runs = nil
	if text == "" {
		return
	}
	c.prefix = ""
	switch {
	case strings.HasPrefix(prefix, "#"):
		c.blocks = append(c.blocks, prefix+strings.ReplaceAll(text, "\n", " "))
	case len(c.lists) > 0:
		if prefix == point || len(c.item) == 0 {
			prefix = c.mark()
		}
		indent := "  "
		if len(c.lists) > 1 {
			indent = "    "
		}
		if prefix == "" {
			prefix = indent // a second paragraph of the same point
		}
		c.item = append(c.item, prefix+strings.ReplaceAll(guardLines(text), "\n", "\n"+indent))
	case prefix == point: // a point outside of any list
		c.blocks = append(c.blocks, "- "+strings.ReplaceAll(guardLines(text), "\n", "\n  "))
	default:
		c.blocks = append(c.blocks, guardLines(text))
	}
}

func (c *converter) endList() {
	if len(c.lists) == 0 && len(c.item) > 0 {
		c.blocks = append(c.blocks, strings.Join(c.item, "\n"))
		c.item = nil
	}
	c.prefix = ""
}

// serialize writes runs in our marks; equal neighbours are joined first, and
// spaces move out of bold and links.
func serialize(runs []run) string {
	var joined []run
	for _, r := range runs {
		if n := len(joined); n > 0 && joined[n-1].bold == r.bold && joined[n-1].href == r.href && r.text != "\n" && joined[n-1].text != "\n" {
			joined[n-1].text += r.text
			continue
		}
		joined = append(joined, r)
	}
	var b strings.Builder
	for _, r := range joined {
		core := strings.Trim(r.text, " ")
		if r.text == "\n" || core == "" {
			b.WriteString(r.text)
			continue
		}
		lead := r.text[:strings.Index(r.text, core)]
		b.WriteString(lead)
		text := escapeText(core)
		switch {
		case r.href == "":
		case core == r.href || "mailto:"+core == r.href:
			text = core // the bare address becomes a link by itself
		default:
			text = "[" + strings.NewReplacer("[", `\[`, "]", `\]`).Replace(text) + "](" + hrefSafe(r.href) + ")"
		}
		if r.bold {
			text = "**" + text + "**"
		}
		b.WriteString(text)
		b.WriteString(r.text[len(lead)+len(core):])
	}
	lines := strings.Split(b.String(), "\n")
	out := lines[:0]
	for _, l := range lines {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

func hrefSafe(href string) string {
	return strings.NewReplacer("(", "%28", ")", "%29", "[", "%5B", "]", "%5D").Replace(href)
}

var textMarks = strings.NewReplacer(`\`, `\\`, "**", `\*\*`, "](", `]\(`)

func escapeText(s string) string { return textMarks.Replace(s) }

// guardLines keeps a line of foreign text from becoming a heading or a point.
func guardLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		_, _, isHeading := headingMark(l)
		n, _, isPoint := listMark(l)
		switch {
		case isPoint && n > 0:
			digits := strings.IndexAny(l, ".)")
			lines[i] = l[:digits] + `\` + l[digits:]
		case isHeading, isPoint:
			if strings.HasPrefix(l, "·") {
				l = "•" + strings.TrimPrefix(l, "·")
			}
			lines[i] = `\` + l
		}
	}
	return strings.Join(lines, "\n")
}

var (
	moreLine = regexp.MustCompile(`(?i)^\W*\[?\W*(?:weiterlesen|mehr lesen|mehr erfahren|mehr dazu|lesen sie mehr|den ganzen (?:artikel|beitrag) lesen|zum artikel|read more|continue reading|read the full article)\b[^.\n]{0,200}$`)
	appeared = regexp.MustCompile(`(?i)^(?:der (?:beitrag|artikel)|the post) .{0,400} (?:erschien zuerst auf|erschien am|appeared first on) .{0,400}$`)
	moreTail = regexp.MustCompile(`(?i)\s*(?:\[?(?:…|\.\.\.)\]?)?\s*\[(?:weiterlesen|mehr lesen|mehr|read more|continue reading)\b[^\]\n]{0,200}\]\([^)\n]*\)\s*$`)
	dotsTail = regexp.MustCompile(`\s*\\?\[(?:…|\.\.\.)\\?\]\s*$`)
)

// dropTrailers removes what feeds put behind a shortened text.
func dropTrailers(blocks []string) []string {
	for len(blocks) > 0 {
		last := blocks[len(blocks)-1]
		text := strings.ReplaceAll(Plain(last), "\n", " ")
		if appeared.MatchString(text) || moreLine.MatchString(text) && (strings.Contains(last, "](") || strings.Contains(text, "…") || len(text) < 30) {
			blocks = blocks[:len(blocks)-1]
			continue
		}
		if cut := moreTail.ReplaceAllString(last, " …"); cut != last {
			last = strings.TrimSpace(cut)
		}
		last = dotsTail.ReplaceAllString(last, " …")
		if last == "…" {
			blocks = blocks[:len(blocks)-1]
			continue
		}
		blocks[len(blocks)-1] = last
		break
	}
	return blocks
}
