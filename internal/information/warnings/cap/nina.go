package cap

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/geo"
)

// maxJSON bounds one JSON document in bytes.
const maxJSON = 10 << 20

// Summary is one line of NINA's lists (dashboard/{ARS}.json and
// {source}/mapData.json): enough to know what to ask for.
type Summary struct {
	ID       string
	Version  int
	MsgType  string // Alert, Update, Cancel; mapData calls it type
	Severity string
	Titles   map[string]string // by language
	Sent     time.Time
	Expires  time.Time
}

// ParseNINAList reads a dashboard or a mapData list.
func ParseNINAList(file string, raw []byte) ([]Summary, error) {
	var items []struct {
		ID          string
		Version     json.Number
		Type        string
		Severity    string
		I18nTitle   map[string]string `json:"i18nTitle"`
		StartDate   string            `json:"startDate"`
		ExpiresDate string            `json:"expiresDate"`
		Sent        string
		Expires     string
		Payload     struct {
			Version json.Number
			Data    struct {
				Headline string
				Severity string
				MsgType  string `json:"msgType"`
			}
		}
	}
	if err := decode(file, raw, &items); err != nil {
		return nil, err
	}
	out := make([]Summary, 0, len(items))
	for n, item := range items {
		if !validIdentifier(item.ID) {
			return nil, refuse("identifier", file, 0, "entry %d: %q", n+1, item.ID)
		}
		s := Summary{ID: item.ID, Titles: map[string]string{}}
		s.MsgType, _ = oneOf(msgTypes, first(item.Payload.Data.MsgType, item.Type))
		s.Severity = orUnknown(severities, first(item.Payload.Data.Severity, item.Severity))
		s.Sent, _ = moment(first(item.Sent, item.StartDate))
		s.Expires, _ = moment(first(item.Expires, item.ExpiresDate))
		version := first(item.Version.String(), item.Payload.Version.String())
		if v, err := json.Number(version).Int64(); err == nil {
			s.Version = int(v)
		}
		for language, title := range item.I18nTitle {
			s.Titles[language] = line(title)
		}
		if s.Titles["de"] == "" && item.Payload.Data.Headline != "" {
			s.Titles["de"] = line(item.Payload.Data.Headline)
		}
		out = append(out, s)
	}
	return out, nil
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// textList is a list of texts that some sources write as one text.
type textList []string

func (s *textList) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*s = nil
		if one != "" {
			*s = textList{one}
		}
		return nil
	}
	var many []string
	err := json.Unmarshal(raw, &many)
	*s = many
	return err
}

type ninaPair struct {
	ValueName string `json:"valueName"`
	Value     string `json:"value"`
}

type ninaAlert struct {
	Identifier, Sender, Sent, Status, MsgType, Scope, Source, Note string
	Code                                                           textList
	References                                                     textList
	Incidents                                                      string
	Info                                                           []ninaInfo
}

type ninaInfo struct {
	Language, Event, Urgency, Severity, Certainty, Audience string
	Effective, Onset, Expires                               string
	SenderName, Headline, Description, Instruction          string
	Web, Contact                                            string
	Category                                                textList
	ResponseType                                            textList
	EventCode, Parameter                                    []ninaPair
	Area                                                    []ninaArea
}

type ninaArea struct {
	AreaDesc string
	Polygon  textList
	Circle   textList
	Geocode  []ninaPair
	Altitude *json.Number
	Ceiling  *json.Number
}

// ParseNINA reads a warning of NINA: details is the answer of
// /warnings/{id}.json, shapes that of /warnings/{id}.geojson and may be nil.
func ParseNINA(file string, details, shapes []byte) (Alert, error) {
	var doc ninaAlert
	if err := decode(file, details, &doc); err != nil {
		return Alert{}, err
	}
	a := Alert{
		Identifier: doc.Identifier, Sender: doc.Sender, Source: doc.Source, Note: plain(doc.Note), Codes: doc.Code,
		References: references(strings.Join(doc.References, " ")), Incidents: fields(doc.Incidents),
	}
	var ok bool
	if !validIdentifier(a.Identifier) {
		return Alert{}, refuse("identifier", file, 0, "%q", a.Identifier)
	}
	if a.Sent, ok = moment(doc.Sent); !ok {
		return Alert{}, refuse("time", file, 0, "sent %q", doc.Sent)
	}
	for _, c := range []struct {
		name, value string
		allowed     []string
		into        *string
	}{{"status", doc.Status, statuses, &a.Status}, {"msgType", doc.MsgType, msgTypes, &a.MsgType}, {"scope", doc.Scope, scopes, &a.Scope}} {
		if *c.into, ok = oneOf(c.allowed, c.value); !ok {
			return Alert{}, refuse("choice", file, 0, "%s %q", c.name, c.value)
		}
	}
	for _, i := range doc.Info {
		info, err := i.info(file)
		if err != nil {
			return Alert{}, err
		}
		a.Infos = append(a.Infos, info)
	}
	if len(a.Infos) == 0 && a.MsgType != "Cancel" {
		return Alert{}, refuse("missing", file, 0, "info")
	}
	if len(shapes) > 0 {
		if err := addShapes(file, &a, shapes); err != nil {
			return Alert{}, err
		}
	}
	return a, nil
}

func (i ninaInfo) info(file string) (Info, error) {
	out := Info{
		Language: first(i.Language, "de"), Categories: i.Category, Event: line(i.Event), ResponseTypes: i.ResponseType,
		Urgency: orUnknown(urgencies, i.Urgency), Severity: orUnknown(severities, i.Severity),
		Certainty: orUnknown(certainties, i.Certainty), Audience: line(i.Audience),
		EventCodes: ninaPairs(i.EventCode), Parameters: ninaPairs(i.Parameter),
		Headline: line(i.Headline), Description: plain(i.Description), Instruction: plain(i.Instruction),
		Web: webAddress(i.Web), Contact: plain(i.Contact),
	}
	// The long name of the sender is what MoWaS wants to be shown.
	out.SenderName = line(first(out.Parameter("sender_langname"), i.SenderName))
	for _, t := range []struct {
		name, text string
		into       *time.Time
	}{{"effective", i.Effective, &out.Effective}, {"onset", i.Onset, &out.Onset}, {"expires", i.Expires, &out.Expires}} {
		if t.text == "" {
			continue
		}
		var ok bool
		if *t.into, ok = moment(t.text); !ok {
			return Info{}, refuse("time", file, 0, "%s %q", t.name, t.text)
		}
	}
	for _, a := range i.Area {
		area, err := a.area(file)
		if err != nil {
			return Info{}, err
		}
		out.Areas = append(out.Areas, area)
	}
	return out, nil
}

func (a ninaArea) area(file string) (Area, error) {
	out := Area{Desc: line(a.AreaDesc), Geocodes: ninaPairs(a.Geocode), Altitude: number(a.Altitude), Ceiling: number(a.Ceiling)}
	for _, text := range a.Polygon {
		p, reason := polygon(text)
		if reason != "" {
			return Area{}, refuse("polygon", file, 0, "%s", reason)
		}
		out.Polygons = append(out.Polygons, p)
	}
	for _, text := range a.Circle {
		c, reason := circle(text)
		if reason != "" {
			return Area{}, refuse("circle", file, 0, "%s", reason)
		}
		out.Circles = append(out.Circles, c)
	}
	return out, nil
}

func number(n *json.Number) *float64 {
	if n == nil {
		return nil
	}
	v, err := n.Float64()
	if err != nil {
		return nil
	}
	return &v
}

func ninaPairs(in []ninaPair) []Pair {
	var out []Pair
	for _, p := range in {
		out = append(out, Pair{Name: p.ValueName, Value: p.Value})
	}
	return out
}

// addShapes puts the polygons of the GeoJSON into the areas they name by
// areaId, or into an area of their own.
func addShapes(file string, a *Alert, raw []byte) error {
	var collection struct {
		Features []struct {
			Properties map[string]any
			Geometry   json.RawMessage
		}
	}
	if err := decode(file, raw, &collection); err != nil {
		return err
	}
	for n, f := range collection.Features {
		if len(f.Geometry) == 0 || bytes.Equal(f.Geometry, []byte("null")) {
			continue
		}
		g, err := geo.ParseLimited(f.Geometry, geo.Limits{Bytes: maxJSON, Points: maxPoints})
		if err != nil {
			return refuse("polygon", file, 0, "feature %d: %v", n+1, err)
		}
		areaID := ""
		for name, v := range f.Properties {
			if strings.EqualFold(name, "areaId") {
				areaID = fmt.Sprint(v)
			}
		}
		for i := range a.Infos {
			a.Infos[i].addShape(areaID, areasOf(g))
		}
	}
	return nil
}

func (i *Info) addShape(areaID string, polygons []orb.Polygon) {
	for n := range i.Areas {
		if areaID != "" && value(i.Areas[n].Geocodes, "AreaId") == areaID {
			i.Areas[n].Polygons = append(i.Areas[n].Polygons, polygons...)
			return
		}
	}
	i.Areas = append(i.Areas, Area{Polygons: polygons})
}

func areasOf(g orb.Geometry) []orb.Polygon {
	switch g := g.(type) {
	case orb.Polygon:
		return []orb.Polygon{g}
	case orb.MultiPolygon:
		return g
	case orb.Collection:
		var out []orb.Polygon
		for _, part := range g {
			out = append(out, areasOf(part)...)
		}
		return out
	}
	return nil
}

// decode names the line of a mistake.
func decode(file string, raw []byte, into any) error {
	if len(raw) > maxJSON {
		return refuse("too_large", file, 0, "%d bytes", len(raw))
	}
	err := json.Unmarshal(raw, into)
	if err == nil {
		return nil
	}
	offset := int64(0)
	var wrong *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		offset = wrong.Offset
	case errors.As(err, &mistyped):
		offset = mistyped.Offset
	}
	offset = min(max(offset, 0), int64(len(raw)))
	return refuse("json", file, 1+bytes.Count(raw[:offset], []byte("\n")), "%v", err)
}

// Languages are the languages of the infos, sorted.
func (a Alert) Languages() []string {
	var out []string
	for _, i := range a.Infos {
		out = append(out, i.Language)
	}
	sort.Strings(out)
	return out
}
