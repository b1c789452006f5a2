package search_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/search"
)

// BenchmarkSearch reports percentiles over 200 queries of all kinds, asked by
// one client, and how fast the documents were indexed before.
func BenchmarkSearch(b *testing.B) {
	for _, size := range []int{10_000, 200_000} {
		b.Run(fmt.Sprintf("sqlite-%d", size), func(b *testing.B) { latency(b, dbtest.SQLite(b, migrations), size) })
		b.Run(fmt.Sprintf("postgres-%d", size), func(b *testing.B) { latency(b, dbtest.Postgres(b, migrations), size) })
	}
}

func latency(b *testing.B, d *db.DB, size int) {
	x := newIndex(d)
	c := newCorpus(1)
	for from := 0; from < size; from += 2000 {
		docs := make([]search.Doc, min(2000, size-from))
		for i := range docs {
			docs[i] = c.doc(from + i)
		}
		put(b, d, x, docs...)
	}
	start := time.Now()
	flush(b, x)
	speed := float64(size) / time.Since(start).Seconds()
	queries := make([]string, 200)
	for i := range queries {
		queries[i] = c.query(i)
	}
	find(b, d, x, "warm")
	var took []time.Duration
	slowest, worst := "", time.Duration(0)
	for b.Loop() {
		for _, q := range queries {
			begin := time.Now()
			err := d.View(context.Background(), func(tx *db.Tx) error {
				_, err := x.Search(tx, q, 20)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			t := time.Since(begin)
			if took = append(took, t); t > worst {
				slowest, worst = q, t
			}
		}
	}
	slices.Sort(took)
	at := func(p int) float64 { return float64(took[len(took)*p/100].Microseconds()) / 1000 }
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(99), "p99-ms")
	b.ReportMetric(speed, "docs/s")
	b.Logf("slowest %q %v, %d terms", slowest, worst, count(b, d, "SELECT COUNT(*) FROM search_term"))
}
