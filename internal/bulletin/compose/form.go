package compose

import (
	"context"
	"embed"
	"strconv"
	"time"
	"unicode/utf8"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

// Messages are the desk's texts.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// Form is what the fields of form.templ show.
type Form struct {
	Fields
	Errors     map[string]string // what to do about it, by field
	Summary    []ui.FieldError
	Publishers []Speaker // for whom the person writes
	Places     []ui.Option
	Findings   []Finding
}

// Speaker is an organisation for which the person may write.
type Speaker struct {
	bulletin.Publisher
	Publishes bool // as editor; an author asks for approval
}

// Form puts together what the person sees. err is what Read, Parse or a rule
// said; faults without a field appear in the summary alone.
func (d *Desk) Form(ctx context.Context, f Fields, err error) (Form, error) {
	l := i18n.From(ctx)
	form := Form{Fields: f, Errors: map[string]string{}}
	for _, one := range fault.All(err) {
		text := l.T(one.Key, one.Args...)
		if one.Field != "" && form.Errors[one.Field] == "" {
			form.Errors[one.Field] = text
		}
		form.Summary = append(form.Summary, ui.FieldError{ID: one.Field, Text: text})
	}
	var orgs error
	if form.Publishers, orgs = d.Speakers(ctx); orgs != nil {
		return form, orgs
	}
	if len(form.Publishers) > 0 && form.Publisher == "" {
		form.Publisher = form.Publishers[0].ID
	}
	if len(form.Variants) == 0 {
		for _, lang := range VariantLangs {
			form.Variants = append(form.Variants, Variant{Lang: lang})
		}
	}
	form.Places = d.places(l, f.Where)
	return form, nil
}

// Speakers are the organisations for which the person of the request may
// write, by name.
func (d *Desk) Speakers(ctx context.Context) ([]Speaker, error) {
	orgs, err := d.tools.People.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	actor := people.ActorFrom(ctx)
	var out []Speaker
	for _, o := range orgs.All() {
		if o.Blocked || !actor.Can(people.Author, o.ID) {
			continue
		}
		if p, ok := d.tools.Bulletin.Publisher(o.ID); ok {
			out = append(out, Speaker{Publisher: p, Publishes: actor.Can(people.Editor, o.ID)})
		}
	}
	return out, nil
}

func (d *Desk) places(l *i18n.Localizer, chosen string) []ui.Option {
	places := d.tools.Places()
	out := []ui.Option{{Value: "", Label: l.T("compose.where_region", "region", places.Region.Name), Chosen: chosen == ""}}
	for _, m := range places.Municipalities() {
		out = append(out, ui.Option{Value: "m:" + m.ID, Label: l.T("compose.where_municipality", "name", m.Name), Group: m.Name, Chosen: chosen == "m:"+m.ID})
		for _, v := range places.Villages(m.ID) {
			out = append(out, ui.Option{Value: "v:" + v.ID, Label: v.Name, Group: m.Name, Chosen: chosen == "v:"+v.ID})
		}
	}
	return out
}

// MayPublish reports whether the person may publish for the chosen publisher.
func (f Form) MayPublish() bool {
	s, ok := f.Speaker()
	return ok && s.Publishes
}

// Speaker is the chosen publisher.
func (f Form) Speaker() (Speaker, bool) {
	for _, s := range f.Publishers {
		if s.ID == f.Publisher {
			return s, true
		}
	}
	return Speaker{}, false
}

func (f Form) speakerOptions(ctx context.Context) []ui.Option {
	out := make([]ui.Option, 0, len(f.Publishers))
	for _, s := range f.Publishers {
		out = append(out, ui.Option{Value: s.ID, Label: s.Name + " · " + i18n.T(ctx, "people.kind_"+s.Kind)})
	}
	return out
}

func severityOptions(ctx context.Context) []ui.Option {
	out := make([]ui.Option, 0, len(severities))
	for _, s := range severities {
		value := strconv.Itoa(int(s))
		if s == bulletin.SeverityNone {
			value = ""
		}
		out = append(out, ui.Option{Value: value, Label: i18n.T(ctx, "compose.severity_"+strconv.Itoa(int(s)))})
	}
	return out
}

func (f Form) field(ctx context.Context, name, label, value string) ui.Field {
	return ui.Field{Name: name, Label: i18n.T(ctx, label), Value: value, Error: f.Errors[name]}
}

func (f Form) optional(ctx context.Context, name, label, value string) ui.Field {
	field := f.field(ctx, name, label, value)
	field.Optional = true
	return field
}

func hinted(ctx context.Context, f ui.Field, hint string) ui.Field {
	f.Hint = i18n.T(ctx, hint)
	return f
}

func (f Form) wrong(names ...string) bool {
	for _, name := range names {
		if f.Errors[name] != "" {
			return true
		}
	}
	return false
}

func initial(name string) string {
	r, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return ""
	}
	return string(r)
}

// Size writes the size of a file for people: "340 kB", "2,1 MB".
func Size(ctx context.Context, bytes int64) string {
	if bytes < 1_000_000 {
		return i18n.T(ctx, "compose.size_kb", "n", max(1, bytes/1000))
	}
	whole, tenth := bytes/1_000_000, bytes%1_000_000/100_000
	return i18n.T(ctx, "compose.size_mb", "n", whole, "tenth", tenth)
}

// FileKind is a short word for a media type: "PDF".
func FileKind(ctx context.Context, mediaType string) string {
	l := i18n.From(ctx)
	if key := "compose.type_" + mediaType; l.Has(key) {
		return l.T(key)
	}
	return l.T("compose.type_file")
}

func audienceOr(value string) string {
	if value == "" {
		return string(bulletin.ForPublic)
	}
	return value
}

func leadOptions(ctx context.Context, pictures []Picture) []ui.Option {
	out := make([]ui.Option, 0, len(pictures))
	for i, p := range pictures {
		label := i18n.T(ctx, "compose.picture_n", "n", i+1)
		if p.Alt != "" {
			label += ": " + p.Alt
		}
		out = append(out, ui.Option{Value: p.ID, Label: label})
	}
	return out
}

// LiveID is the id of the element that LiveSide makes.
const LiveID = "live-side"

// typed is a date or time with the device's own input. What was typed wrong
// comes back in a plain one, because the other would show nothing.
func typed(f ui.Field, kind, layout string) ui.Field {
	f.Width = 10
	if _, err := time.Parse(layout, f.Value); f.Value == "" || err == nil {
		f.Type = kind
	}
	return f
}

// Untitled stands in previews for a title that is still missing.
func Untitled(ctx context.Context, title string) string {
	if title == "" {
		return i18n.T(ctx, "compose.untitled")
	}
	return title
}
