package search

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"dorflinde/internal/platform/db"
)

// pending is one row that waits to be indexed.
type pending struct {
	seq                   int64
	id, title, body       string
	weight, time          int64
	removed               bool
	titleTerms, bodyTerms string
	old                   *document // what is indexed under its id
}

// document is one row of the index.
type document struct {
	key, time, weight int64
	id, title, body   string
}

// rows is a statement for several rows at once, prepared for some numbers of
// rows, the largest first; a call over database/sql costs more than a row, but
// binding gets slower with the number of placeholders.
type rows struct {
	stmts   [3]*db.Stmt
	columns int
}

var rowSizes = [3]int{32, 8, 1}

// manyIDs is how many documents are looked up at once.
const manyIDs = 32

func rowsSQL(head string, columns int, tail string) rows {
	r := rows{columns: columns}
	for i, size := range rowSizes {
		r.stmts[i] = db.SQL(head + values(size, columns) + tail)
	}
	return r
}

// values is "($1, $2), ($3, $4)" for two rows of two columns.
func values(n, columns int) string {
	var b strings.Builder
	for i := range n * columns {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	return b.String() + ")"
}

// exec runs the statement for all rows, whose values stand one after another.
func (r rows) exec(tx *db.Tx, args []any) error {
	for i, stmt := range r.stmts {
		for size := r.columns * rowSizes[i]; len(args) >= size; args = args[size:] {
			if _, err := tx.Exec(stmt, args[:size]...); err != nil {
				return err
			}
		}
	}
	return nil
}

var (
	selectPending = db.SQL(`SELECT seq, id, title, body, weight, time, removed FROM search_pending
		ORDER BY seq LIMIT $1`)
	selectSeqs  = db.SQL("SELECT seq FROM search_pending WHERE seq <= $1 ORDER BY seq")
	deleteSeqs  = db.SQL("DELETE FROM search_pending WHERE seq <= $1")
	selectByIDs = db.SQL(`SELECT key, time, weight, id, title, body FROM search_document WHERE id IN ` +
		values(1, manyIDs))
	deleteDoc = db.SQL("DELETE FROM search_document WHERE key = $1")
	updateDoc = db.SQL("UPDATE search_document SET time = $1, weight = $2 WHERE key = $3")
	lastKey   = db.SQL("SELECT COALESCE(MAX(key), -1) FROM search_document WHERE key >= $1 AND key < $2")
	insertDoc = rowsSQL("INSERT INTO search_document (key, time, weight, id, title, body) VALUES ", 6, "")
	countTerm = rowsSQL("INSERT INTO search_term (term, docs, id, word) VALUES ", 4,
		" ON CONFLICT (term) DO UPDATE SET docs = search_term.docs + excluded.docs")
	deleteTerm  = db.SQL("DELETE FROM search_term WHERE term = $1 AND docs <= 0")
	updateState = db.SQL("UPDATE search_state SET next_term = next_term + $1, purged = purged + $2 WHERE one = 1")
)

// analyze fills in the terms, and the spelling of each one that is not known.
func (a *analyzer) analyze(p *pending, spelling map[string]string) (n int) {
	stream := func(text string) string {
		var b strings.Builder
		a.terms(text, func(term, word string) {
			if n >= maxTerms {
				return
			}
			n++
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(term)
			if _, known := spelling[term]; !known {
				spelling[term] = clip(word)
			}
		})
		return b.String()
	}
	p.titleTerms = stream(p.title)
	p.bodyTerms = stream(p.body)
	return n
}

// clip keeps the spelling of a word for people, without invisible signs.
func clip(word string) string {
	word = strings.Map(func(r rune) rune {
		if ignorable(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, word)
	return strings.Clone(shorten(word, 2*maxTerm))
}

// batch is one step of the indexer, all in one transaction.
type batch struct {
	tx     *db.Tx
	days   map[int64]int64
	counts map[string]int64
	order  []string // the terms in the order they came
	docs   []*pending
}

// apply writes analysed documents. The caller made sure that they still wait.
func (b *batch) apply(spelling map[string]string) error {
	if err := b.lookUp(); err != nil {
		return err
	}
	var insert []document
	for _, p := range b.docs {
		doc, err := b.one(p)
		if err != nil {
			return fmt.Errorf("document %s: %w", p.id, err)
		}
		if doc != nil {
			insert = append(insert, *doc)
		}
	}
	if err := b.insert(insert); err != nil {
		return err
	}
	return b.count(spelling)
}

// lookUp finds what is indexed already.
func (b *batch) lookUp() error {
	byID := make(map[string]*pending, len(b.docs))
	for from := 0; from < len(b.docs); from += manyIDs {
		args := make([]any, manyIDs)
		for i := range args {
			args[i] = b.docs[min(from+i, len(b.docs)-1)].id
		}
		for _, p := range b.docs[from:min(from+manyIDs, len(b.docs))] {
			p.old = nil // the transaction may run again
			byID[p.id] = p
		}
		found, err := db.All(b.tx, selectByIDs, scanDocument, args...)
		if err != nil {
			return fmt.Errorf("look up documents: %w", err)
		}
		for i := range found {
			if p := byID[found[i].id]; p != nil {
				p.old = &found[i]
			}
		}
	}
	return nil
}

func scanDocument(s db.Scanner) (d document, err error) {
	err = s.Scan(&d.key, &d.time, &d.weight, &d.id, &d.title, &d.body)
	return d, err
}

// one takes the old version out and returns the row to be written, if any.
func (b *batch) one(p *pending) (*document, error) {
	doc := document{id: p.id, time: p.time, weight: p.weight, title: p.titleTerms, body: p.bodyTerms}
	if old := p.old; old != nil {
		sameDay := !p.removed && old.key>>dayShift == day(p.time)
		if sameDay && old.title == doc.title && old.body == doc.body {
			if old.time == doc.time && old.weight == doc.weight {
				return nil, nil
			}
			_, err := b.tx.Exec(updateDoc, doc.time, doc.weight, old.key)
			return nil, err
		}
		b.add(old.title, old.body, -1)
		// Look before the row is gone, or its key would seem free.
		if err := b.prime(old.key >> dayShift); err != nil {
			return nil, err
		}
		if _, err := b.tx.Exec(deleteDoc, old.key); err != nil {
			return nil, err
		}
		if sameDay {
			doc.key = old.key
		}
	}
	if p.removed {
		return nil, nil
	}
	b.add(doc.title, doc.body, 1)
	var err error
	if doc.key == 0 {
		doc.key, err = b.nextKey(p.time)
	}
	return &doc, err
}

// add counts each different term of a document once.
func (b *batch) add(title, body string, n int64) {
	seen := make(map[string]bool, 32)
	for _, stream := range []string{title, body} {
		for term := range strings.FieldsSeq(stream) {
			if seen[term] {
				continue
			}
			seen[term] = true
			if _, known := b.counts[term]; !known {
				b.order = append(b.order, term)
			}
			b.counts[term] += n
		}
	}
}

// dayShift leaves room for a million documents a day; the next one takes the
// keys of the following day.
const dayShift = 20

func day(micros int64) int64 {
	const perDay = 24 * 60 * 60 * 1_000_000
	return min(max(micros, 0), 253402300799_000000)/perDay + 1 // to the year 9999; never 0
}

// prime finds the first free key of a day.
func (b *batch) prime(d int64) error {
	if _, known := b.days[d]; known {
		return nil
	}
	var last int64
	first := d << dayShift
	if err := b.tx.QueryRow(lastKey, first, first+1<<dayShift).Scan(&last); err != nil {
		return fmt.Errorf("next key: %w", err)
	}
	b.days[d] = max(last+1, first)
	return nil
}

func (b *batch) nextKey(micros int64) (int64, error) {
	for d := day(micros); ; d++ {
		if err := b.prime(d); err != nil {
			return 0, err
		}
		if next := b.days[d]; next>>dayShift == d {
			b.days[d]++
			return next, nil
		}
	}
}
