package search_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/search"
)

var migrations = db.Migrations{Name: "search", Files: search.Migrations}

func newIndex(d *db.DB) *search.Index {
	return search.New(d, slog.New(slog.DiscardHandler), search.Options{})
}

func put(t testing.TB, d *db.DB, x *search.Index, docs ...search.Doc) {
	t.Helper()
	for some := range slices.Chunk(docs, 2000) {
		update(t, d, func(tx *db.Tx) error {
			for _, doc := range some {
				if err := x.Put(tx, doc); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func update(t testing.TB, d *db.DB, fn func(*db.Tx) error) {
	t.Helper()
	if err := d.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func flush(t testing.TB, x *search.Index) {
	t.Helper()
	if err := x.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, d *db.DB, x *search.Index, query string) search.Hits {
	t.Helper()
	var hits search.Hits
	err := d.View(context.Background(), func(tx *db.Tx) (err error) {
		hits, err = x.Search(tx, query, 50)
		return err
	})
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	return hits
}

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newIndex(d)
		put(t, d, x,
			search.Doc{ID: "fest", Title: "Feuerwehrfest am Weiher", Body: "Die Blaskapelle spielt ab 19:30 Uhr, Eintritt 3,50 €.", Time: 3},
			search.Doc{ID: "wehr", Title: "Freiwillige Feuerwehr: Übung", Body: "Treffpunkt am Gerätehaus in der Hauptstraße.", Time: 2},
			search.Doc{ID: "hof", Title: "Wertstoffhof geschlossen", Body: "Am 24.12.2026 bleibt der Hof zu. Fragen an info@rathaus.example.", Time: 1},
			search.Doc{ID: "muell", Title: "Müll und Papier", Body: "Die Feuerwehr sammelt nicht.", Time: 4},
			search.Doc{ID: "bind", Title: "Eltern-Kind-Turnen", Body: "Jeden Dienstag, Straße gesperrt.", Time: 5},
			search.Doc{ID: "kyr", Title: "Добро пожаловать", Body: "¿Qué tal, señor Núñez? ⑴ ½", Time: 6},
		)
		flush(t, x)
		for _, c := range []struct{ query, want, corrected string }{
			{"Feuerwehr", "wehr fest muell", ""},
			{"feuerwehren", "wehr fest muell", ""},
			{"Feuerw", "fest wehr muell", ""},
			{"Kapelle", "fest", ""},
			{"Blaskapelle", "fest", ""},
			{"Blasskapele", "fest", "Blaskapelle"},
			{"Wertstofhof", "hof", "Wertstoffhof"},
			{"Wertstofhof geschlossen", "hof", "Wertstoffhof geschlossen"},
			{"Muell", "muell", ""}, {"Müll", "muell", ""}, {"MULL", "muell", ""},
			{"Strasse", "bind wehr", ""}, {"Straße", "bind wehr", ""}, {"STRAẞE ", "bind wehr", ""},
			{"Ubung", "wehr", ""}, {"Uebung", "wehr", ""},
			{"24.12.2026", "hof", ""}, {"2026-12-24", "hof", ""}, {"24.12.", "hof", ""}, {"19.30", "fest", ""},
			{"info@rathaus.example", "hof", ""}, {"rathaus", "hof", ""},
			{"Elternkindturnen", "bind", ""}, {"Eltern-Kind-Turnen", "bind", ""}, {"Kind Turnen", "bind", ""},
			{"Feuer-Wehr", "wehr fest muell", ""},
			{"Fest", "fest", ""}, {"Feuerwehrfset", "fest", "Feuerwehrfest"},
			{"Müll Feuerwehr", "muell", ""},
			{`"Die Blaskapelle spielt"`, "fest", ""}, {`"spielt Blaskapelle"`, "", ""}, {`"Müll`, "muell", ""},
			{"добро", "kyr", ""}, {"nunez", "kyr", ""}, {"Señor", "kyr", ""},
			{"die", "bind", ""}, {"der und", "", ""}, {"", "", ""}, {"  -- ", "", ""},
			{`Müll" OR title:fest*`, "", ""}, {"NEAR(Müll)", "", ""}, {"'); DROP TABLE search_document; --", "", ""},
			{"xylophon", "", ""}, {"Feuerwehr xylophon", "", ""},
		} {
			got := find(t, d, x, c.query)
			if ids := strings.Join(got.IDs, " "); ids != c.want || got.Corrected != c.corrected {
				t.Errorf("%q: got %q corrected %q, want %q corrected %q", c.query, ids, got.Corrected, c.want, c.corrected)
			}
		}
		suggest(t, d, x)
	}, migrations)
}

func suggest(t *testing.T, d *db.DB, x *search.Index) {
	t.Helper()
	for query, want := range map[string]string{
		"Wertstofhof": "Wertstoffhof", "Blasskapele am Weiher": "Blaskapelle am Weiher",
		"Feuerwehr": "", "Kapelle": "", "qqqqqqqq": "", "": "",
	} {
		err := d.View(context.Background(), func(tx *db.Tx) error {
			got, err := x.Suggest(tx, query)
			if got != want {
				t.Errorf("Suggest(%q) = %q, want %q", query, got, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestReplaceAndRemove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newIndex(d)
		const dayMicros = 24 * 3600 * 1_000_000
		put(t, d, x, search.Doc{ID: "a", Title: "Sommerfest", Time: 5}, search.Doc{ID: "b", Title: "Winterfest", Time: 5})
		flush(t, x)
		put(t, d, x,
			search.Doc{ID: "b", Title: "Herbstfest", Time: 6},
			search.Doc{ID: "c", Title: "Konzert", Time: 7},
			search.Doc{ID: "a", Title: "Sommerfest", Time: 3 * dayMicros},
			search.Doc{ID: "c", Title: "Konzertabend", Time: 7})
		flush(t, x)
		for query, want := range map[string]string{
			"Winterfest": "", "Herbstfest": "b", "Sommerfest": "a", "Konzertabend": "c", "Fest": "a b",
		} {
			if got := strings.Join(find(t, d, x, query).IDs, " "); got != want {
				t.Errorf("%q: got %q, want %q", query, got, want)
			}
		}
		update(t, d, func(tx *db.Tx) error { return x.Remove(tx, "a") })
		update(t, d, func(tx *db.Tx) error { return x.Remove(tx, "never there") })
		flush(t, x)
		if got := find(t, d, x, "Sommerfest").IDs; len(got) > 0 {
			t.Errorf("removed document found: %v", got)
		}
		if n := count(t, d, "SELECT COUNT(*) FROM search_term WHERE term = $1", "sommerfest"); n != 0 {
			t.Error("a term of a removed document is still in the dictionary")
		}
	}, migrations)
}

func count(t testing.TB, d *db.DB, query string, args ...any) (n int) {
	t.Helper()
	err := d.View(context.Background(), func(tx *db.Tx) error {
		all, err := db.AllText(tx, query, func(s db.Scanner) (n int, err error) { err = s.Scan(&n); return n, err }, args...)
		if err == nil {
			n = all[0]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Every document is found by each word of its title, and no more once it is
// gone, also when documents change again and again.
func TestEveryTitleWord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newIndex(d)
		c := newCorpus(3)
		docs := make([]search.Doc, 120)
		for round := range 3 {
			for i := range docs {
				if round == 0 || c.r.IntN(2) == 0 {
					docs[i] = c.doc(i)
				}
			}
			put(t, d, x, docs...)
			flush(t, x)
		}
		for _, doc := range docs {
			for _, w := range strings.Fields(doc.Title) {
				if stop[strings.ToLower(w)] {
					continue
				}
				if got := findMost(t, d, x, w); !slices.Contains(got, doc.ID) {
					t.Errorf("%q does not find %q", w, doc.Title)
				}
			}
		}
		update(t, d, func(tx *db.Tx) error {
			for _, doc := range docs {
				if err := x.Remove(tx, doc.ID); err != nil {
					return err
				}
			}
			return nil
		})
		flush(t, x)
		for _, doc := range docs {
			if got := findMost(t, d, x, doc.Title); len(got) > 0 {
				t.Errorf("%q finds %v after it was removed", doc.Title, got)
			}
		}
		for _, table := range []string{"search_term", "search_document", "search_pending"} {
			if n := count(t, d, "SELECT COUNT(*) FROM "+table); n != 0 {
				t.Errorf("%d rows left in %s", n, table)
			}
		}
	}, migrations)
}

var stop = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range glue {
		m[strings.ToLower(w)] = true
	}
	return m
}()

func findMost(t *testing.T, d *db.DB, x *search.Index, query string) []string {
	t.Helper()
	var hits search.Hits
	err := d.View(context.Background(), func(tx *db.Tx) (err error) {
		hits, err = x.Search(tx, query+" ", 200)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hits.IDs
}

// Both engines give the same answer, letter for letter.
func TestSameOnBothEngines(t *testing.T) {
	lite, post := dbtest.SQLite(t, migrations), dbtest.Postgres(t, migrations)
	xl, xp := newIndex(lite), newIndex(post)
	c := newCorpus(11)
	docs := make([]search.Doc, 4000)
	for i := range docs {
		docs[i] = c.doc(i % 3800) // some are put twice
	}
	put(t, lite, xl, docs...)
	put(t, post, xp, docs...)
	for i := range 100 {
		remove := func(x *search.Index) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { return x.Remove(tx, docs[i*7].ID) }
		}
		update(t, lite, remove(xl))
		update(t, post, remove(xp))
	}
	flush(t, xl)
	flush(t, xp)
	some, queries := 0, 600
	for i := range queries {
		q := c.query(i)
		a, b := find(t, lite, xl, q), find(t, post, xp, q)
		if !slices.Equal(a.IDs, b.IDs) || a.Corrected != b.Corrected {
			t.Fatalf("%q: SQLite %v %q, PostgreSQL %v %q", q, a.IDs, a.Corrected, b.IDs, b.Corrected)
		}
		if len(a.IDs) > 0 {
			some++
		}
	}
	if some < queries/2 {
		t.Errorf("only %d of %d queries found anything", some, queries)
	}
}

// Several indexers at once, cut off in the middle again and again, leave the
// same index as one.
func TestManyIndexersAndCrashes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCorpus(5)
		docs := make([]search.Doc, 600)
		for i := range docs {
			docs[i] = c.doc(i % 500)
		}
		put(t, d, newIndex(d), docs...)
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				x := newIndex(d)
				for try := range 4 {
					ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+n+try)*time.Millisecond)
					if err := x.Flush(ctx); err != nil && ctx.Err() == nil {
						t.Errorf("flush: %v", err)
					}
					cancel()
				}
				if err := x.Flush(context.Background()); err != nil {
					t.Errorf("flush: %v", err)
				}
			})
		}
		all.Wait()
		if n := count(t, d, "SELECT COUNT(*) FROM search_document"); n != 500 {
			t.Errorf("%d documents, want 500", n)
		}
		if n := count(t, d, "SELECT COUNT(*) FROM search_pending"); n != 0 {
			t.Errorf("%d rows still wait", n)
		}
		checkDictionary(t, d)
		latest := docs[len(docs)-1]
		if got := findMost(t, d, newIndex(d), latest.Title); !slices.Contains(got, latest.ID) {
			t.Errorf("%q does not find its document", latest.Title)
		}
	}, migrations)
}

// checkDictionary counts anew and compares.
func checkDictionary(t *testing.T, d *db.DB) {
	t.Helper()
	want := map[string]int{}
	err := d.View(context.Background(), func(tx *db.Tx) error {
		text := func(s db.Scanner) (string, error) { var a string; err := s.Scan(&a); return a, err }
		all, err := db.AllText(tx, "SELECT title || ' ' || body FROM search_document", text)
		if err != nil {
			return err
		}
		for _, stream := range all {
			terms := strings.Fields(stream)
			slices.Sort(terms)
			for _, term := range slices.Compact(terms) {
				want[term]++
			}
		}
		got, err := db.AllText(tx, "SELECT term || ' ' || docs FROM search_term", text)
		if err != nil {
			return err
		}
		for _, line := range got {
			var term string
			var n int
			if _, err := fmt.Sscan(line, &term, &n); err != nil {
				return err
			}
			if want[term] != n {
				t.Errorf("term %q: %d documents, counted %d", term, n, want[term])
			}
			delete(want, term)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(want) > 0 {
		t.Errorf("terms missing in the dictionary: %v", want)
	}
}

// Run picks up what another process put and what it is woken for.
func TestRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := search.New(d, nil, search.Options{Gather: time.Millisecond})
		ctx, stop := context.WithCancel(context.Background())
		var done sync.WaitGroup
		done.Go(func() {
			if err := x.Run(ctx); err != nil {
				t.Errorf("run: %v", err)
			}
		})
		put(t, d, x, search.Doc{ID: "a", Title: "Maibaum"})
		await(t, func() bool { return len(find(t, d, x, "Maibaum").IDs) == 1 })
		put(t, d, newIndex(d), search.Doc{ID: "b", Title: "Kirchweih"})
		await(t, func() bool { return len(find(t, d, x, "Kirchweih").IDs) == 1 })
		stop()
		done.Wait()
	}, migrations)
}

func await(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not indexed within 20 seconds")
		}
	}
}

func TestStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Prepared(context.Background()); err != nil {
			t.Error(err)
		}
	}, migrations)
}
