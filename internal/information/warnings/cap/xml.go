package cap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits for one XML file. A country-wide DWD warning in eight languages has
// about 12,000 lines and 600 kB.
const (
	maxXML   = 20 << 20
	maxDepth = 64
	maxNodes = 500_000
)

// Namespaces of CAP 1.1 and 1.2; 1.1 differs only in what it leaves out.
var namespaces = []string{"urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1"}

// ParseXML reads one alert. file is the name for error messages. The error is
// an *Error with the line.
func ParseXML(file string, raw []byte) (Alert, error) {
	if len(raw) > maxXML {
		return Alert{}, refuse("too_large", file, 0, "%d bytes", len(raw))
	}
	root, err := readTree(file, raw)
	if err != nil {
		return Alert{}, err
	}
	if root.name != "alert" || !slices.Contains(namespaces, root.space) {
		return Alert{}, refuse("not_cap", file, root.line, "%s", root.name)
	}
	r := reader{file: file}
	a := r.alert(root)
	if r.err != nil {
		return Alert{}, r.err
	}
	return a, nil
}

// node is an element with the line it begins on.
type node struct {
	space, name, text string
	line              int
	children          []*node
}

func (n *node) all(name string) []*node {
	var out []*node
	for _, c := range n.children {
		if c.name == name {
			out = append(out, c)
		}
	}
	return out
}

func (n *node) child(name string) *node {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (n *node) get(name string) string {
	if c := n.child(name); c != nil {
		return c.text
	}
	return ""
}

// readTree reads the elements. No document type is allowed, and with it no
// entities beyond the five of XML itself: nothing can grow or be fetched.
func readTree(file string, raw []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(raw))
	d.CharsetReader = charset
	var root *node
	var open []*node
	var texts [][]byte
	for count := 0; ; {
		at, _ := d.InputPos()
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, syntax(file, at, err)
		}
		switch token := token.(type) {
		case xml.Directive:
			return nil, refuse("doctype", file, at, "")
		case xml.StartElement:
			if count++; count > maxNodes || len(open) >= maxDepth {
				return nil, refuse("too_deep", file, at, "%s", token.Name.Local)
			}
			n := &node{space: token.Name.Space, name: token.Name.Local, line: at}
			if len(open) == 0 {
				if root != nil {
					return nil, refuse("syntax", file, at, "a second root element")
				}
				root = n
			} else {
				parent := open[len(open)-1]
				parent.children = append(parent.children, n)
			}
			open, texts = append(open, n), append(texts, nil)
		case xml.CharData:
			if len(open) > 0 {
				texts[len(texts)-1] = append(texts[len(texts)-1], token...)
			}
		case xml.EndElement:
			last := len(open) - 1
			open[last].text = strings.TrimSpace(string(texts[last]))
			open, texts = open[:last], texts[:last]
		}
	}
	if root == nil {
		return nil, refuse("syntax", file, 1, "no element")
	}
	return root, nil
}

func syntax(file string, at int, err error) error {
	var wrong *xml.SyntaxError
	if errors.As(err, &wrong) {
		return refuse("syntax", file, wrong.Line, "%s", wrong.Msg)
	}
	return refuse("syntax", file, at, "%v", err)
}

func charset(name string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return input, nil
	case "iso-8859-1", "latin1", "iso8859-1":
		raw, err := io.ReadAll(io.LimitReader(input, maxXML))
		if err != nil {
			return nil, err
		}
		out := make([]byte, 0, len(raw)+len(raw)/8)
		for _, b := range raw {
			out = utf8.AppendRune(out, rune(b))
		}
		return bytes.NewReader(out), nil
	}
	return nil, fmt.Errorf("unknown character set %q", name)
}

// reader turns elements into an alert and keeps the first error.
type reader struct {
	file string
	err  error
}

func (r *reader) fail(n *node, key, format string, args ...any) {
	if r.err == nil {
		r.err = refuse(key, r.file, n.line, format, args...)
	}
}

func (r *reader) alert(n *node) Alert {
	a := Alert{
		Identifier: n.get("identifier"), Sender: n.get("sender"), Source: n.get("source"), Note: plain(n.get("note")),
		References: references(n.get("references")), Incidents: fields(n.get("incidents")),
	}
	if !validIdentifier(a.Identifier) {
		r.fail(n, "identifier", "%q", a.Identifier)
	}
	a.Sent = r.moment(n, "sent")
	if a.Sent.IsZero() {
		r.fail(n, "missing", "sent")
	}
	a.Status = r.choice(n, "status", statuses)
	a.MsgType = r.choice(n, "msgType", msgTypes)
	a.Scope = r.choice(n, "scope", scopes)
	for _, code := range n.all("code") {
		a.Codes = append(a.Codes, code.text)
	}
	for _, info := range n.all("info") {
		a.Infos = append(a.Infos, r.info(info))
	}
	if len(a.Infos) == 0 && (a.MsgType == "Alert" || a.MsgType == "Update") {
		r.fail(n, "missing", "info")
	}
	return a
}

func (r *reader) info(n *node) Info {
	i := Info{
		Language: n.get("language"), Event: line(n.get("event")), Audience: line(n.get("audience")),
		Urgency:   orUnknown(urgencies, n.get("urgency")),
		Severity:  orUnknown(severities, n.get("severity")),
		Certainty: orUnknown(certainties, n.get("certainty")),
		Effective: r.moment(n, "effective"), Onset: r.moment(n, "onset"), Expires: r.moment(n, "expires"),
		SenderName: line(n.get("senderName")), Headline: line(n.get("headline")),
		Description: plain(n.get("description")), Instruction: plain(n.get("instruction")),
		Web: webAddress(n.get("web")), Contact: plain(n.get("contact")),
		EventCodes: pairs(n, "eventCode"), Parameters: pairs(n, "parameter"),
	}
	if i.Language == "" {
		i.Language = "en-US" // CAP 3.2.2: what an absent language means
	}
	for _, c := range n.all("category") {
		i.Categories = append(i.Categories, c.text)
	}
	for _, c := range n.all("responseType") {
		i.ResponseTypes = append(i.ResponseTypes, c.text)
	}
	for _, area := range n.all("area") {
		i.Areas = append(i.Areas, r.area(area))
	}
	return i
}

func (r *reader) area(n *node) Area {
	a := Area{Desc: line(n.get("areaDesc")), Geocodes: pairs(n, "geocode")}
	for _, c := range n.all("polygon") {
		p, reason := polygon(c.text)
		if reason != "" {
			r.fail(c, "polygon", "%s", reason)
			continue
		}
		a.Polygons = append(a.Polygons, p)
	}
	for _, c := range n.all("circle") {
		round, reason := circle(c.text)
		if reason != "" {
			r.fail(c, "circle", "%s", reason)
			continue
		}
		a.Circles = append(a.Circles, round)
	}
	a.Altitude, a.Ceiling = r.number(n, "altitude"), r.number(n, "ceiling")
	return a
}

func (r *reader) choice(n *node, name string, allowed []string) string {
	v, ok := oneOf(allowed, n.get(name))
	if !ok {
		at := n
		if c := n.child(name); c != nil {
			at = c
		}
		r.fail(at, "choice", "%s %q", name, n.get(name))
	}
	return v
}

func (r *reader) moment(n *node, name string) (t time.Time) {
	c := n.child(name)
	if c == nil || c.text == "" {
		return t
	}
	t, ok := moment(c.text)
	if !ok {
		r.fail(c, "time", "%s %q", name, c.text)
	}
	return t
}

func (r *reader) number(n *node, name string) *float64 {
	c := n.child(name)
	if c == nil || c.text == "" {
		return nil
	}
	v, err := strconv.ParseFloat(c.text, 64)
	if err != nil {
		r.fail(c, "number", "%s %q", name, c.text)
		return nil
	}
	return &v
}

func pairs(n *node, name string) []Pair {
	var out []Pair
	for _, c := range n.all(name) {
		out = append(out, Pair{Name: c.get("valueName"), Value: c.get("value")})
	}
	return out
}
