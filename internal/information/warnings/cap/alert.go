// Package cap reads public warnings: the Common Alerting Protocol, version 1.2
// (OASIS CAP-v1.2, July 2010), as the German Weather Service writes it (DWD
// profile 2.1: a ZIP of files, several languages in each, municipalities as
// WARNCELLID), and the JSON of the federal warning app NINA (MoWaS, KATWARN,
// BIWAPP, flood centres, DWD).
//
// It only reads and says what a warning touches. What is shown, for how long,
// and what replaces what is decided by the package around it.
package cap

import (
	"fmt"
	"strings"
	"time"

	"github.com/paulmach/orb"
)

// Alert is one message (CAP 3.2.1).
type Alert struct {
	Identifier string
	Sender     string
	Sent       time.Time
	Status     string // Actual, Exercise, System, Test, Draft: only Actual is for the public
	MsgType    string // Alert, Update, Cancel, Ack, Error
	Scope      string // Public, Restricted, Private
	Source     string
	Note       string
	Codes      []string // DWD: "id:…"; NINA: "DVN:2", "nina", …
	References []Reference
	Incidents  []string
	Infos      []Info // one per language, or per phase of the event
}

// Reference names an earlier message that this one updates or cancels.
type Reference struct {
	Sender     string
	Identifier string
	Sent       time.Time // zero if it could not be read
}

// Info is the message in one language (CAP 3.2.2).
type Info struct {
	Language      string // "de-DE", "en", "de-LS" (Leichte Sprache, NINA)
	Categories    []string
	Event         string
	ResponseTypes []string
	Urgency       string // Immediate, Expected, Future, Past, Unknown
	Severity      string // Extreme, Severe, Moderate, Minor, Unknown
	Certainty     string // Observed, Likely, Possible, Unlikely, Unknown
	Audience      string
	EventCodes    []Pair // DWD: II, GROUP, AREA_COLOR, …
	Effective     time.Time
	Onset         time.Time
	Expires       time.Time // zero where the sender gave none (MoWaS)
	SenderName    string
	Headline      string // plain text, one line
	Description   string // plain text with line breaks
	Instruction   string // plain text with line breaks
	Web           string // http or https address, else empty
	Contact       string
	Parameters    []Pair
	Areas         []Area
}

// Area is where the message holds: the union of everything in it (CAP 3.2.4).
type Area struct {
	Desc     string
	Polygons []orb.Polygon // longitude first, as everywhere in the house; CAP has latitude first
	Circles  []Circle
	Geocodes []Pair
	Altitude *float64 // feet above mean sea level
	Ceiling  *float64 // feet above mean sea level
}

// Circle is a centre with a radius in metres; CAP writes kilometres.
type Circle struct {
	Centre orb.Point
	Metres float64
}

// Pair is a valueName with its value.
type Pair struct{ Name, Value string }

// Error says which file could not be read, where and why. Key is a message of
// this package's catalogue for people ({file}, {line}, {detail}).
type Error struct {
	Key    string
	File   string
	Line   int // from 1; 0 where a line means nothing
	Detail string
}

func (e *Error) Error() string {
	s := "cap: "
	if e.File != "" {
		s += e.File
		if e.Line > 0 {
			s += fmt.Sprintf(":%d", e.Line)
		}
		s += ": "
	}
	s += strings.TrimPrefix(e.Key, "cap.")
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

func refuse(key, file string, line int, format string, args ...any) *Error {
	detail := fmt.Sprintf(format, args...)
	if len(detail) > 200 {
		detail = strings.ToValidUTF8(detail[:200], "") + "…"
	}
	return &Error{Key: "cap." + key, File: file, Line: line, Detail: detail}
}

// Info is the variant for a language: the same tag, else one of the same
// language, else German, else the first. Leichte Sprache is only chosen when
// asked for, because it is a choice of the person. ok is false without infos.
func (a Alert) Info(language string) (Info, bool) {
	for _, want := range []string{language, base(language), "de-DE", "de"} {
		for _, i := range a.Infos {
			if strings.EqualFold(i.Language, want) {
				return i, true
			}
		}
		for _, i := range a.Infos {
			if want != "" && strings.EqualFold(base(i.Language), want) && !easy(i.Language) {
				return i, true
			}
		}
	}
	if len(a.Infos) == 0 {
		return Info{}, false
	}
	return a.Infos[0], true
}

func base(language string) string {
	tag, _, _ := strings.Cut(language, "-")
	return tag
}

func easy(language string) bool { return strings.EqualFold(language, "de-LS") }

// feeds are the prefixes that NINA puts before the identifiers of its sources.
var feeds = []string{"mow.", "dwd.", "dwdmap.", "kat.", "biw.", "lhp.", "pol."}

// Key is the identifier without the prefix that NINA adds, so that the same
// warning from two sources is recognised as one.
func Key(identifier string) string {
	for _, feed := range feeds {
		if rest, ok := strings.CutPrefix(identifier, feed); ok {
			return rest
		}
	}
	return identifier
}

// Key is Key(a.Identifier).
func (a Alert) Key() string { return Key(a.Identifier) }

// Replaces are the keys of the messages that this one updates or cancels.
func (a Alert) Replaces() []string {
	if a.MsgType != "Update" && a.MsgType != "Cancel" {
		return nil
	}
	var keys []string
	for _, r := range a.References {
		keys = append(keys, Key(r.Identifier))
	}
	return keys
}

// Public reports whether the message is meant for everybody and meant seriously.
func (a Alert) Public() bool { return a.Status == "Actual" && a.Scope == "Public" }

// Expires is the last end of any info; zero if one has none.
func (a Alert) Expires() time.Time {
	var last time.Time
	for _, i := range a.Infos {
		if i.Expires.IsZero() {
			return time.Time{}
		}
		if i.Expires.After(last) {
			last = i.Expires
		}
	}
	return last
}

// Code is the value of an event code ("II" is the DWD's number of the event).
func (i Info) Code(name string) string { return value(i.EventCodes, name) }

// Parameter is the value of a parameter.
func (i Info) Parameter(name string) string { return value(i.Parameters, name) }

func value(pairs []Pair, name string) string {
	for _, p := range pairs {
		if strings.EqualFold(p.Name, name) {
			return p.Value
		}
	}
	return ""
}
