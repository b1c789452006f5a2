package main

import (
	"testing"
	"time"

	"dorflinde/internal/platform/id"
)

// Whatever stands in the file, it becomes places or one error.
func FuzzRegionFile(f *testing.F) {
	f.Add(`{"region":{"name":"A","land":"DE-BY"},"municipalities":[{"name":"B","centre":[10.8,47.9],"villages":[{"name":"C","streets":["D",{"name":"E"}]}]}]}`)
	f.Add(`{"municipalities":[{"boundary":{"type":"Point","coordinates":[1,2]}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var plan regionPlan
		if strict([]byte(text), &plan) != nil {
			return
		}
		places, err := plan.places(id.NewV7(time.Now))
		if err == nil && len(places.Villages) < len(places.Municipalities) {
			t.Error("a municipality without a village")
		}
	})
}

func FuzzMunicipality(f *testing.F) {
	f.Add("Fuchstal;09181124;10.83;47.93")
	f.Add("Au;;NaN;1e999")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseMunicipality(text)
		if err == nil && m.Centre == nil {
			t.Error("a municipality without a middle")
		}
	})
}
