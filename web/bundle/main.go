// Command bundle turns web/ into web/dist: styles and scripts bundled and
// minified, names with the hash of the content, compressed copies beside them,
// a manifest and the licences of everything that came from elsewhere.
//
//	npm ci --ignore-scripts --prefix web && go run ./web/bundle
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("web", "web", "folder with package.json, styles, scripts and node_modules")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	modules := filepath.Join(root, "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "maplibre-gl")); err != nil {
		return fmt.Errorf("%s is empty: run npm ci --ignore-scripts in %s first", modules, root)
	}
	out, err := newOutput(filepath.Join(root, "dist"))
	if err != nil {
		return err
	}
	steps := []func(string, *output) error{fonts, drawings, icons, styles, scripts, serviceWorker, licences}
	for _, step := range steps {
		if err := step(root, out); err != nil {
			return err
		}
	}
	return out.finish()
}

// fonts copies the latin subsets of the two weights in use.
func fonts(root string, out *output) error {
	for _, weight := range []string{"400", "600"} {
		name := "fira-sans-latin-" + weight + "-normal.woff2"
		body, err := os.ReadFile(filepath.Join(root, "node_modules/@fontsource/fira-sans/files", name))
		if err != nil {
			return fmt.Errorf("font: %w", err)
		}
		if err := out.add(name, body); err != nil {
			return err
		}
	}
	return nil
}

// drawings copies the project's own SVG files.
func drawings(root string, out *output) error {
	for _, folder := range []string{"scenes", "arms", "icons"} {
		paths, err := filepath.Glob(filepath.Join(root, folder, "*.svg"))
		if err != nil {
			return fmt.Errorf("drawings: %w", err)
		}
		for _, path := range paths {
			body, err := os.ReadFile(path)
			if err != nil {
				return fmt.Errorf("drawings: %w", err)
			}
			if err := out.add(folder+"/"+filepath.Base(path), body); err != nil {
				return err
			}
		}
	}
	return nil
}

// serviceWorker knows the addresses of what every page needs, so it comes late.
func serviceWorker(root string, out *output) error {
	keep := []string{"app.css", "app.js", "fira-sans-latin-400-normal.woff2", "fira-sans-latin-600-normal.woff2"}
	addresses := make([]string, len(keep))
	for i, name := range keep {
		addresses[i] = out.address(name)
	}
	list, err := json.Marshal(addresses)
	if err != nil {
		return fmt.Errorf("service worker: %w", err)
	}
	return script(root, "sw.js", out, map[string]string{
		"__VERSION__":  fmt.Sprintf("%q", hash(list)),
		"__PRECACHE__": string(list),
		"__ICON__":     fmt.Sprintf("%q", out.address("icon-192.png")),
	})
}
