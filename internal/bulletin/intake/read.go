package intake

import (
	"bytes"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/feed"
	"dorflinde/internal/platform/fetch"
	"dorflinde/internal/platform/ical"
	"dorflinde/internal/platform/sheet"
)

// Detect tells by the first bytes what a file is. What is nothing else is
// taken for a table; reading it says what is wrong.
func Detect(body []byte) Format {
	lead := bytes.TrimLeft(body, "\ufeff \t\r\n")
	lead = bytes.ReplaceAll(lead[:min(len(lead), 4096)], []byte{0}, nil) // UTF-16
	lead = bytes.ToLower(bytes.TrimLeft(lead, "\xff\xfe"))
	switch {
	case bytes.HasPrefix(lead, []byte("begin:vcalendar")):
		return ICS
	case bytes.HasPrefix(lead, []byte("<")) && bytes.Contains(lead, []byte("wordpress.org/export/")):
		return WordPress
	case bytes.HasPrefix(lead, []byte("<")), bytes.HasPrefix(lead, []byte("{")):
		return Feed
	}
	return CSV
}

// read reads a file completely. Its errors are faults that name the line.
func read(body []byte, format Format, base string, zone *time.Location) (*Document, error) {
	d := &Document{Format: format}
	var err error
	switch {
	case len(body) > MaxBytes:
		return nil, fault.New(fault.KindTooLarge, "intake.too_large", "max", MaxBytes>>20)
	case len(bytes.TrimSpace(body)) == 0:
		return nil, fault.Invalid("source", "intake.empty")
	case format == ICS:
		if d.Calendar, err = ical.Parse(bytes.NewReader(body), ical.Limits{Bytes: MaxBytes, Zone: zone}); err == nil {
			d.Name = d.Calendar.Name
		}
	case format == CSV:
		var raw *sheet.Table
		if raw, err = sheet.Read(bytes.NewReader(body), sheet.Limits{Bytes: MaxBytes}); err == nil {
			d.Table = &Table{Header: raw.Header, rows: raw.Rows, raw: raw}
			if raw.Header == nil {
				err = fault.Invalid("source", "intake.header_missing")
			}
		}
	case format == Feed, format == WordPress:
		if d.Feed, err = feed.Read(body, base); err == nil {
			d.Name = d.Feed.Title
			if exported(d.Feed) {
				d.Format = WordPress
			}
		}
	default:
		err = fault.Invalid("format", "intake.format_unknown", "format", string(format))
	}
	if err != nil {
		return nil, explain(err)
	}
	d.Name = cut(d.Name, 120)
	return d, nil
}

// exported reports whether a feed is a whole WordPress export, and not the
// last few posts of a site.
func exported(f *feed.Feed) bool {
	return slices.ContainsFunc(f.Items, func(i feed.Item) bool { return i.Kind != "" })
}

// explain turns the errors of the readers into faults.
func explain(err error) error {
	if len(fault.All(err)) > 0 {
		return err
	}
	if e, ok := errors.AsType[*ical.Error](err); ok {
		return at(e.Line, "intake.ics_"+e.Reason, e.Detail).Because(err)
	}
	if e, ok := errors.AsType[*feed.Error](err); ok {
		return at(e.Line, "feed."+e.Code, e.Detail).Because(err)
	}
	if e, ok := errors.AsType[*sheet.Error](err); ok {
		return at(e.Line, "sheet."+e.Code, e.Detail).Because(err)
	}
	if e, ok := errors.AsType[*fetch.Error](err); ok {
		return fault.Invalid("source", "fetch."+e.Code, "url", e.URL, "detail", e.Detail).Because(err)
	}
	return err
}

func at(line int, key, detail string) *fault.Fault {
	return fault.Invalid("source", key, "line", line, "detail", detail)
}

// lineOf is the line a fault names, 0 for none.
func lineOf(f *fault.Fault) int {
	for i := 0; i+1 < len(f.Args); i += 2 {
		if n, ok := f.Args[i+1].(int); ok && f.Args[i] == "line" {
			return n
		}
	}
	return 0
}

// prune leaves out what the options do not want, before a target sees it, and
// notes each.
func (c *Conversion) prune() {
	o := c.Source.Options
	wanted := func(categories []string) bool {
		return len(o.Categories) == 0 || slices.ContainsFunc(categories, func(has string) bool {
			return slices.ContainsFunc(o.Categories, func(want string) bool { return strings.EqualFold(has, want) })
		})
	}
	if c.Calendar != nil {
		cal := *c.Calendar
		cal.Events = nil
		for _, e := range c.Calendar.Events {
			switch {
			case e.Private && !o.Private:
				c.LeaveOut(e.Line, "", fault.Invalid("", "intake.skip_private"))
			case !wanted(e.Categories):
				c.LeaveOut(e.Line, e.Summary, fault.Invalid("", "intake.skip_category"))
			default:
				if !o.Private {
					e.Overrides = slices.DeleteFunc(slices.Clone(e.Overrides), func(x ical.Event) bool { return x.Private })
				}
				cal.Events = append(cal.Events, e)
			}
		}
		c.Calendar = &cal
	}
	if c.Feed != nil && len(o.Categories) > 0 {
		f := *c.Feed
		f.Items = nil
		for _, i := range c.Feed.Items {
			if !i.Deleted && !wanted(i.Categories) {
				c.LeaveOut(0, i.Title, fault.Invalid("", "intake.skip_category"))
				continue
			}
			f.Items = append(f.Items, i)
		}
		c.Feed = &f
	}
}

// count is how many things a document holds.
func (d *Document) count() int {
	switch {
	case d.Calendar != nil:
		return len(d.Calendar.Events)
	case d.Feed != nil:
		return len(d.Feed.Items)
	case d.Table != nil:
		return len(d.Table.rows)
	}
	return 0
}

// categories lists what the document sorts its items by, at most 30.
func (d *Document) categories() []string {
	var out []string
	add := func(list []string) {
		for _, c := range list {
			if len(out) < 30 && c != "" && len(c) <= 100 && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	if d.Calendar != nil {
		for _, e := range d.Calendar.Events {
			add(e.Categories)
		}
	}
	if d.Feed != nil {
		for _, i := range d.Feed.Items {
			add(i.Categories)
		}
	}
	slices.Sort(out)
	return out
}

// suits tells how well a document fits a target, from 0 to 100.
func suits(t Target, d *Document) int {
	info := t.Info()
	if !slices.Contains(info.Formats, d.Format) && (d.Format != WordPress || !slices.Contains(info.Formats, Feed)) {
		return 0
	}
	fit := *d
	if d.Table != nil {
		fit.Table = match(d.Table.raw, info.Columns)
	}
	if s, ok := t.(Suiter); ok {
		return max(0, min(100, s.Suits(&fit)))
	}
	if fit.Table == nil {
		return 50
	}
	if fit.Table.missing(info.Columns) != nil {
		return 1 // possible if nothing fits better: the sentence then names what is missing
	}
	return 2 + 98*len(fit.Table.columns)/max(1, len(fit.Table.Header))
}

// choose finds the target: the wanted kind, or the one that suits best.
func (e *Engine) choose(kind string, d *Document) (Target, error) {
	if kind != "" {
		t, ok := e.target(kind)
		if !ok {
			return nil, fault.Invalid("to", "intake.kind_unknown", "kind", cut(kind, 40), "kinds", strings.Join(e.kinds(), ", "))
		}
		if suits(t, d) == 0 && !slices.Contains(t.Info().Formats, d.Format) {
			return nil, fault.Invalid("to", "intake.kind_format", "kind", kind, "format", string(d.Format))
		}
		return t, nil
	}
	var best Target
	most := 0
	for _, t := range e.targets {
		if n := suits(t, d); n > most {
			best, most = t, n
		}
	}
	if best == nil {
		return nil, fault.Invalid("format", "intake.nobody", "format", string(d.Format))
	}
	return best, nil
}

func (e *Engine) kinds() []string {
	out := make([]string, len(e.targets))
	for i, t := range e.targets {
		out[i] = t.Info().Kind
	}
	return out
}

// fileName keeps the last part of what a browser or a command calls a file.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" || name == "" {
		return "datei"
	}
	return cut(strings.ToValidUTF8(name, ""), 120)
}

// readAll reads an upload with the limit of a file.
func readAll(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(body) > MaxBytes {
		return nil, fault.New(fault.KindTooLarge, "intake.too_large", "max", strconv.Itoa(MaxBytes>>20))
	}
	return body, nil
}
