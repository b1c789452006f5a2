package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// halfBits is how many bits each axis has in a cell. Two halves make 62 bits, so
// a cell is never negative and fits a BIGINT on both engines. One step is
// 360°/2³¹ = 1.7e-7 degrees of longitude, under two centimetres.
const halfBits = 31

// CellRange is an inclusive range of cells, made for "cell BETWEEN $1 AND $2".
type CellRange struct{ From, To int64 }

// Cell is the Morton number of a place: the bits of longitude and latitude
// interleaved, so that places near each other mostly have numbers near each
// other and a box becomes a few ranges (Cover). Values beyond the range of
// coordinates, infinities and NaN are moved to the edge.
func Cell(lon, lat float64) int64 {
	return int64(spread(quantise(lon, -180, 360))<<1 | spread(quantise(lat, -90, 180)))
}

// CellOf is the cell of the point that stands for g (Centre); ok is false for nothing.
func CellOf(g orb.Geometry) (cell int64, ok bool) {
	p, ok := Centre(g)
	if !ok {
		return 0, false
	}
	return Cell(p[0], p[1]), true
}

// quantise is monotone: that alone makes Cover exact, whatever the rounding.
func quantise(v, from, width float64) uint32 {
	n := (v - from) / width * (1 << halfBits)
	if !(n > 0) { // also NaN
		return 0
	}
	return uint32(min(n, 1<<halfBits-1))
}

// spread puts a zero between any two bits of v.
func spread(v uint32) uint64 {
	n := uint64(v)
	n = (n | n<<16) & 0x0000ffff0000ffff
	n = (n | n<<8) & 0x00ff00ff00ff00ff
	n = (n | n<<4) & 0x0f0f0f0f0f0f0f0f
	n = (n | n<<2) & 0x3333333333333333
	return (n | n<<1) & 0x5555555555555555
}

// square is a node of the quadtree: the cells that share a prefix.
type square struct {
	x, y  uint32 // lower left corner, quantised
	level int    // 0 is the whole earth, halfBits a single cell
}

func (s square) side() uint32 { return 1 << (halfBits - s.level) }

func (s square) cells() CellRange {
	from := spread(s.x)<<1 | spread(s.y)
	side := uint64(s.side())
	return CellRange{From: int64(from), To: int64(from + side*side - 1)}
}

// Cover gives at most maxRanges ranges, ascending and not touching, that hold
// the cell of every point in box. Points outside may be covered too, so an exact
// test follows; more ranges make fewer of them. Eight is a good start for a map
// view. An empty box has no ranges.
func Cover(box orb.Bound, maxRanges int) []CellRange {
	if !(box.Min[0] <= box.Max[0] && box.Min[1] <= box.Max[1]) {
		return nil
	}
	maxRanges = max(maxRanges, 1)
	x0, x1 := quantise(box.Min[0], -180, 360), quantise(box.Max[0], -180, 360)
	y0, y1 := quantise(box.Min[1], -90, 180), quantise(box.Max[1], -90, 180)

	var whole []CellRange
	open := []square{{}}
	for level := 0; level < halfBits && len(open) > 0 && len(open)+len(whole) <= 4*maxRanges; level++ {
		var next []square
		for _, s := range open {
			half := s.side() / 2
			for i := range uint32(4) {
				child := square{x: s.x + (i>>1)*half, y: s.y + (i&1)*half, level: level + 1}
				switch {
				case child.x > x1 || child.x+(half-1) < x0 || child.y > y1 || child.y+(half-1) < y0:
				case child.x >= x0 && child.x+(half-1) <= x1 && child.y >= y0 && child.y+(half-1) <= y1:
					whole = append(whole, child.cells())
				default:
					next = append(next, child)
				}
			}
		}
		open = next
	}
	for _, s := range open {
		whole = append(whole, s.cells())
	}
	return join(whole, maxRanges)
}

// join sorts ranges, unites neighbours, and closes the smallest gaps until at
// most limit ranges are left.
func join(ranges []CellRange, limit int) []CellRange {
	slices.SortFunc(ranges, func(a, b CellRange) int {
		if a.From < b.From {
			return -1
		}
		return 1
	})
	gap := int64(1)
	for {
		merged := ranges[:0:0]
		smallest := int64(-1)
		for _, r := range ranges {
			if n := len(merged); n > 0 {
				between := r.From - merged[n-1].To
				if between <= gap {
					merged[n-1].To = max(merged[n-1].To, r.To)
					continue
				}
				if smallest < 0 || between < smallest {
					smallest = between
				}
			}
			merged = append(merged, r)
		}
		if len(merged) <= limit {
			return merged
		}
		ranges, gap = merged, smallest
	}
}
