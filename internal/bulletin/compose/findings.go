package compose

import (
	"context"
	"strconv"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/ui"
)

// Rules are what a capability expects before something is published.
type Rules struct {
	TextOptional bool // a title alone is enough
}

// Finding is something to look at before publishing.
type Finding struct {
	Field  string // of the form, to lead there
	Text   string // where, what and how to mend it
	Blocks bool   // nothing is published while this is so
	fault  *fault.Fault
}

// hardVienna is the school year (Wiener Sachtextformel) from which a text is
// called hard: twelve years of school are more than most readers have.
const hardVienna = 13

// Findings reads everything as a careful colleague would. Only what is missing
// blocks: title, text, descriptions of pictures, half of a variant.
func Findings(ctx context.Context, c *Common, rules Rules) []Finding {
	l := i18n.From(ctx)
	var out []Finding
	block := func(field, key string, args ...any) {
		out = append(out, Finding{Field: field, Text: l.T(key, args...), Blocks: true, fault: fault.Invalid(field, key, args...)})
	}
	if c.Title == "" {
		block("title", "compose.title_missing")
	}
	if c.Text == "" && !rules.TextOptional {
		block("text", "compose.text_missing")
	}
	for i, p := range c.Pictures {
		if p.Alt == "" {
			block(AltField(i), "compose.alt_missing", "n", i+1)
		} else if p.Credit == "" {
			out = append(out, Finding{Field: CreditField(i), Text: l.T("compose.credit_missing", "n", i+1)})
		}
	}
	out = append(out, readText(l, c.Text, "text", "de")...)
	for _, v := range c.Variants {
		switch {
		case v.Title == "":
			block("title-"+v.Lang, "compose.variant_title", "lang", l.T("compose.lang_"+v.Lang))
		case v.Text == "":
			block("text-"+v.Lang, "compose.variant_text", "lang", l.T("compose.lang_"+v.Lang))
		}
		out = append(out, readText(l, v.Text, "text-"+v.Lang, v.Lang)...)
	}
	return out
}

// readText checks headings, links and sentences; German sentences only count
// in German texts.
func readText(l *i18n.Localizer, text, field, lang string) []Finding {
	var out []Finding
	prefix := ""
	if lang != "de" {
		prefix = l.T("compose.lang_"+lang) + ", "
	}
	for _, f := range richtext.Check(text, lang) {
		out = append(out, Finding{Field: field, Text: prefix + l.T("richtext."+f.Code, "line", f.Line, "arg", f.Arg)})
	}
	if lang == "de" {
		if read := richtext.Readability(text); read.Words > 40 && read.Vienna >= hardVienna {
			out = append(out, Finding{Field: field, Text: l.T("compose.hard", "words", strconv.FormatFloat(read.WordsSentence, 'f', 0, 64))})
		}
	}
	return out
}

// Blocked collects what keeps from publishing as faults of the form's fields,
// nil when nothing does.
func Blocked(findings []Finding) error {
	var faults fault.List
	for _, f := range findings {
		if f.Blocks {
			faults.Add(f.fault)
		}
	}
	return faults.Err()
}

// checks are findings as the surface shows them.
func checks(ctx context.Context, findings []Finding) []ui.Check {
	if len(findings) == 0 {
		return []ui.Check{{State: "ok", Text: i18n.T(ctx, "compose.all_good")}}
	}
	out := make([]ui.Check, 0, len(findings))
	for _, f := range findings {
		state := "warn"
		if f.Blocks {
			state = "bad"
		}
		out = append(out, ui.Check{Text: f.Text, State: state, URL: "#" + f.Field})
	}
	return out
}

// severities are offered when something matters to safety.
var severities = []bulletin.Severity{bulletin.SeverityNone, bulletin.SeverityMinor, bulletin.SeverityModerate, bulletin.SeveritySevere, bulletin.SeverityExtreme}
