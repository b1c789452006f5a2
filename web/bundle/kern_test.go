package main

import (
	"maps"
	"slices"
	"testing"
)

func TestPickFollowsTokens(t *testing.T) {
	known := map[string]string{"--kern-a": "var(--kern-b)", "--kern-b": "1px", "--kern-c": "2px"}
	picked := map[string]string{}
	ours := "x{margin:var(--kern-a)} y{color:var( --kern-d, red)} :root{--kern-d: blue}"
	if err := pick(ours, ours, known, picked); err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(picked)); !slices.Equal(got, []string{"--kern-a", "--kern-b"}) {
		t.Errorf("picked %v", got)
	}
	if err := pick("x{margin:var(--kern-gone)}", "", known, map[string]string{}); err == nil {
		t.Error("a token that KERN does not have was accepted")
	}
}

func TestHashNamesContent(t *testing.T) {
	if hash([]byte("a")) == hash([]byte("b")) || len(hash(nil)) != 10 {
		t.Error("hash must differ by content and have ten characters")
	}
}

func TestLeafIconIsDrawn(t *testing.T) {
	img := leafIcon(64, false, 0.7)
	if got := img.At(1, 1); got != linden {
		t.Errorf("corner is %v, not the field", got)
	}
	if got := img.At(22, 28); got != paper {
		t.Errorf("leaf is %v, not paper", got)
	}
	if _, _, _, a := leafIcon(64, true, 0.7).At(0, 0).RGBA(); a != 0 {
		t.Error("the rounded icon has a filled corner")
	}
}
