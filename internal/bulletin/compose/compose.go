// Package compose is the writing desk of the bulletin: what every published
// thing shares on its way from a form to its entry. News, events and pages use
// it, so that writing feels the same everywhere.
//
// A capability embeds Common (what is said, by whom, to whom, where and when)
// and Life (state, version, correction) in its record and keeps Common as JSON
// in one column. A handler then works like this:
//
//	desk := compose.NewDesk(tools)
//	fields, err := desk.Read(r)                  // as typed; uploads are kept at once
//	common, err := desk.Parse(ctx, fields)       // faults carry the names of the fields
//	role := compose.RoleIn(actor, publisher, …)  // the least, where the publisher changes
//	next, err := compose.Next(state, action, role)
//	findings := compose.Findings(ctx, &common, compose.Rules{})
//	err = compose.Blocked(findings)              // before publishing
//	record.Entry(&entry)                         // then bulletin.Put in the same transaction
//	form, err := desk.Form(ctx, fields, err)     // back to the person, nothing lost
//
// UPDATE … WHERE version = the one in the form; no row touched is ErrOvertaken.
// The template puts the fields of form.templ into ui.Editor: PublisherField,
// TitleField, TextField, PictureFields, WhereFields, ScheduleFields,
// AudienceFields, VariantFields, AttachmentFields, with LiveSide(Side(…)) beside
// them. Names of form fields are those of the faults: publisher, title, text,
// where, streets, place, lat, publish-date … The form is multipart and its
// route allows MaxBody. internal/information/news shows all of it at work.
package compose

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/richtext"
	"dorflinde/web"
)

// Limits in characters, and of lists in number.
const (
	MaxText   = 50_000
	MaxReason = 300
	maxAlt    = 300
	maxLine   = 120
	maxTopic  = 40
	maxTopics = 12
	maxFiles  = 12
)

// Picture is one picture; its file lies in media. The first of a list leads.
type Picture struct {
	ID     string `json:"id"`
	Alt    string `json:"alt"` // what is to be seen, for those who do not see it
	Credit string `json:"credit,omitempty"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// scenePrefix marks pictures that the project has drawn itself.
const scenePrefix = "scene:"

// Scene is one of the project's own drawings as a picture, by its name.
func Scene(name, alt string) Picture {
	return Picture{ID: scenePrefix + name, Alt: alt, Width: sceneWidth, Height: sceneHeight}
}

// The size of all drawings, in pixels.
const (
	sceneWidth  = 640
	sceneHeight = 480
)

// drawing is the asset of one of the project's own drawings.
func (p Picture) drawing() (asset string, drawn bool) {
	name, drawn := strings.CutPrefix(p.ID, scenePrefix)
	return "scenes/" + name + ".svg", drawn
}

// URL is where the picture is found; small asks for the small variant.
func (p Picture) URL(small bool) string {
	if asset, drawn := p.drawing(); drawn {
		return web.Prefix + asset
	}
	if small {
		return "/medien/" + p.ID + "/klein"
	}
	return "/medien/" + p.ID
}

// Attachment is one file to download; Title is what people read instead of its name.
type Attachment struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Type  string `json:"type,omitempty"` // media type
	Size  int64  `json:"size,omitempty"` // bytes
}

// URL is where the file is found.
func (a Attachment) URL() string { return "/medien/" + a.ID }

// Variant is title and text in another language or in Leichte Sprache.
type Variant struct {
	Lang  string `json:"lang"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// VariantLangs are the variants an editor can write, as BCP 47 tags.
var VariantLangs = []string{bulletin.LeichteSprache, "en"}

// Common is what every published thing shares.
type Common struct {
	Publisher   string            `json:"-"` // organisation id; a column of its own
	Title       string            `json:"-"` // a column of its own
	Text        string            `json:"text"`
	Audience    bulletin.Audience `json:"audience,omitempty"`
	Scope       bulletin.Scope    `json:"scope"`
	Place       string            `json:"place,omitempty"` // what a person calls it
	Point       *orb.Point        `json:"point,omitempty"` // longitude, latitude
	PublishAt   time.Time         `json:"publish_at,omitzero"`
	ExpiresAt   time.Time         `json:"expires_at,omitzero"`
	Topics      []string          `json:"topics,omitempty"`
	Severity    bulletin.Severity `json:"severity,omitempty"`
	Pictures    []Picture         `json:"pictures,omitempty"`
	Attachments []Attachment      `json:"attachments,omitempty"`
	Variants    []Variant         `json:"variants,omitempty"`
}

// Encode writes what is kept in the record's JSON column.
func (c *Common) Encode() (string, error) {
	raw, err := json.Marshal(c)
	return string(raw), err
}

// Decode reads the JSON column; publisher and title come from their own.
func (c *Common) Decode(publisher, title, raw string) error {
	if err := json.Unmarshal([]byte(raw), c); err != nil {
		return fmt.Errorf("read what was composed: %w", err)
	}
	c.Publisher, c.Title = publisher, title
	return nil
}

// Check normalises texts and tells what cannot even be kept as a draft. What
// only keeps from publishing is told by Findings.
func (c *Common) Check() error {
	var faults fault.List
	c.Title, c.Place = Line(c.Title), Line(c.Place)
	c.Text = Lines(c.Text)
	faults.Add(long("title", c.Title, bulletin.MaxTitle))
	faults.Add(long("text", c.Text, MaxText))
	faults.Add(long("place", c.Place, maxLine))
	switch {
	case c.Publisher == "":
		faults.Add(fault.Invalid("publisher", "compose.publisher_missing"))
	case c.Title == "" && c.Text == "":
		faults.Add(fault.Invalid("title", "compose.empty"))
	}
	if c.Audience == "" {
		c.Audience = bulletin.ForPublic
	}
	if c.Audience != bulletin.ForPublic && c.Audience != bulletin.ForResidents {
		faults.Add(fault.Invalid("audience", "compose.audience_unknown"))
	}
	if c.Severity < bulletin.SeverityNone || c.Severity > bulletin.SeverityExtreme {
		faults.Add(fault.Invalid("severity", "compose.severity_unknown"))
	}
	if c.Point != nil && !geo.ValidPoint(c.Point[0], c.Point[1]) {
		faults.Add(fault.Invalid("lat", "compose.point_wrong"))
	}
	if !c.ExpiresAt.IsZero() && !c.PublishAt.IsZero() && !c.ExpiresAt.After(c.PublishAt) {
		faults.Add(fault.Invalid("expire-date", "compose.expires_before"))
	}
	c.checkTopics(&faults)
	c.checkFiles(&faults)
	c.checkVariants(&faults)
	return faults.Err()
}

func (c *Common) checkTopics(faults *fault.List) {
	kept := make([]string, 0, len(c.Topics))
	for _, topic := range c.Topics {
		if topic = Line(topic); topic != "" && !slices.Contains(kept, topic) {
			kept = append(kept, topic)
			faults.Add(long("topics", topic, maxTopic))
		}
	}
	if len(kept) > maxTopics {
		faults.Add(fault.Invalid("topics", "compose.topics_many", "max", maxTopics))
	}
	c.Topics = kept
}

func (c *Common) checkFiles(faults *fault.List) {
	if len(c.Pictures) > maxFiles || len(c.Attachments) > maxFiles {
		faults.Add(fault.Invalid("picture", "compose.files_many", "max", maxFiles))
	}
	for i := range c.Pictures {
		p := &c.Pictures[i]
		p.Alt, p.Credit = Line(p.Alt), Line(p.Credit)
		faults.Add(long(AltField(i), p.Alt, maxAlt))
		faults.Add(long(CreditField(i), p.Credit, maxLine))
	}
	for i := range c.Attachments {
		a := &c.Attachments[i]
		a.Title = Line(a.Title)
		faults.Add(long(AttachmentField(i), a.Title, maxLine))
	}
}

func (c *Common) checkVariants(faults *fault.List) {
	kept := make([]Variant, 0, len(c.Variants))
	for _, v := range c.Variants {
		v.Title, v.Text = Line(v.Title), Lines(v.Text)
		if v.Title == "" && v.Text == "" {
			continue
		}
		if !slices.Contains(VariantLangs, v.Lang) || slices.ContainsFunc(kept, func(k Variant) bool { return k.Lang == v.Lang }) {
			faults.Add(fault.Invalid("variants", "compose.variant_unknown", "lang", richtext.Cut(Line(v.Lang), 20)))
			continue
		}
		faults.Add(long("title-"+v.Lang, v.Title, bulletin.MaxTitle))
		faults.Add(long("text-"+v.Lang, v.Text, MaxText))
		kept = append(kept, v)
	}
	c.Variants = kept
}

// In is title and text in a language, German where that variant is missing or
// incomplete; found says which it is.
func (c *Common) In(lang string) (title, text, found string) {
	for _, v := range c.Variants {
		if v.Lang == lang && v.Complete() {
			return v.Title, v.Text, v.Lang
		}
	}
	return c.Title, c.Text, "de"
}

// Complete reports whether the variant can be shown.
func (v Variant) Complete() bool { return v.Title != "" && v.Text != "" }

// summaryLength of entries, in characters.
const summaryLength = 280

// Entry fills everything of an entry that follows from Common; kind, link and
// what is special to the capability stay with the caller.
func (c *Common) Entry(e *bulletin.Entry) {
	e.Publisher, e.Audience, e.Scope = c.Publisher, c.Audience, c.Scope
	e.Title, e.Summary = c.Title, richtext.Summary(c.Text, summaryLength)
	e.Text = richtext.Plain(c.Text)
	e.Topics, e.Severity, e.Place = c.Topics, c.Severity, c.Place
	e.PublishedAt, e.ExpiresAt = c.PublishAt, c.ExpiresAt
	e.Variants = nil
	for _, v := range c.Variants {
		if v.Complete() {
			e.Variants = append(e.Variants, bulletin.Variant{Lang: v.Lang, Title: v.Title, Summary: richtext.Summary(v.Text, summaryLength)})
			e.Text += "\n\n" + richtext.Plain(v.Text)
		}
	}
	e.Geometry = nil
	if c.Point != nil {
		e.Geometry = *c.Point
	}
	e.Image = nil
	if len(c.Pictures) > 0 {
		p := c.Pictures[0]
		e.Image = &bulletin.Image{URL: p.URL(false), Alt: p.Alt, Width: p.Width, Height: p.Height}
	}
}

func long(field, text string, limit int) *fault.Fault {
	if n := utf8.RuneCountInString(text); n > limit {
		return fault.Invalid(field, "compose.long", "max", limit, "n", n)
	}
	return nil
}

// Line is text on one line, without control characters and broken UTF-8.
func Line(text string) string { return strings.Join(strings.Fields(Lines(text)), " ") }

// Lines keeps line breaks and takes out what no engine stores and no reader
// sees: control characters, broken UTF-8, and the signs that turn the direction
// of writing around (they could make an address look like another).
func Lines(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n', r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
			return -1
		}
		return r
	}, text))
}
