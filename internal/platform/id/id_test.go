package id_test

import (
	"testing"
	"time"

	"dorflinde/internal/platform/id"
)

func TestV7SortsAndNeverRepeats(t *testing.T) {
	frozen := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	source := id.NewV7(func() time.Time { return frozen })
	last := ""
	for range 10_000 { // more than the 4,096 that one millisecond holds
		got := source.New()
		if !id.Valid(got) {
			t.Fatalf("%q is not a UUID", got)
		}
		if got[14] != '7' {
			t.Fatalf("%q is not version 7", got)
		}
		if got <= last {
			t.Fatalf("%q does not sort after %q", got, last)
		}
		last = got
	}
}

func TestValid(t *testing.T) {
	for s, want := range map[string]bool{
		"019a9f00-0000-7000-8000-000000000000":  true,
		"019A9F00-0000-7000-8000-000000000000":  false,
		"019a9f0000007000800000000000000000000": false,
		"":                                      false,
		"../../etc/passwd-0000-0000-000000000":  false,
	} {
		if id.Valid(s) != want {
			t.Errorf("Valid(%q) = %v", s, !want)
		}
	}
}
