package search

import mathbits "math/bits"

// signature has one bit for each letter of a term; an error changes at most
// two of them, which rules out most terms without looking at them.
func signature(term string) uint32 {
	var s uint32
	for i := range len(term) {
		s |= 1 << (term[i] & 31)
	}
	return s
}

func bits(n uint32) int { return mathbits.OnesCount32(n) }

// matrix is the space one comparison needs; it is used again and again.
type matrix [maxTerm + 3][maxTerm + 3]uint8

// distance is how many letters were added, left out, mistaken or swapped with
// their neighbour (optimal string alignment), or most+1 when it is more than
// most. Both must have at most maxTerm bytes.
func (m *matrix) distance(a string, b []byte, most int) int {
	for j := range len(b) + 1 {
		m[0][j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		m[i][0] = uint8(i)
		best := m[i][0]
		for j := 1; j <= len(b); j++ {
			cost := uint8(1)
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(m[i-1][j]+1, m[i][j-1]+1, m[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, m[i-2][j-2]+1)
			}
			m[i][j] = d
			best = min(best, d)
		}
		if int(best) > most {
			return most + 1
		}
	}
	return int(m[len(a)][len(b)])
}
