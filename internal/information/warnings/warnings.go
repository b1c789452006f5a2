// Package warnings relays public warnings to the people they concern: those of
// the German Weather Service and of the warning app NINA, cut to each
// municipality, and those that a municipality writes itself (boil your water,
// road closed). It is an unofficial relay and says so; it never pretends to be
// a siren.
package warnings

import (
	"embed"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/privacy"
	"dorflinde/internal/region"
)

// Messages are this capability's texts.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// Kind is the kind of its entries.
const Kind = "warning"

// State is where a warning stands.
type State string

// The states. What has simply run out stays active and is over by its time.
const (
	Active   State = "active"
	Ended    State = "ended"    // taken back before its time: the all clear is shown
	Replaced State = "replaced" // another message tells it now
)

const (
	// timeout ends what its sender gave no end (MoWaS), counted from when it
	// was sent; also how long a source may be silent before we stop relaying
	// what it said, because we would not learn of its end.
	timeout = 24 * time.Hour
	// longest bounds what a sender may ask for.
	longest = 30 * 24 * time.Hour
	// allClear is how long the end of a warning is told.
	allClear = 2 * time.Hour
	// archive is how long past warnings are listed.
	archive = 30 * 24 * time.Hour
)

// Scope is the area of a warning that is written here: a municipality, or some
// of its villages, or some streets.
type Scope struct {
	Municipality string   `json:"municipality"`
	Villages     []string `json:"villages,omitempty"`
	Streets      []string `json:"streets,omitempty"`
}

// Warning is one warning.
type Warning struct {
	ID        string
	Key       string // of the message in force, see cap.Key
	Source    string // dwd, nina, or empty for files and own ones
	Publisher string // organisation that wrote or uploaded it; empty for fetched ones
	Own       bool
	Alert     cap.Alert
	Scope     Scope
	State     State
	Severity  bulletin.Severity
	Sent      time.Time
	Until     time.Time
	EndedAt   time.Time
	UpdatedAt time.Time
	Sample    bool // invented, for the demo
	// Municipalities it touches, by id; filled by the board.
	Municipalities []string
}

// Valid reports whether people should heed it at a moment.
func (w *Warning) Valid(now time.Time) bool {
	return w.State == Active && !w.Sent.After(now) && now.Before(w.Until)
}

// Cleared reports whether its end is worth telling at a moment.
func (w *Warning) Cleared(now time.Time) bool {
	return w.State == Ended && !w.EndedAt.After(now) && now.Before(w.EndedAt.Add(allClear))
}

// Over is when it stopped to matter.
func (w *Warning) Over() time.Time {
	if w.State == Ended {
		return w.EndedAt
	}
	return w.Until
}

// touches reports whether it concerns a municipality; any for "".
func (w *Warning) touches(municipality string) bool {
	return municipality == "" || slices.Contains(w.Municipalities, municipality)
}

// path is its address.
func (w *Warning) path() string { return listPath + "/" + w.ID }

// severities by their names in CAP 1.2, section 3.2.2. What a sender calls
// Unknown is shown as minor, not hidden.
var severities = map[string]bulletin.Severity{
	"Minor": bulletin.SeverityMinor, "Moderate": bulletin.SeverityModerate, "Severe": bulletin.SeveritySevere, "Extreme": bulletin.SeverityExtreme,
}

// severityOf is the highest severity of any info.
func severityOf(a cap.Alert) bulletin.Severity {
	most := bulletin.SeverityMinor
	for _, i := range a.Infos {
		most = max(most, severities[i.Severity])
	}
	return most
}

// endOf is when a message ends: by its own word, else by our time-out.
func endOf(a cap.Alert) time.Time {
	end := a.Expires()
	switch {
	case end.IsZero() || end.Before(a.Sent):
		return a.Sent.Add(timeout)
	case end.After(a.Sent.Add(longest)):
		return a.Sent.Add(longest)
	}
	return end
}

// metresPerFoot: CAP gives heights in feet (3.2.4).
const metresPerFoot = 0.3048

// Touches reports whether a message concerns a place whose highest point is at
// the given metres above sea level; 0 means that it is unknown, and then no
// height is left out. Warnings for summits do not concern the valley.
func Touches(a cap.Alert, p cap.Place, highest float64) bool {
	for _, i := range a.Infos {
		low := slices.DeleteFunc(slices.Clone(i.Areas), func(area cap.Area) bool {
			return highest > 0 && area.Altitude != nil && *area.Altitude*metresPerFoot > highest
		})
		if len(i.Areas) > 0 && len(low) == 0 {
			continue
		}
		i.Areas = low
		if i.Touches(p) {
			return true
		}
	}
	return false
}

func placeOf(m *region.Municipality) cap.Place {
	return cap.Place{AGS: m.AGS, ARS: m.ARS, Boundary: m.Boundary}
}

// meant reports whether a message is for the public at all: tests and
// exercises never are.
func meant(a cap.Alert) bool {
	return a.Public() && (a.MsgType == "Alert" || a.MsgType == "Update" || a.MsgType == "Cancel")
}

// everywhere is the municipality of what concerns the whole region.
const everywhere = ""

// target is one entry of a warning.
type target struct {
	municipality, village string
	streets               []string
}

// targets are the places a warning is announced in.
func (w *Warning) targets(places *region.Directory, highest float64) []target {
	var out []target
	if !w.Own {
		for _, m := range places.Municipalities() {
			if Touches(w.Alert, placeOf(m), highest) {
				out = append(out, target{municipality: m.ID})
			}
		}
		if all := len(places.Municipalities()); all > 1 && len(out) == all {
			return []target{{municipality: everywhere}} // told once, not once for each
		}
		return out
	}
	if len(w.Scope.Streets) > 0 || len(w.Scope.Villages) == 0 {
		return []target{{municipality: w.Scope.Municipality, streets: w.Scope.Streets}}
	}
	for _, v := range w.Scope.Villages {
		out = append(out, target{municipality: w.Scope.Municipality, village: v})
	}
	return out
}

// maxShape bounds the corners drawn on maps, by leaving out what is smaller
// than this many metres.
const maxShape = 50

// shape is the area as a geometry; nil where none is known.
func (w *Warning) shape(places *region.Directory) orb.Geometry {
	var all orb.MultiPolygon
	if w.Own {
		if m, ok := places.Municipality(w.Scope.Municipality); ok && len(w.Scope.Villages)+len(w.Scope.Streets) == 0 {
			return m.Boundary
		}
		return w.Scope.points(places)
	}
	for _, i := range w.Alert.Infos[:min(len(w.Alert.Infos), 1)] {
		for _, a := range i.Areas {
			all = append(all, a.Polygons...)
			for _, c := range a.Circles {
				if c.Metres > 0 {
					all = append(all, geo.Circle(c.Centre, c.Metres, 24))
				}
			}
		}
	}
	if len(all) > 0 {
		return geo.Simplify(all, maxShape)
	}
	for _, m := range places.Municipalities() {
		if w.touches(m.ID) && m.Boundary != nil {
			all = append(all, polygons(m.Boundary)...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

func polygons(g orb.Geometry) []orb.Polygon {
	switch g := g.(type) {
	case orb.Polygon:
		return []orb.Polygon{g}
	case orb.MultiPolygon:
		return g
	}
	return nil
}

// points are the middles of streets and villages, drawn where nobody drew their outline.
func (s Scope) points(places *region.Directory) orb.Geometry {
	var out orb.MultiPoint
	for _, id := range s.Streets {
		if street, ok := places.Street(id); ok {
			out = append(out, street.Centre)
		}
	}
	if len(out) == 0 {
		for _, id := range s.Villages {
			if v, ok := places.Village(id); ok {
				out = append(out, v.Centre)
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// words says in which places it holds.
func (s Scope) words(places *region.Directory) string {
	var names []string
	for _, id := range s.Streets {
		if street, ok := places.Street(id); ok {
			names = append(names, street.Name)
		}
	}
	for _, id := range s.Villages {
		if v, ok := places.Village(id); ok {
			names = append(names, v.Name)
		}
	}
	if len(names) == 0 {
		if m, ok := places.Municipality(s.Municipality); ok {
			return m.Name
		}
	}
	return strings.Join(names, ", ")
}

// Draft is what an editor writes in the browser.
type Draft struct {
	Publisher   string // organisation id
	Scope       Scope
	Title       string
	Text        string
	Instruction string
	SimpleText  string // the same in Leichte Sprache, optional
	Severity    string // a CAP severity
	Until       time.Time
}

// Longest texts in characters.
const (
	maxTitle = 160
	maxText  = 4000
)

// Check tells what keeps a draft from being published.
func (d *Draft) Check(now time.Time) error {
	d.Title = strings.Join(strings.Fields(d.Title), " ")
	d.Text, d.Instruction, d.SimpleText = tidy(d.Text), tidy(d.Instruction), tidy(d.SimpleText)
	var faults fault.List
	if d.Title == "" {
		faults.Add(fault.Invalid("title", "warnings.title_missing"))
	}
	if d.Text == "" {
		faults.Add(fault.Invalid("text", "warnings.text_missing"))
	}
	if d.Instruction == "" {
		faults.Add(fault.Invalid("instruction", "warnings.instruction_missing"))
	}
	for field, text := range map[string]string{"title": d.Title, "text": d.Text, "instruction": d.Instruction, "simple": d.SimpleText} {
		limit := maxText
		if field == "title" {
			limit = maxTitle
		}
		if len([]rune(text)) > limit {
			faults.Add(fault.Invalid(field, "warnings.long", "max", limit))
		}
	}
	if severities[d.Severity] == 0 {
		faults.Add(fault.Invalid("severity", "warnings.severity_missing"))
	}
	if d.Scope.Municipality == "" {
		faults.Add(fault.Invalid("municipality", "warnings.municipality_missing"))
	}
	if !d.Until.After(now) || d.Until.After(now.Add(longest)) {
		faults.Add(fault.Invalid("until", "warnings.until_wrong", "days", int(longest.Hours()/24)))
	}
	return faults.Err()
}

func tidy(text string) string {
	return strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), ""))
}

// alert is the draft as a message.
func (d *Draft) alert(id, sender, senderName string, now time.Time) cap.Alert {
	info := cap.Info{
		Language: "de-DE", Event: d.Title, Urgency: "Immediate", Severity: d.Severity, Certainty: "Observed",
		Effective: now, Expires: d.Until, SenderName: senderName, Headline: d.Title, Description: d.Text, Instruction: d.Instruction,
	}
	a := cap.Alert{Identifier: id, Sender: sender, Sent: now, Status: "Actual", MsgType: "Alert", Scope: "Public", Infos: []cap.Info{info}}
	if d.SimpleText != "" {
		info.Language, info.Description = "de-LS", d.SimpleText
		a.Infos = append(a.Infos, info)
	}
	return a
}

// service is the capability at work.
type service struct {
	bulletin.Tools
	mu    sync.Mutex
	board board
}

// New makes the capability.
func New(t bulletin.Tools) capability.Capability {
	s := &service{Tools: t}
	t.Bulletin.Register(bulletin.Kind{Name: Kind, Tone: "red", Icon: "warning", Listed: true, Schema: "SpecialAnnouncement"})
	t.Bulletin.AddTile(bulletin.Tile{Icon: "warning", MessageKey: "warnings.tile", URL: listPath})
	t.Bulletin.AddWriter(bulletin.Writer{Kind: Kind, MessageKey: "warnings.write", Icon: "warning", URL: writePath, Role: people.Editor, Official: true})
	return capability.Capability{
		Name: "warnings", Migrations: Files, Messages: joined{Messages, cap.Messages}, Routes: s.routes(), API: s.api, Sample: s.sample,
		Jobs:   map[string]jobs.Handler{pollJob: s.poll},
		Every:  []jobs.Periodic{{Kind: pollJob, Every: pollEvery}},
		Tables: []privacy.Table{{Name: "warning"}, {Name: "warning_gone"}, {Name: "warning_entry"}, {Name: "warning_source"}},
	}
}
