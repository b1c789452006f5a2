package warnings

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/web"
)

type apiQuery struct {
	Place string `query:"place" doc:"Slug of a municipality; the whole region if empty"`
	State string `query:"state" enum:"current,all" default:"current" doc:"all includes those of the last 30 days"`
}

type apiItem struct {
	ID             string     `json:"id"`
	Identifier     string     `json:"identifier" doc:"Of the CAP message in force"`
	URL            string     `json:"url"`
	State          string     `json:"state" enum:"current,ended,expired"`
	Severity       string     `json:"severity" enum:"minor,moderate,severe,extreme"`
	Event          string     `json:"event,omitempty"`
	Headline       string     `json:"headline"`
	Description    string     `json:"description"`
	Instruction    string     `json:"instruction,omitempty"`
	Sender         string     `json:"sender"`
	Sent           time.Time  `json:"sent"`
	Expires        time.Time  `json:"expires" doc:"By the sender's word, else by our time-out of 24 hours"`
	Ended          *time.Time `json:"ended,omitempty" doc:"When it was called off"`
	Municipalities []string   `json:"municipalities" doc:"Slugs"`
	Own            bool       `json:"own" doc:"Written by the municipality; else an unofficial relay"`
	Sample         bool       `json:"sample,omitempty"`
}

type apiList struct {
	Body struct {
		Items []apiItem `json:"items"`
		Next  string    `json:"next,omitempty"`
	}
}

// api registers the collection.
func (s *service) api(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "list-warnings", Method: http.MethodGet, Path: "/api/v1/warnings", Summary: "List warnings, most severe first",
		Tags: []string{"warnings"}, DefaultStatus: http.StatusOK, Metadata: map[string]any{"access": web.Everyone},
		Errors: []int{http.StatusUnprocessableEntity},
	}, s.apiList)
}

func (s *service) apiList(ctx context.Context, in *apiQuery) (*apiList, error) {
	f, err := bulletin.ParseFilter(url.Values{"place": {in.Place}}, s.Places())
	if err != nil {
		return nil, err
	}
	all, err := s.recentWarnings(ctx)
	if err != nil {
		return nil, err
	}
	out, now := &apiList{}, s.Clock.Now()
	out.Body.Items = []apiItem{}
	for i := range all {
		w := &all[i]
		if w.touches(f.Municipality) && !w.Sent.After(now) && (w.Valid(now) || in.State == "all") {
			out.Body.Items = append(out.Body.Items, s.item(w, now))
		}
	}
	return out, nil
}

func (s *service) item(w *Warning, now time.Time) apiItem {
	info, _ := w.Alert.Info("de")
	i := apiItem{
		ID: w.ID, Identifier: w.Alert.Identifier, URL: s.BaseURL("") + w.path(), State: "expired", Severity: severityName(w.Severity),
		Event: info.Event, Headline: info.Headline, Description: info.Description, Instruction: info.Instruction, Sender: info.SenderName,
		Sent: w.Sent, Expires: w.Until, Own: w.Own, Sample: w.Sample, Municipalities: []string{},
	}
	switch {
	case w.Valid(now):
		i.State = "current"
	case w.State == Ended:
		ended := w.EndedAt
		i.State, i.Ended = "ended", &ended
	}
	for _, id := range w.Municipalities {
		if m, ok := s.Places().Municipality(id); ok {
			i.Municipalities = append(i.Municipalities, m.Slug)
		}
	}
	return i
}
