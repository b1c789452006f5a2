package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"dorflinde/internal/app"
	"dorflinde/internal/app/sample"
	"dorflinde/internal/people"
)

// BenchmarkCreate writes news through the whole house; run it with -cpu 1 and
// SetParallelism for 32 writers, as the promise says.
func BenchmarkCreate(b *testing.B) {
	a := openWith(b, app.Config{Data: b.TempDir()})
	if err := sample.Fill(context.Background(), a, sample.Options{Seed: 1}); err != nil {
		b.Fatal(err)
	}
	secret, err := a.People.IssueToken(b.Context(), theOrganisation, people.ScopeWrite, "bench")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Work(ctx) }()
	var n atomic.Int64
	b.SetParallelism(16)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			body := fmt.Sprintf(`{"title":"Probe %d verlegt","text":"Die Probe am Freitag beginnt eine halbe Stunde später."}`, n.Add(1))
			r := httptest.NewRequest(http.MethodPost, "/api/v1/news", bytes.NewReader([]byte(body)))
			r.Header.Set("Authorization", "Bearer "+secret)
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			a.Handler().ServeHTTP(w, r)
			if w.Code != http.StatusCreated {
				b.Fatalf("%d %s", w.Code, w.Body)
			}
		}
	})
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

// BenchmarkHome renders the home page of the sample region.
func BenchmarkHome(b *testing.B) {
	a := openWith(b, app.Config{Data: b.TempDir()})
	if err := sample.Fill(context.Background(), a, sample.Options{Seed: 1}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if w.Code != http.StatusOK {
			b.Fatalf("%d", w.Code)
		}
	}
}
