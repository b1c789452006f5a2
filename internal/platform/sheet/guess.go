package sheet

import (
	"strings"
	"unicode"
)

// delimiters in the order in which a tie is decided: German Excel first.
const delimiters = ";\t,|"

// guessRows is how many rows the guesses look at.
const guessRows = 30

// guessDelimiter takes the character that splits most of the first rows into
// the same number of cells, more than one.
func guessDelimiter(text string) rune {
	best, bestScore := rune(';'), 0.0
	for _, d := range []byte(delimiters) {
		s := &scanner{text: text[:min(len(text), 256<<10)], line: 1, delim: d, limits: Limits{}.filled()}
		widths, rows := map[int]int{}, 0
		for n := 0; n < guessRows && s.pos < len(s.text); n++ {
			row, err := s.row()
			if err != nil {
				break
			}
			if len(row.Cells) > 0 {
				rows++
				widths[len(row.Cells)]++
			}
		}
		score := 0.0
		for width, n := range widths {
			if width > 1 {
				// Equal rows count more than wide ones: commas inside of texts
				// make wide rows too, but never the same.
				share := float64(n) / float64(rows)
				score = max(score, share*share*(1+float64(min(width, 8))/16))
			}
		}
		if score > bestScore {
			best, bestScore = rune(d), score
		}
	}
	return best
}

// findHeader returns the index of the row with the names of the columns, or -1
// if the table begins with data. Titles above the header ("Kalender 2026") are
// narrower than the table and are stepped over.
func findHeader(rows []Row) int {
	counts := map[int]int{}
	width, most := 1, 0
	for _, r := range rows[:min(len(rows), guessRows)] {
		counts[len(r.Cells)]++
	}
	for w, n := range counts {
		if n > most || n == most && w > width {
			width, most = w, n
		}
	}
	for i, r := range rows[:min(len(rows), 10)] {
		filled, names := 0, true
		for _, c := range r.Cells {
			if c == "" {
				continue
			}
			filled++
			names = names && columnName(c)
		}
		if !names {
			return -1
		}
		if filled*10 >= width*6 && (filled > 1 || width == 1) {
			return i
		}
	}
	return -1
}

// columnName reports whether c may name a column: words, no value.
func columnName(c string) bool {
	if len(c) > 80 || !strings.ContainsFunc(c, unicode.IsLetter) || strings.ContainsAny(c, "@\n") || strings.Contains(c, "://") {
		return false
	}
	if _, err := Date(c); err == nil {
		return false
	}
	_, err := Number(c)
	return err != nil
}
