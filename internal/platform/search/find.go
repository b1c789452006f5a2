package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dorflinde/internal/platform/db"
)

// Hits are the answer to a query.
type Hits struct {
	IDs []string // best first
	// Corrected is the query as it was understood, where it found nothing as
	// it was written; "" otherwise.
	Corrected string
}

const (
	defaultLimit = 20
	maxLimit     = 200
	// candidates of one kind are ranked, the newest ones: a word that is in
	// half of all documents must not cost half of all documents. It is never
	// less than maxLimit, and stands in the statements as a number, because
	// SQLite would compile them anew for each value.
	candidates = 300
	// enough hits that nobody looks for typing errors.
	enough = 3

	// similar terms of one kind for a query of one word; each word more makes
	// them fewer, since the engine steps through all of them again and again.
	mostSimilar = 24
	mostTypos   = 6
	triedTypos  = 24
	// rare is in how many documents a word may be and still be a typing error.
	rare = 2
)

// What a word of the query found in the title is worth. In the body an exact
// word is worth bodyExact, another one nothing.
const (
	titleExact    = 10
	titlePrefix   = 6
	titleCompound = 5
	titleTypo     = 3
	wholeTitle    = 4 // the title is the query and nothing else
	bodyExact     = 2
	maxWeight     = 20
)

const sqliteFind = `SELECT d.key, d.time, d.weight, d.id, d.title, %s FROM search_fts f
	CROSS JOIN search_document d ON d.key = f.rowid
	WHERE f.search_fts MATCH $1 ORDER BY f.rowid DESC LIMIT 300`

// PostgreSQL knows too little about the words to choose well between the index
// of terms and going through the documents from the newest on; the dictionary
// knows. Both statements fence the planner in. The one for common words looks at
// the newest documents only; too few hits there, and the other one is asked.
const postgresRare = `WITH d AS MATERIALIZED (SELECT key, time, weight, id, title, body FROM search_document
	WHERE terms @@ $1::tsquery) SELECT d.key, d.time, d.weight, d.id, d.title, %s FROM d ORDER BY d.key DESC LIMIT 300`

const postgresCommon = `SELECT d.key, d.time, d.weight, d.id, d.title, %s FROM
	(SELECT * FROM search_document ORDER BY key DESC LIMIT 16000) d
	WHERE d.terms @@ $1::tsquery ORDER BY d.key DESC LIMIT 300`

// common is in how many documents each word must be for going through them.
const common = 8_000

// finder answers one query.
type finder struct {
	tx      *db.Tx
	dict    terms
	groups  []*group
	phrases [][]string
	found   map[int64]*candidate
}

// group is a word of the query with the terms that stand for it.
type group struct {
	word
	docs   int64 // in how many documents the exact term is
	begun  int64 // and the terms it is the beginning of, all together
	exact  []string
	wide   []string
	worth  map[string]int // of each term in a title
	meant  string         // the likeliest correction, as people write it
	loosed bool           // typing errors were added
}

type candidate struct {
	document
	exact bool
	score int64
}

// Search finds the documents with all words of the query; see the query
// language in the package. The best come first: words in the title before
// words in the body, exact before similar ones, then the newer. limit is at
// most 200; 0 means 20. A query without a word that can be looked for has no
// hits.
func (x *Index) Search(tx *db.Tx, query string, limit int) (Hits, error) {
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	text, f, err := x.finder(tx, query)
	if err != nil || len(f.groups) == 0 {
		return Hits{}, err
	}
	if err := f.collect(limit); err != nil {
		return Hits{}, err
	}
	var hits Hits
	if before := len(f.found); before < enough {
		loosed, err := f.loosen()
		if err != nil {
			return Hits{}, err
		}
		if loosed {
			if err := f.collect(limit); err != nil {
				return Hits{}, err
			}
		}
		if before == 0 && len(f.found) > 0 {
			hits.Corrected = f.corrected(text)
		}
	}
	hits.IDs = f.ranked(limit)
	return hits, nil
}

// Suggest returns the query with unknown words replaced by the likeliest known
// ones ("Meinten Sie …?"), or "" if nothing better is known.
func (x *Index) Suggest(tx *db.Tx, query string) (string, error) {
	text, f, err := x.finder(tx, query)
	if err != nil {
		return "", err
	}
	for _, g := range f.groups {
		known, err := f.known(g)
		if err != nil {
			return "", err
		}
		if !known {
			if err := f.addTypos(g); err != nil {
				return "", err
			}
		}
	}
	if better := f.corrected(text); better != text {
		return better, nil
	}
	return "", nil
}

// finder reads the query and finds the terms that stand for each word.
func (x *Index) finder(tx *db.Tx, query string) (string, *finder, error) {
	text, p := newAnalyzer().parse(query)
	f := &finder{tx: tx, phrases: p.phrases, found: map[int64]*candidate{}}
	if len(p.words) == 0 {
		return text, f, nil
	}
	var err error
	if f.dict, err = x.dict.load(tx); err != nil {
		return text, nil, err
	}
	for _, w := range p.words {
		g, err := f.expand(w, mostSimilar/len(p.words))
		if err != nil {
			return text, nil, err
		}
		f.groups = append(f.groups, g)
	}
	return text, f, nil
}

// docs is in how many documents a term is, and how people write it.
func (f *finder) docs(term string) (n int64, word string, err error) {
	rows, err := f.tx.Query(selectDocs, term)
	if err != nil {
		return 0, "", fmt.Errorf("search: look up a term: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n, &word); err != nil {
			return 0, "", fmt.Errorf("search: look up a term: %w", err)
		}
	}
	return n, word, rows.Err()
}

// expand finds the terms that stand for a word, at most the given number of
// beginnings and of compounds.
func (f *finder) expand(w word, most int) (*group, error) {
	g := &group{word: w, worth: map[string]int{}}
	var err error
	if g.docs, _, err = f.docs(w.term); err != nil {
		return nil, err
	}
	if g.docs > 0 {
		g.exact = append(g.exact, w.term)
		g.add(titleExact, w.term)
	}
	if w.prefix != "" {
		begun, err := db.All(f.tx, selectPrefix, func(s db.Scanner) (t string, err error) {
			var docs int64
			err = s.Scan(&t, &docs)
			g.begun += docs
			return t, err
		}, w.prefix, w.prefix+"\U0010ffff", most)
		if err != nil {
			return nil, fmt.Errorf("search: complete a word: %w", err)
		}
		g.add(titlePrefix, begun...)
		if g.docs == 0 && len(w.parts) == 0 {
			g.exact = begun
		}
	}
	g.add(titleCompound, f.dict.compounds(w.needle(), most)...)
	return g, nil
}

// add takes terms into the group; what is there already stays as it is.
func (g *group) add(worth int, found ...string) {
	for _, t := range found {
		if _, there := g.worth[t]; !there {
			g.worth[t] = worth
			g.wide = append(g.wide, t)
		}
	}
}

// known reports whether any term that is not a guess stands for the word.
func (f *finder) known(g *group) (bool, error) {
	if g.docs > 0 || len(g.exact) > 0 {
		return true, nil
	}
	for _, t := range g.wide {
		if n, _, err := f.docs(t); err != nil || n > 0 {
			return true, err
		}
	}
	missing := len(g.parts) == 0
	for _, t := range g.parts {
		n, _, err := f.docs(t)
		if err != nil {
			return false, err
		}
		missing = missing || n == 0
	}
	return !missing, nil
}

// loosen lets words that are unknown or rare stand for similar ones.
func (f *finder) loosen() (bool, error) {
	any := false
	for _, g := range f.groups {
		if g.docs > rare {
			continue
		}
		if err := f.addTypos(g); err != nil {
			return false, err
		}
		any = any || g.loosed
	}
	return any, nil
}

func (f *finder) addTypos(g *group) error {
	type known struct {
		typo
		docs int64
		word string
	}
	var all []known
	for _, t := range f.dict.typos(g.word, triedTypos) {
		n, word, err := f.docs(t.term)
		if err != nil {
			return err
		}
		if n > 0 {
			all = append(all, known{t, n, word})
		}
	}
	slices.SortStableFunc(all, func(a, b known) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(otherStart(a.term, g.term), otherStart(b.term, g.term)),
			cmp.Compare(b.docs, a.docs), cmp.Compare(a.term, b.term))
	})
	for i, t := range all[:min(len(all), mostTypos)] {
		if i == 0 && g.docs == 0 {
			g.meant = t.word
		}
		g.add(titleTypo, t.term)
		g.loosed = true
	}
	return nil
}

// corrected is the query with the words that were meant.
func (f *finder) corrected(text string) string {
	var b strings.Builder
	at := 0
	for _, g := range f.groups {
		if g.meant == "" || g.start < at {
			continue
		}
		b.WriteString(text[at:g.start])
		b.WriteString(g.meant)
		at = g.end
	}
	if at == 0 {
		return text
	}
	return b.String() + text[at:]
}

// collect gathers candidates: those with the exact words, those with words
// like them in the title, and if these are few also the others. What can add
// nothing is not asked.
func (f *finder) collect(limit int) error {
	got, err := f.find(exactly)
	if err != nil {
		return err
	}
	if got > 0 && got < candidates && f.onlyExact() {
		return nil
	}
	if _, err = f.find(inTitle); err != nil || len(f.found) >= limit {
		return err
	}
	_, err = f.find(widely)
	return err
}

// onlyExact reports whether no word has similar terms.
func (f *finder) onlyExact() bool {
	return !slices.ContainsFunc(f.groups, func(g *group) bool { return len(g.wide) > len(g.exact) })
}

// statement is what asks the engine best.
func (f *finder) statement(m manner) string {
	if f.tx.Engine() == db.SQLite {
		return sqliteFind
	}
	least := int64(common * len(f.groups) * len(f.groups))
	if m == inTitle {
		least *= 8 // a title has so many fewer words than a body
	}
	for _, g := range f.groups {
		docs := g.docs
		if m != exactly || docs == 0 {
			docs = max(docs, g.begun)
		}
		if docs < least {
			return postgresRare
		}
	}
	return postgresCommon
}

// find adds the newest documents for which the words hold in that manner and
// returns how many the engine gave.
func (f *finder) find(m manner) (int, error) {
	expression := f.expression(m)
	if expression == "" {
		return 0, nil
	}
	query, body := f.statement(m), "''"
	if len(f.phrases) > 0 {
		body = "d.body"
	}
	docs, err := db.AllText(f.tx, fmt.Sprintf(query, body), scanDocument, expression)
	if err == nil && query == postgresCommon && len(docs) < candidates {
		docs, err = db.AllText(f.tx, fmt.Sprintf(postgresRare, body), scanDocument, expression)
	}
	if err != nil {
		return 0, fmt.Errorf("search: find %q: %w", expression, err)
	}
	for _, d := range docs {
		if !f.following(d) {
			continue
		}
		if c := f.found[d.key]; c == nil {
			f.found[d.key] = &candidate{document: d, exact: m == exactly}
		}
	}
	return len(docs), nil
}

// following reports whether the document has the words of each phrase one
// after another.
func (f *finder) following(d document) bool {
	for _, phrase := range f.phrases {
		p := " " + strings.Join(phrase, " ") + " "
		if !strings.Contains(" "+d.title+" ", p) && !strings.Contains(" "+d.body+" ", p) {
			return false
		}
	}
	return true
}

func (f *finder) ranked(limit int) []string {
	all := make([]*candidate, 0, len(f.found))
	for _, c := range f.found {
		c.score = f.score(c)
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.time, a.time), cmp.Compare(b.key, a.key), cmp.Compare(a.id, b.id))
	})
	ids := make([]string, 0, min(limit, len(all)))
	for _, c := range all[:min(limit, len(all))] {
		ids = append(ids, c.id)
	}
	return ids
}

// score adds up what the words are worth.
func (f *finder) score(c *candidate) int64 {
	title := strings.Fields(c.title)
	total, whole := 0, len(title) == len(f.groups)
	for _, g := range f.groups {
		best := 0
		for _, t := range title {
			best = max(best, g.worth[t])
		}
		if len(g.parts) > 0 && !slices.ContainsFunc(g.parts, func(p string) bool { return !slices.Contains(title, p) }) {
			best = titleExact
		}
		if best == 0 && c.exact {
			best = bodyExact
		}
		whole = whole && best == titleExact
		total += best
	}
	if whole {
		total += wholeTitle
	}
	return int64(total) + min(max(c.weight, -maxWeight), maxWeight)
}
