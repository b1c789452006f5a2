package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dorflinde/internal/platform/i18n"
)

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

func TestEveryMessageIsThereInBothLanguages(t *testing.T) {
	h := open(t)
	c := h.Catalogue()
	german, english := c.In(i18n.German, h.Region.Current().Location()), c.In(i18n.English, h.Region.Current().Location())
	for _, key := range c.Keys(i18n.German) {
		if !slices.Contains(c.Keys(i18n.English), key) {
			t.Errorf("%s is missing in English", key)
			continue
		}
		a, b := placeholder.FindAllString(german.T(key), -1), placeholder.FindAllString(english.T(key), -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%s: placeholders %v in German, %v in English", key, a, b)
		}
	}
	for _, key := range c.Keys(i18n.English) {
		if !slices.Contains(c.Keys(i18n.German), key) {
			t.Errorf("%s is missing in German", key)
		}
	}
}

// used finds keys written out in code; those put together at run time are the
// business of the package that does so.
var used = []*regexp.Regexp{
	regexp.MustCompile(`\b(?:i18n\.T|i18n\.N)\(ctx, "([a-z_]+\.[a-zA-Z0-9_.-]+)"`),
	regexp.MustCompile(`\bl\.(?:T|N)\("([a-z_]+\.[a-zA-Z0-9_.-]+)"`),
	regexp.MustCompile(`fault\.Invalid\([^,()]+, "([a-z_]+\.[a-zA-Z0-9_.-]+)"`),
	regexp.MustCompile(`fault\.(?:Conflict)\("([a-z_]+\.[a-zA-Z0-9_.-]+)"`),
	regexp.MustCompile(`fault\.New\([^,()]+, "([a-z_]+\.[a-zA-Z0-9_.-]+)"`),
}

func TestEveryUsedMessageExists(t *testing.T) {
	h := open(t)
	german := h.Catalogue().In(i18n.German, h.Region.Current().Location())
	found := 0
	walkErr := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") ||
			!(strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".templ")) {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, pattern := range used {
			for _, m := range pattern.FindAllStringSubmatch(string(raw), -1) {
				found++
				key := m[1]
				if strings.HasSuffix(key, ".") || strings.HasSuffix(key, "_") {
					continue // the end is added at run time
				}
				if !german.Has(key) && !german.Has(key+".other") {
					t.Errorf("%s: message %q does not exist", path, key)
				}
			}
		}
		return nil
	})
	if walkErr != nil {
		t.Fatal(walkErr)
	}
	if found < 200 {
		t.Fatalf("only %d uses found; the test looks in the wrong place", found)
	}
}

// builtWhole are the families of keys whose package alone stands in code: the
// rest comes from the code of an error, a kind or a check.
var builtWhole = []string{"cap.", "feed.", "fetch.", "geo.", "kind.", "richtext.", "sheet.", "ui."}

// literals are the strings in the code that could be a key or its beginning.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	quoted := regexp.MustCompile(`"([a-z0-9]+\.[a-zA-Z0-9_./+-]*)"`)
	out := map[string]bool{}
	for _, top := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
				return err
			}
			if !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".templ") {
				return nil
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range quoted.FindAllStringSubmatch(string(raw), -1) {
				out[m[1]] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestEveryMessageIsUsed(t *testing.T) {
	h := open(t)
	said := literals(t)
	if len(said) < 500 {
		t.Fatalf("only %d keys found in code; the test looks in the wrong place", len(said))
	}
	for _, key := range h.Catalogue().Keys(i18n.German) {
		if !isSaid(said, key) {
			t.Errorf("message %q is used nowhere", key)
		}
	}
}

// isSaid reports whether code names the key, or a beginning of it that ends at
// a word's border and is completed at run time.
func isSaid(said map[string]bool, key string) bool {
	for _, form := range []string{".none", ".one", ".other"} {
		if whole, counted := strings.CutSuffix(key, form); counted && said[whole] {
			return true
		}
	}
	for i := len(key); i > 0; i-- {
		if !said[key[:i]] {
			continue
		}
		switch {
		case i == len(key), key[i-1] == '_', key[i] == '_':
			return true
		case key[i-1] == '.':
			return strings.Count(key[:i], ".") > 1 || slices.Contains(builtWhole, key[:i])
		}
	}
	return false
}
