// Package web carries the styles, scripts, fonts and drawings of the surface
// inside the binary and serves them. The files are made by web/bundle; without
// them the package still compiles and pages appear without style.
package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
)

//go:embed all:dist
var dist embed.FS

// Prefix is the address below which Handler expects to be mounted.
const Prefix = "/static/"

// file is one line of the bundle's manifest: where a logical name lies.
type file struct {
	Path string `json:"path"` // with the hash of its content
	Type string `json:"type"` // media type
	Size int    `json:"size"` // bytes, uncompressed
}

var bundle = sync.OnceValues(func() (map[string]file, error) {
	raw, err := fs.ReadFile(dist, "dist/manifest.json")
	if err != nil {
		return map[string]file{}, fmt.Errorf("web: no bundle, run make assets: %w", err)
	}
	files := map[string]file{}
	if err := json.Unmarshal(raw, &files); err != nil {
		return map[string]file{}, fmt.Errorf("web: read manifest: %w", err)
	}
	return files, nil
})

// Check tells whether the bundle was built into this binary.
func Check() error {
	_, err := bundle()
	return err
}

// Asset returns the address of the asset with this logical name, such as
// "app.css" or "scenes/church.svg". The address changes with the content, so
// answers may be cached for ever. An unknown name keeps its plain address.
func Asset(name string) string {
	files, err := bundle()
	if f, ok := files[name]; err == nil && ok {
		return Prefix + f.Path
	}
	return Prefix + name
}

// Has tells whether an asset of this logical name was bundled.
func Has(name string) bool {
	files, err := bundle()
	_, ok := files[name]
	return err == nil && ok
}

// Names lists the logical names below a folder, for example "scenes/".
func Names(folder string) []string {
	files, err := bundle()
	if err != nil {
		return nil
	}
	var names []string
	for name := range files {
		if len(name) > len(folder) && name[:len(folder)] == folder {
			names = append(names, name)
		}
	}
	return names
}

// Read returns the content of the asset with this logical name.
func Read(name string) ([]byte, error) {
	files, err := bundle()
	if err != nil {
		return nil, err
	}
	f, ok := files[name]
	if !ok {
		return nil, fmt.Errorf("web: asset %q: %w", name, fs.ErrNotExist)
	}
	return fs.ReadFile(dist, "dist/"+f.Path)
}
