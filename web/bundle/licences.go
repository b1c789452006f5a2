package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type module struct {
	Name         string            `json:"name"`
	Version      string            `json:"version"`
	License      string            `json:"license"`
	Dependencies map[string]string `json:"dependencies"`
}

// licences gathers the licence of every package whose parts are in the bundle,
// with those it has taken in itself, in one text file.
func licences(root string, out *output) error {
	own, err := readModule(root)
	if err != nil {
		return err
	}
	found := map[string]string{}
	for name := range own.Dependencies {
		if err := gather(root, name, found); err != nil {
			return err
		}
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	var text bytes.Buffer
	text.WriteString("Parts of others in the styles and scripts of Dorflinde, with their licences.\n")
	for _, name := range names {
		fmt.Fprintf(&text, "\n%s\n%s\n", strings.Repeat("=", 72), found[name])
	}
	return out.add("licenses.txt", text.Bytes())
}

func gather(root, name string, found map[string]string) error {
	// Type declarations leave nothing in a bundle.
	if _, done := found[name]; done || strings.HasPrefix(name, "@types/") {
		return nil
	}
	folder := filepath.Join(root, "node_modules", filepath.FromSlash(name))
	m, err := readModule(folder)
	if err != nil {
		return err
	}
	text, err := licenceText(folder)
	if err != nil {
		return err
	}
	found[name] = fmt.Sprintf("%s %s (%s)\n\n%s", m.Name, m.Version, m.License, text)
	for next := range m.Dependencies {
		if err := gather(root, next, found); err != nil {
			return err
		}
	}
	return nil
}

func readModule(folder string) (module, error) {
	var m module
	raw, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return m, fmt.Errorf("licences: %w", err)
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("licences: %s: %w", folder, err)
	}
	return m, nil
}

// licenceText reads the file every package should have; some only name it.
func licenceText(folder string) (string, error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return "", fmt.Errorf("licences: %w", err)
	}
	for _, f := range files {
		if !strings.HasPrefix(strings.ToLower(f.Name()), "licen") || f.IsDir() {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			return "", fmt.Errorf("licences: %w", err)
		}
		return strings.TrimSpace(string(raw)), nil
	}
	return "The package names this licence without its text.", nil
}
