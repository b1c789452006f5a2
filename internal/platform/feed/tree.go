package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/charmap"
)

// node is an element with its text. The tree is small: a feed is read once.
type node struct {
	space, name string // namespace URI and local name, both in lower case
	attrs       []xml.Attr
	text        strings.Builder // own text; in XHTML content it stands in kids named #text
	kids        []*node
}

// Namespaces that matter here, in lower case.
const (
	nsAtom    = "http://www.w3.org/2005/atom"
	nsContent = "http://purl.org/rss/1.0/modules/content/"
	nsDC      = "http://purl.org/dc/elements/1.1/"
	nsMedia   = "http://search.yahoo.com/mrss/"
	nsXHTML   = "http://www.w3.org/1999/xhtml"
	nsTomb    = "http://purl.org/atompub/tombstones/1.0"
	nsEvent   = "http://purl.org/rss/1.0/modules/event/"
)

var encodingDecl = regexp.MustCompile(`^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)

// toUTF8 brings a file to UTF-8 without byte order mark. What calls itself UTF-8
// and is not, is Windows-1252: that is how such files come about.
func toUTF8(raw []byte) []byte {
	name := "utf-8"
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		raw, name = raw[2:], "utf-16le"
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		raw, name = raw[2:], "utf-16be"
	default:
		if m := encodingDecl.FindSubmatch(raw[:min(len(raw), 300)]); m != nil {
			name = strings.ToLower(string(m[1]))
		}
	}
	if enc, _ := charset.Lookup(name); enc != nil && name != "utf-8" && !(strings.HasPrefix(name, "utf-16") && utf8.Valid(raw) && bytes.IndexByte(raw, 0) < 0) {
		if out, err := enc.NewDecoder().Bytes(raw); err == nil {
			return out
		}
	}
	if utf8.Valid(raw) {
		return raw
	}
	if out, err := charmap.Windows1252.NewDecoder().Bytes(raw); err == nil {
		return out
	}
	return bytes.ToValidUTF8(raw, []byte("\uFFFD"))
}

var reference = regexp.MustCompile(`^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|([A-Za-z][A-Za-z0-9]{1,30}));`)

// mend repairs what is broken in many feeds and has only one meaning: control
// characters (XML 1.0, section 2.2) vanish, and an & that begins no reference
// becomes &amp;. Lines stay where they are.
func mend(text []byte) []byte {
	out := make([]byte, 0, len(text)+64)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c < 0x20 && c != '\n' && c != '\r' && c != '\t':
		case c == '<' && bytes.HasPrefix(text[i:], []byte("<![CDATA[")):
			end := bytes.Index(text[i:], []byte("]]>"))
			if end < 0 {
				return append(out, text[i:]...)
			}
			for _, b := range text[i : i+end] {
				if b >= 0x20 || b == '\n' || b == '\r' || b == '\t' {
					out = append(out, b)
				}
			}
			i += end - 1
		case c == '&':
			m := reference.FindSubmatch(text[i:min(len(text), i+40)])
			if m == nil || len(m[1]) > 0 && !knownEntity(string(m[1])) {
				out = append(out, "&amp;"...)
				continue
			}
			out = append(out, c)
		case c == 0xef && i+2 < len(text) && text[i+1] == 0xbf && text[i+2] >= 0xbe: // U+FFFE, U+FFFF
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

func knownEntity(name string) bool {
	switch name {
	case "amp", "lt", "gt", "quot", "apos":
		return true
	}
	_, ok := xml.HTMLEntity[name]
	return ok
}

// parseXML reads text into a tree.
func parseXML(text []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(mend(text)))
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // already UTF-8
	root := &node{}
	stack := []*node{root}
	count := 0
	for {
		tok, err := d.Token()
		line, _ := d.InputPos()
		if errors.Is(err, io.EOF) {
			if len(root.kids) == 0 {
				return nil, &Error{Line: line, Code: CodeUnknown}
			}
			return root.kids[0], nil
		}
		if err != nil {
			return nil, syntaxError(err, line)
		}
		top := stack[len(stack)-1]
		switch t := tok.(type) {
		case xml.Directive:
			// Entities of its own are how XML bombs and file inclusion work (CWE-776, CWE-611).
			if strings.Contains(strings.ToUpper(string(t)), "ENTITY") {
				return nil, &Error{Line: line, Code: CodeEntities}
			}
		case xml.StartElement:
			if count++; count > maxNodes {
				return nil, &Error{Line: line, Code: CodeTooLarge, Detail: fmt.Sprintf("%d elements", maxNodes)}
			}
			if len(stack) > maxDepth {
				return nil, &Error{Line: line, Code: CodeDepth, Detail: fmt.Sprint(maxDepth)}
			}
			n := &node{space: strings.ToLower(t.Name.Space), name: strings.ToLower(t.Name.Local), attrs: t.Attr}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if top.space == nsXHTML {
				// Text and markup alternate here: keep the order.
				text := &node{space: nsXHTML, name: "#text"}
				text.text.Write(t)
				top.kids = append(top.kids, text)
				continue
			}
			top.text.Write(t)
		}
	}
}

func syntaxError(err error, line int) error {
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		return &Error{Line: s.Line, Code: CodeSyntax, Detail: s.Msg}
	}
	return &Error{Line: line, Code: CodeSyntax, Detail: err.Error()}
}

// kid returns the first child of that name in one of the namespaces, or nil.
func (n *node) kid(name string, spaces ...string) *node {
	for _, k := range n.kids {
		if k.is(name, spaces...) {
			return k
		}
	}
	return nil
}

// is compares name and namespace; no namespace given means: none, or the one
// of the feed itself.
func (n *node) is(name string, spaces ...string) bool {
	if n.name != name {
		return false
	}
	if len(spaces) == 0 {
		return n.space == "" || strings.Contains(n.space, "purl.org/rss/1.0/") && !strings.Contains(n.space, "modules") || strings.Contains(n.space, "netscape.com") || strings.Contains(n.space, "backend.userland.com")
	}
	for _, s := range spaces {
		if n.space == s || s == nsWP && strings.HasPrefix(n.space, nsWP) || s == nsExcerpt && strings.HasPrefix(n.space, nsWP) && strings.Contains(n.space, "excerpt") {
			return true
		}
	}
	return false
}

// str returns the trimmed text of the first child of that name.
func (n *node) str(name string, spaces ...string) string {
	if k := n.kid(name, spaces...); k != nil {
		return strings.TrimSpace(k.text.String())
	}
	return ""
}

func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if strings.EqualFold(a.Name.Local, name) {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}
