package warnings

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/i18n"
)

func TestEndOf(t *testing.T) {
	for name, c := range map[string]struct {
		expires, want time.Time
	}{
		"by its own word": {bulletintest.Present.Add(5 * time.Hour), bulletintest.Present.Add(5 * time.Hour)}, "without an end": {time.Time{}, bulletintest.Present.Add(timeout)},
		"over before it began": {bulletintest.Present.Add(-time.Hour), bulletintest.Present.Add(timeout)}, "for ever": {bulletintest.Present.AddDate(5, 0, 0), bulletintest.Present.Add(longest)},
	} {
		a := message("x", "Alert", bulletintest.Present)
		a.Infos[0].Expires = c.expires
		if got := endOf(a); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// message is for the district of Landsberg am Lech.
func message(id, kind string, sent time.Time, replaces ...string) cap.Alert {
	a := cap.Alert{
		Identifier: id, Sender: "dwd@example.org", Sent: sent, Status: "Actual", MsgType: kind, Scope: "Public",
		Infos: []cap.Info{{
			Language: "de-DE", Event: "GLÄTTE", Severity: "Moderate", Headline: "Glätte " + id, Description: "Es ist glatt.", Instruction: "Gehen Sie langsam.",
			SenderName: "Wetterdienst", Expires: sent.Add(6 * time.Hour),
			Areas: []cap.Area{{Desc: "Landkreis", Geocodes: []cap.Pair{{Name: "WARNCELLID", Value: "109181000"}}}},
		}},
	}
	for _, r := range replaces {
		a.References = append(a.References, cap.Reference{Sender: "dwd@example.org", Identifier: r})
	}
	return a
}

// square lies around a point.
func square(centre orb.Point, metres float64) cap.Area {
	return cap.Area{Polygons: []orb.Polygon{geo.Circle(centre, metres, 8)}}
}

func TestTouchesKnowsHeights(t *testing.T) {
	summit, valley := 5000.0, 1000.0 // feet: 1524 m and 305 m
	place := cap.Place{AGS: "09181121"}
	for name, c := range map[string]struct {
		altitude *float64
		highest  float64
		want     bool
	}{
		"no height":                 {nil, 750, true},
		"only above 1500 m":         {&summit, 750, false},
		"we reach that high":        {&summit, 1600, true},
		"we do not know our height": {&summit, 0, true},
		"from 300 m on":             {&valley, 750, true},
	} {
		a := message("x", "Alert", bulletintest.Present)
		a.Infos[0].Areas[0].Altitude = c.altitude
		if got := Touches(a, place, c.highest); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestDraftCheck(t *testing.T) {
	good := Draft{Title: " Wasser \n abkochen", Text: "Rohrbruch.", Instruction: "Drei Minuten kochen.", Severity: "Moderate", Scope: Scope{Municipality: "m"}, Until: bulletintest.Present.Add(time.Hour)}
	if err := good.Check(bulletintest.Present); err != nil || good.Title != "Wasser abkochen" {
		t.Errorf("%q %v", good.Title, err)
	}
	for field, spoil := range map[string]func(*Draft){
		"title": func(d *Draft) { d.Title = " " }, "text": func(d *Draft) { d.Text = "" }, "instruction": func(d *Draft) { d.Instruction = "" },
		"severity": func(d *Draft) { d.Severity = "Unknown" }, "municipality": func(d *Draft) { d.Scope.Municipality = "" },
		"until": func(d *Draft) { d.Until = time.Time{} }, "simple": func(d *Draft) { d.SimpleText = string(make([]byte, 5000)) + "x" },
	} {
		bad := good
		spoil(&bad)
		if all := fault.All(bad.Check(bulletintest.Present)); len(all) != 1 || all[0].Field != field {
			t.Errorf("%s: %v", field, all)
		}
	}
	for _, until := range []time.Time{bulletintest.Present, bulletintest.Present.AddDate(1, 0, 0)} {
		bad := good
		bad.Until = until
		if bad.Check(bulletintest.Present) == nil {
			t.Errorf("valid until %s", until)
		}
	}
}

// TestShownWhereItTouchesWhileValid: an alert is shown for a municipality if
// and only if its area touches it and it is valid now.
func TestShownWhereItTouchesWhileValid(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	o, err := r.origin(r.Speak(context.Background(), i18n.German), "")
	must(t, err)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		lon, lat := rapid.Float64Range(10.6, 11.1).Draw(rt, "lon"), rapid.Float64Range(47.8, 48.1).Draw(rt, "lat")
		sent := r.Clock.Now().Add(-time.Duration(rapid.IntRange(-60, 600).Draw(rt, "minutes ago")) * time.Minute)
		a := message(fmt.Sprintf("rapid-%d", n), "Alert", sent)
		a.Infos[0].Areas = []cap.Area{square(geo.Point(lon, lat), rapid.Float64Range(50, 15_000).Draw(rt, "metres"))}
		a.Infos[0].Expires = sent.Add(time.Duration(rapid.IntRange(1, 900).Draw(rt, "for")) * time.Minute)
		a.Status = rapid.SampledFrom([]string{"Actual", "Actual", "Actual", "Test", "Exercise"}).Draw(rt, "status")
		r.take(o, false, a)
		now := r.Clock.Now()
		for _, m := range r.Places.Municipalities() {
			want := a.Status == "Actual" && !sent.After(now) && now.Before(a.Infos[0].Expires) && a.Touches(placeOf(m))
			got := slices.ContainsFunc(r.inForce(m.ID), func(w *Warning) bool { return w.Key == a.Key() })
			if got != want {
				rt.Fatalf("%s: shown %v, want %v", m.Name, got, want)
			}
		}
	})
}
