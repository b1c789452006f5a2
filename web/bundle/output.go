package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
)

// mediaTypes of the files we make; anything else is a mistake.
var mediaTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

type entry struct {
	Path string `json:"path"`
	Type string `json:"type"`
	Size int    `json:"size"`
}

// output collects the files of the bundle in one folder.
type output struct {
	folder string
	files  map[string]entry
}

// newOutput empties the folder except for the file that keeps it in the repository.
func newOutput(folder string) (*output, error) {
	old, err := os.ReadDir(folder)
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("clear %s: %w", folder, err)
	}
	for _, item := range old {
		if item.Name() == ".keep" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(folder, item.Name())); err != nil {
			return nil, fmt.Errorf("clear %s: %w", folder, err)
		}
	}
	return &output{folder: folder, files: map[string]entry{}}, nil
}

// add writes one asset and, where it helps, its compressed copies.
func (o *output) add(name string, body []byte) error {
	ext := path.Ext(name)
	kind, ok := mediaTypes[ext]
	if !ok {
		return fmt.Errorf("%s: no media type for %q", name, ext)
	}
	hashed := strings.TrimSuffix(name, ext) + "-" + hash(body) + ext
	o.files[name] = entry{Path: hashed, Type: kind, Size: len(body)}
	if err := o.write(hashed, body); err != nil {
		return err
	}
	if ext == ".png" || ext == ".woff2" || len(body) < 256 {
		return nil
	}
	return o.compressed(hashed, body)
}

func (o *output) compressed(name string, body []byte) error {
	var zipped bytes.Buffer
	zw, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("gzip: %w", err)
	}
	if _, err := zw.Write(body); err != nil {
		return fmt.Errorf("gzip %s: %w", name, err)
	}
	if err := zw.Close(); err != nil {
		return fmt.Errorf("gzip %s: %w", name, err)
	}
	if err := o.write(name+".gz", zipped.Bytes()); err != nil {
		return err
	}
	var br bytes.Buffer
	bw := brotli.NewWriterLevel(&br, brotli.BestCompression)
	if _, err := bw.Write(body); err != nil {
		return fmt.Errorf("brotli %s: %w", name, err)
	}
	if err := bw.Close(); err != nil {
		return fmt.Errorf("brotli %s: %w", name, err)
	}
	return o.write(name+".br", br.Bytes())
}

func (o *output) write(name string, body []byte) error {
	target := filepath.Join(o.folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.WriteFile(target, body, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// address is what a page or script uses to load an asset added before.
func (o *output) address(name string) string { return "/static/" + o.files[name].Path }

func (o *output) finish() error {
	raw, err := json.MarshalIndent(o.files, "", "  ")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return o.write("manifest.json", append(raw, '\n'))
}

// hash names a content in ten characters: 40 bits, enough for a few hundred files.
func hash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:5])
}
