package app_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// root is the repository, seen from this package.
const root = "../.."

// layers are the floors of the house from the ground up; an import may only
// point to the same floor's own package or to a lower floor.
var layers = []string{
	"web",
	"internal/platform",
	"internal/region",
	"internal/people",
	"internal/bulletin,internal/cases,internal/moderation",
	"internal/information,internal/community,internal/townhall,internal/participation,internal/twin",
	"internal/app",
	"cmd",
}

func layerOf(path string) int {
	for i, floor := range layers {
		for part := range strings.SplitSeq(floor, ",") {
			if path == part || strings.HasPrefix(path, part+"/") {
				return i
			}
		}
	}
	return -1
}

const wingLayer = 5

// capabilityOf is the folder of a wing's capability: "internal/information/news".
func capabilityOf(path string) string {
	parts := strings.SplitN(path, "/", 4)
	if layerOf(path) != wingLayer || len(parts) < 3 {
		return ""
	}
	return strings.Join(parts[:3], "/")
}

type imported struct{ from, to, file string }

func goFiles(t *testing.T, visit func(path string)) {
	t.Helper()
	for _, top := range []string{"cmd", "internal", "web"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "dist" || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			if !d.IsDir() && strings.HasSuffix(path, ".go") {
				visit(path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func imports(t *testing.T) []imported {
	t.Helper()
	var out []imported
	goFiles(t, func(path string) {
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		file := strings.TrimPrefix(filepath.ToSlash(path), root+"/")
		for _, spec := range parsed.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if rest, own := strings.CutPrefix(to, "dorflinde/"); own {
				out = append(out, imported{from: filepath.ToSlash(filepath.Dir(file)), to: rest, file: file})
			}
		}
	})
	if len(out) < 100 {
		t.Fatalf("only %d imports found; the test looks in the wrong place", len(out))
	}
	return out
}

func TestImportsPointDownward(t *testing.T) {
	for _, i := range imports(t) {
		from, to := layerOf(i.from), layerOf(i.to)
		switch {
		case from < 0 || to < 0:
			t.Errorf("%s imports %s: a folder that belongs to no floor", i.file, i.to)
		case to > from:
			t.Errorf("%s imports %s: that is upward", i.file, i.to)
		}
	}
}

func TestCapabilitiesDoNotKnowOneAnother(t *testing.T) {
	for _, i := range imports(t) {
		from, to := capabilityOf(i.from), capabilityOf(i.to)
		if from != "" && to != "" && from != to {
			t.Errorf("%s imports %s: capabilities meet in the backbones", i.file, i.to)
		}
	}
}

var saysNothing = regexp.MustCompile(`^(utils?|common|helpers?|misc|types|models?|managers?|base|shared)$`)

const maxLines = 620

func TestPackagesHaveNamesAndFilesFit(t *testing.T) {
	goFiles(t, func(path string) {
		if name := filepath.Base(filepath.Dir(path)); saysNothing.MatchString(name) {
			t.Errorf("%s: the package name %q says nothing", path, name)
		}
		if strings.HasSuffix(path, "_templ.go") {
			return
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(raw, []byte("\n")); n > maxLines {
			t.Errorf("%s has %d lines; split it by what it does", path, n)
		}
	})
}

// Addresses are plain strings in templates: templ then lets only http, https,
// mailto and tel through, while its SafeURL would print javascript: as well.
func TestTemplatesLetOnlyHarmlessAddressesThrough(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") ||
			strings.HasSuffix(path, "_templ.go") || !(strings.HasSuffix(path, ".templ") || strings.HasSuffix(path, ".go")) {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		for n, line := range strings.Split(string(raw), "\n") {
			if strings.Contains(line, "templ.SafeURL") {
				t.Errorf("%s:%d goes around the check of addresses; a plain string does not", path, n+1)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 100 {
		t.Fatalf("only %d files read; the test looks in the wrong place", seen)
	}
}
