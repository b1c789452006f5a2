package bulletin

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/geo"
)

// sketch is a small map drawn on the server: boundaries and points, without
// script and without tiles. Units are those of its view box.
type sketch struct {
	Areas  []sketchArea
	Names  []sketchName
	Points []sketchPoint
}

type sketchArea struct {
	Path string
	Here bool // the place of the page
}

type sketchName struct{ X, Y, Text string }

type sketchPoint struct {
	X, Y string
	Tone string
	at   orb.Point
}

// The size of a sketch.
const (
	sketchWidth, sketchHeight = 300, 190
	sketchMargin              = 8
	sketchDetail              = 60 // metres of simplification
)

// frame maps degrees to the sketch: equirectangular around its middle, which is
// exact enough for a region of thirty kilometres.
type frame struct {
	west, north, scaleX, scaleY, offX, offY float64
}

func newFrame(box orb.Bound) frame {
	cos := math.Cos((box.Min[1] + box.Max[1]) / 2 * math.Pi / 180)
	w, h := (box.Max[0]-box.Min[0])*cos, box.Max[1]-box.Min[1]
	scale := math.Min((sketchWidth-2*sketchMargin)/math.Max(w, 1e-6), (sketchHeight-2*sketchMargin)/math.Max(h, 1e-6))
	return frame{
		west: box.Min[0], north: box.Max[1], scaleX: scale * cos, scaleY: scale,
		offX: (sketchWidth - w*scale) / 2, offY: (sketchHeight - h*scale) / 2,
	}
}

func (f frame) at(p orb.Point) orb.Point {
	return orb.Point{f.offX + (p[0]-f.west)*f.scaleX, f.offY + (f.north-p[1])*f.scaleY}
}

func (f frame) xy(p orb.Point) (x, y string) {
	at := f.at(p)
	return units(at[0]), units(at[1])
}

func (f frame) path(g orb.Geometry) string {
	var b strings.Builder
	ring := func(r orb.Ring) {
		for i, p := range r {
			x, y := f.xy(p)
			b.WriteString(map[bool]string{true: "M", false: "L"}[i == 0])
			b.WriteString(x + " " + y)
		}
		b.WriteString("Z")
	}
	switch g := g.(type) {
	case orb.Polygon:
		for _, r := range g {
			ring(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			for _, r := range p {
				ring(r)
			}
		}
	}
	return b.String()
}

// drawSketch shows the place of a page with what is going on in it.
func (b *Bulletin) drawSketch(a *asked, points []Entry) sketch {
	box, ok := a.places.Box()
	if a.place.Municipality != nil {
		if own, found := geo.Bound(a.place.Municipality.Boundary); found {
			box, ok = own, true
		}
	}
	if !ok {
		return sketch{}
	}
	f := newFrame(box)
	var s sketch
	for _, m := range a.places.Municipalities() {
		if path := f.path(geo.Simplify(m.Boundary, sketchDetail)); path != "" {
			s.Areas = append(s.Areas, sketchArea{Path: path, Here: m == a.place.Municipality})
		}
	}
	for i := range points {
		if centre, ok := geo.Centre(points[i].Geometry); ok && box.Contains(centre) {
			x, y := f.xy(centre)
			s.Points = append(s.Points, sketchPoint{X: x, Y: y, at: f.at(centre), Tone: b.KindOf(points[i].Kind).Tone})
		}
	}
	s.Names = names(a, f, s.Points)
	return s
}

// Size of a letter of a name, about, and of a point, in units of the sketch.
const letterWidth, letterHeight, pointRadius = 5.4, 11, 6

// nameShifts are the steps by which a name goes down or up to be read.
var nameShifts = []float64{4, 18, -9, 30, -21}

// nameBox is the room of a name whose baseline lies at y, moved sideways as far
// as the edge of the sketch asks for.
func nameBox(x, y float64, text string) orb.Bound {
	half := letterWidth * float64(utf8.RuneCountInString(text)) / 2
	x = min(max(x, half+2), sketchWidth-half-2)
	return orb.Bound{Min: orb.Point{x - half, y - letterHeight}, Max: orb.Point{x + half, y}}
}

// hits counts the points that lie upon a name.
func hits(box orb.Bound, points []sketchPoint) int {
	n := 0
	for _, p := range points {
		if box.Pad(pointRadius).Contains(p.at) {
			n++
		}
	}
	return n
}

func units(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// names are those of the villages of the place, of the municipalities in a
// view of the whole region. A name moves below or above its place where points
// lie upon it, and is left out where it would lie over another name; that of
// the page's own village comes first.
func names(a *asked, f frame, points []sketchPoint) []sketchName {
	var out []sketchName
	var taken []orb.Bound
	add := func(p orb.Point, text string) {
		at := f.at(p)
		best, covered := orb.Bound{}, -1
		for _, down := range nameShifts {
			box := nameBox(at[0], at[1]+down, text)
			inside := box.Min[1] > 0 && box.Max[1] < sketchHeight
			if !inside || slices.ContainsFunc(taken, box.Intersects) {
				continue
			}
			if n := hits(box, points); covered < 0 || n < covered {
				best, covered = box, n
			}
		}
		if covered < 0 {
			return
		}
		taken = append(taken, best)
		out = append(out, sketchName{X: units((best.Min[0] + best.Max[0]) / 2), Y: units(best.Max[1]), Text: text})
	}
	if a.place.Municipality == nil {
		for _, m := range a.places.Municipalities() {
			add(m.Centre, m.Name)
		}
		return out
	}
	if v := a.place.Village; v != nil {
		add(v.Centre, v.Name)
	}
	for _, v := range a.places.Villages(a.place.Municipality.ID) {
		if v != a.place.Village {
			add(v.Centre, v.Name)
		}
	}
	return out
}
