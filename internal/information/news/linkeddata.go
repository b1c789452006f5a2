package news

import (
	"encoding/json"
	"fmt"

	"dorflinde/internal/platform/richtext"
)

// linkedData describes the page for search engines (schema.org NewsArticle).
func linkedData(v pageView, base string) ([]byte, error) {
	doc := map[string]any{
		"@context": "https://schema.org", "@type": "NewsArticle", "@id": v.address, "url": v.address,
		"headline": v.title, "description": richtext.Summary(v.text, 200), "articleBody": richtext.Plain(v.text),
		"inLanguage": v.lang, "datePublished": v.iso, "dateModified": v.UpdatedAt.Format("2006-01-02T15:04:05Z07:00"),
		"publisher": map[string]any{"@type": "Organization", "name": v.publisher.Name, "url": base + v.publisher.URL},
	}
	if len(v.Pictures) > 0 {
		p := v.Pictures[0]
		doc["image"] = map[string]any{"@type": "ImageObject", "url": base + p.URL(false), "caption": p.Alt, "creditText": p.Credit}
	}
	if v.Correction != "" {
		doc["correction"] = v.Correction
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("describe news %s: %w", v.ID, err)
	}
	return raw, nil
}
