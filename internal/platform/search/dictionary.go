package search

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"dorflinde/internal/platform/db"
)

// dictionary is a copy of the terms in memory, for finding the compounds a
// word is part of and the terms it may have been meant to be. Going through
// 100,000 terms takes about a millisecond, and needs no index that every new
// word would have to be written into.
//
// It may know terms that are gone; those find nothing. It never lacks one that
// the transaction can see.
type dictionary struct {
	mu     sync.Mutex
	last   int64
	purged int64
	terms
}

// terms are only ever appended to, so a copy of the struct may be read while
// others are added. Each is kept as it was written, folded: stemming takes
// letters off a compound (Sommerfest: sommerf) that its parts keep (Fest).
type terms struct {
	text  []byte   // each word with a line feed after it
	ends  []uint32 // where each ends, on its line feed
	stems []uint8  // how much of each is the term
	sigs  []uint32 // which letters are in each
}

// reloadAfter is how many terms may be gone before the copy is made anew.
const reloadAfter = 5000

var (
	selectState = db.SQL("SELECT next_term, purged FROM search_state WHERE one = 1")
	selectTerms = db.SQL("SELECT id, term, word FROM search_term WHERE id > $1 AND id < $2 ORDER BY id")
	selectDocs  = db.SQL("SELECT docs, word FROM search_term WHERE term = $1")
	// The upper bound is the prefix with a rune no term can have after it.
	selectPrefix = db.SQL(`SELECT term, docs FROM search_term WHERE term >= $1 AND term < $2
		ORDER BY docs DESC, term LIMIT $3`)
)

// load brings the copy up to what tx sees.
func (d *dictionary) load(tx *db.Tx) (terms, error) {
	var next, purged int64
	if err := tx.QueryRow(selectState).Scan(&next, &purged); err != nil {
		return terms{}, fmt.Errorf("search: state of the dictionary: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if purged-d.purged > reloadAfter {
		d.terms, d.last = terms{}, 0
	}
	if d.last == 0 {
		d.purged = purged
	}
	if next-1 <= d.last {
		return d.terms, nil
	}
	rows, err := tx.Query(selectTerms, d.last, next)
	if err != nil {
		return terms{}, fmt.Errorf("search: read the dictionary: %w", err)
	}
	defer rows.Close()
	grown := d.terms
	for rows.Next() {
		var id int64
		var term, word string
		if err := rows.Scan(&id, &term, &word); err != nil {
			return terms{}, err
		}
		grown.add(term, word)
	}
	if err := rows.Err(); err != nil {
		return terms{}, err
	}
	d.terms, d.last = grown, next-1
	return grown, nil
}

// add keeps the terms that can be meant: no numbers, nothing very short.
func (t *terms) add(term, word string) {
	if len(term) < 4 || strings.ContainsAny(term, "0123456789") {
		return
	}
	folded := spelled(word)
	if !strings.HasPrefix(folded, term) {
		folded = term
	}
	t.text = append(append(t.text, folded...), '\n')
	t.ends = append(t.ends, uint32(len(t.text)-1))
	t.stems = append(t.stems, uint8(len(term)))
	t.sigs = append(t.sigs, signature(folded))
}

func (t *terms) at(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = t.ends[i-1] + 1
	}
	return t.text[start:t.ends[i]]
}

// compounds are the terms that contain part, best first: German compounds
// carry their meaning at the end and their kind at the beginning, so a part in
// the middle comes last; then the shorter.
func (t *terms) compounds(part string, n int) []string {
	if len(part) < 4 {
		return nil
	}
	type found struct {
		term string
		rank int
	}
	var all []found
	needle := []byte(part)
	for from := 0; from < len(t.text); {
		at := bytes.Index(t.text[from:], needle)
		if at < 0 {
			break
		}
		i := sort.Search(len(t.ends), func(i int) bool { return int(t.ends[i]) >= from+at })
		whole := t.at(i)
		term := string(whole[:t.stems[i]])
		from = int(t.ends[i]) + 1
		rank := 2
		if bytes.HasSuffix(whole, needle) || strings.HasSuffix(term, part) {
			rank = 0
		} else if bytes.HasPrefix(whole, needle) {
			rank = 1
		}
		if term != part {
			all = append(all, found{term, rank})
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(len(a.term), len(b.term)), cmp.Compare(a.term, b.term))
	})
	var out []string
	for _, f := range slices.Compact(all) {
		if len(out) == n {
			break
		}
		out = append(out, f.term)
	}
	return out
}

// typo is a term that may have been meant.
type typo struct {
	term     string
	distance int
}

// typos are the terms one error away, for longer words two, nearest first and
// those with the same first letter before others. Both what was typed and its
// stem are compared, since an error at the end also changes the stem.
func (t *terms) typos(w word, n int) []typo {
	most := allowed(len(w.folded))
	if most == 0 || strings.ContainsAny(w.folded, "0123456789") {
		return nil
	}
	mostStem := min(most, allowed(len(w.term)))
	var all []typo
	var m matrix
	sig, stemSig := signature(w.folded), signature(w.term)
	start := uint32(0)
	for i, end := range t.ends {
		whole := t.text[start:end]
		start = end + 1
		d := most + 1
		if near(len(whole), len(w.folded), most) && bits(sig^t.sigs[i]) <= 2*most {
			d = m.distance(w.folded, whole, most)
		}
		// The letters of the ending may be missing from the stem.
		if stem := whole[:t.stems[i]]; near(len(stem), len(w.term), mostStem) && bits(stemSig&^t.sigs[i]) <= mostStem {
			if n := m.distance(w.term, stem, mostStem); n <= mostStem {
				d = min(d, n)
			}
		}
		if d <= most && string(whole[:t.stems[i]]) != w.term {
			all = append(all, typo{string(whole[:t.stems[i]]), max(d, 1)})
		}
	}
	slices.SortFunc(all, func(a, b typo) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(otherStart(a.term, w.term), otherStart(b.term, w.term)),
			cmp.Compare(a.term, b.term))
	})
	all = slices.Compact(all)
	return all[:min(n, len(all))]
}

func near(a, b, most int) bool { return a-b <= most && b-a <= most }

func otherStart(a, b string) int {
	if a[0] == b[0] {
		return 0
	}
	return 1
}

// allowed is how many errors a term of n bytes may have.
func allowed(n int) int {
	switch {
	case n < 4:
		return 0
	case n < 8:
		return 1
	}
	return 2
}
