package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"strings"
)

// jsonID is a string, or the number that some producers send instead.
type jsonID string

// UnmarshalJSON implements json.Unmarshaler.
func (id *jsonID) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*id = jsonID(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil {
		return err
	}
	*id = jsonID(n.String())
	return nil
}

type jsonAuthor struct {
	Name string `json:"name,omitempty"`
}

// jsonFeed is https://www.jsonfeed.org/version/1.1/.
type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	HomePageURL string       `json:"home_page_url,omitempty"`
	FeedURL     string       `json:"feed_url,omitempty"`
	Description string       `json:"description,omitempty"`
	Language    string       `json:"language,omitempty"`
	Items       []jsonItem   `json:"items"`
	Authors     []jsonAuthor `json:"authors,omitempty"`
}

type jsonItem struct {
	ID            jsonID       `json:"id"`
	URL           string       `json:"url,omitempty"`
	Title         string       `json:"title,omitempty"`
	ContentHTML   string       `json:"content_html,omitempty"`
	ContentText   string       `json:"content_text,omitempty"`
	Summary       string       `json:"summary,omitempty"`
	Image         string       `json:"image,omitempty"`
	DatePublished string       `json:"date_published,omitempty"`
	DateModified  string       `json:"date_modified,omitempty"`
	Authors       []jsonAuthor `json:"authors,omitempty"`
	Author        *jsonAuthor  `json:"author,omitempty"` // version 1.0
	Tags          []string     `json:"tags,omitempty"`
	Event         *jsonEvent   `json:"_event,omitempty"`
}

// jsonEvent is an extension of our own: when an event begins and ends.
type jsonEvent struct {
	Start string `json:"start,omitempty"`
	End   string `json:"end,omitempty"`
}

// json reads a JSON Feed.
func (r *reader) json(text []byte) error {
	var f jsonFeed
	if err := json.Unmarshal(text, &f); err != nil {
		e := &Error{Code: CodeSyntax, Detail: err.Error()}
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			e.Line = lineAt(text, syntax.Offset)
		case errors.As(err, &kind):
			e.Line = lineAt(text, kind.Offset)
		}
		return e
	}
	if !strings.HasPrefix(f.Version, "https://jsonfeed.org/version/") && !strings.HasPrefix(f.Version, "http://jsonfeed.org/version/") {
		return &Error{Code: CodeUnknown, Detail: "JSON"}
	}
	r.feed.Title, r.feed.Link = html.EscapeString(f.Title), r.link(f.HomePageURL)
	for _, j := range f.Items {
		it := Item{
			ID: string(j.ID), URL: r.link(j.URL), Title: html.EscapeString(j.Title), Summary: html.EscapeString(j.Summary), HTML: j.ContentHTML,
			Published: firstDate(j.DatePublished), Updated: firstDate(j.DateModified), Categories: j.Tags, ImageURL: r.link(j.Image),
		}
		if it.HTML == "" {
			it.HTML = strings.ReplaceAll(html.EscapeString(j.ContentText), "\n", "<br>")
		}
		for _, a := range j.Authors {
			it.Author = first(it.Author, a.Name)
		}
		if j.Author != nil {
			it.Author = first(it.Author, j.Author.Name)
		}
		if j.Event != nil {
			if t, ok := ParseDate(j.Event.Start); ok {
				it.Start = &t
			}
			if t, ok := ParseDate(j.Event.End); ok {
				it.End = &t
			}
		}
		r.feed.Items = append(r.feed.Items, it)
	}
	return nil
}

func lineAt(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(int64(len(text)), max(0, offset))], []byte("\n"))
}
