package events

import (
	"context"
	"net/url"
	"strings"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

func editTitle(ctx context.Context, v editView) string {
	if v.ID == "" {
		return i18n.T(ctx, "events.write")
	}
	return i18n.T(ctx, "events.edit")
}

func reasonHint(ctx context.Context, v editView) string {
	if v.State == compose.Waiting {
		return i18n.T(ctx, "events.return_hint")
	}
	return i18n.T(ctx, "events.withdraw_hint")
}

func submitKind(v editView) string {
	if v.canPublish {
		return "secondary"
	}
	return "primary"
}

func publishLabel(ctx context.Context, v editView) string {
	switch {
	case v.asks:
		return i18n.T(ctx, "events.publish_anyway")
	case v.State == compose.Published:
		return i18n.T(ctx, "events.change")
	}
	return i18n.T(ctx, "events.publish")
}

// opens unfolds a part of the form in which something is wrong or set.
func (v editView) opens(set bool, names ...string) bool {
	for _, name := range names {
		if v.Errors[name] != "" {
			return true
		}
	}
	return set
}

// ask is a field of the form with its error.
func (v editView) ask(ctx context.Context, name, value string) ui.Field {
	return ui.Field{Name: name, Label: i18n.T(ctx, "events.field_"+strings.ReplaceAll(name, "-", "_")), Value: value, Error: v.Errors[name]}
}

func (v editView) may(ctx context.Context, name, value string) ui.Field {
	f := v.ask(ctx, name, value)
	f.Optional = true
	return f
}

func with(f ui.Field, change func(*ui.Field)) ui.Field {
	change(&f)
	return f
}

func hint(ctx context.Context, f ui.Field, key string) ui.Field {
	f.Hint = i18n.T(ctx, key)
	return f
}

// liveURL checks while one writes; the event itself is no collision.
func liveURL(v editView) string { return livePath + "?" + url.Values{"id": {v.ID}}.Encode() }

func statusTone(s bulletin.Status) string {
	if s == bulletin.Cancelled {
		return "red"
	}
	return "honey"
}

func standingTone(s Standing) string {
	switch s {
	case Confirmed:
		return "leaf"
	case Waiting:
		return "honey"
	}
	return "soft"
}

func topicURL(topic string) string {
	return "/neues?" + url.Values{"thema": {topic}, "art": {Kind}}.Encode()
}

func sourceName(e *Event) string {
	if e.Source.Name != "" {
		return e.Source.Name
	}
	return e.Source.URL
}

// htmlLang is the lang attribute of a variant (BCP 47), empty where the page's
// own language says it already.
func htmlLang(lang, page string) string {
	if strings.EqualFold(lang, page) {
		return ""
	}
	return lang
}

func phoneURL(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r == '+' || (r >= '0' && r <= '9') {
			return r
		}
		return -1
	}, phone)
	return "tel:" + digits
}

func orOne(text string) string {
	if text == "" {
		return "1"
	}
	return text
}
