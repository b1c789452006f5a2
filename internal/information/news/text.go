package news

import (
	"context"
	"net/url"

	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/i18n"
)

func editTitle(ctx context.Context, v editView) string {
	if v.n.ID == "" {
		return i18n.T(ctx, "news.write")
	}
	return i18n.T(ctx, "news.edit")
}

func reasonHint(ctx context.Context, v editView) string {
	if v.n.State == compose.Waiting {
		return i18n.T(ctx, "news.return_hint")
	}
	return i18n.T(ctx, "news.withdraw_hint")
}

func submitKind(v editView) string {
	if v.canPublish {
		return "secondary"
	}
	return "primary"
}

// openWhere unfolds "when and where" when something is wrong or set there.
func (v editView) openWhere() bool {
	for _, name := range []string{"where", "streets", "place", "lat", "lon", "publish-date", "publish-time", "expire-date", "expire-time", "audience", "topics", "severity"} {
		if v.Errors[name] != "" {
			return true
		}
	}
	f := v.Fields
	return f.Where != "" || f.Place != "" || f.ExpireDate != "" || f.Topics != "" || (f.PublishDate != "" && v.shown == compose.Scheduled)
}

func topicURL(topic string) string {
	return "/neues?" + url.Values{"thema": {topic}}.Encode()
}

func sourceName(v pageView) string {
	if v.Source.Name != "" {
		return v.Source.Name
	}
	return v.Source.URL
}
