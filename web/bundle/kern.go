package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	kernUse  = regexp.MustCompile(`var\(\s*(--kern-[a-z0-9-]+)`)
	kernDecl = regexp.MustCompile(`(?m)^\s*(--kern-[a-z0-9-]+):\s*([^;]+);`)
	rootRule = regexp.MustCompile(`(?s):root\s*\{(.*?)\n\}`)
)

// kernTokens picks from KERN's stylesheet (340 kB) the design tokens that our
// styles use, and those that they use in turn, as one :root rule.
func kernTokens(root string) (string, error) {
	sheet, err := os.ReadFile(filepath.Join(root, "node_modules/@kern-ux/native/dist/kern.css"))
	if err != nil {
		return "", fmt.Errorf("KERN: %w", err)
	}
	known := map[string]string{}
	for _, rule := range rootRule.FindAllStringSubmatch(string(sheet), -1) {
		for _, decl := range kernDecl.FindAllStringSubmatch(rule[1], -1) {
			if _, seen := known[decl[1]]; !seen {
				known[decl[1]] = decl[2]
			}
		}
	}
	ours, err := ownStyles(root)
	if err != nil {
		return "", err
	}
	picked := map[string]string{}
	if err := pick(ours, ours, known, picked); err != nil {
		return "", err
	}
	lines := make([]string, 0, len(picked))
	for name, value := range picked {
		lines = append(lines, name+":"+value+";")
	}
	slices.Sort(lines)
	return ":root{" + strings.Join(lines, "") + "}", nil
}

// pick follows the uses in text; names that our own theme declares stay ours.
func pick(text, ours string, known, picked map[string]string) error {
	for _, use := range kernUse.FindAllStringSubmatch(text, -1) {
		name := use[1]
		if _, done := picked[name]; done || strings.Contains(ours, name+":") {
			continue
		}
		value, ok := known[name]
		if !ok {
			return fmt.Errorf("KERN has no token %s", name)
		}
		picked[name] = value
		if err := pick(value, ours, known, picked); err != nil {
			return err
		}
	}
	return nil
}

func ownStyles(root string) (string, error) {
	paths, err := filepath.Glob(filepath.Join(root, "styles", "*.css"))
	if err != nil {
		return "", fmt.Errorf("styles: %w", err)
	}
	var all strings.Builder
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("styles: %w", err)
		}
		all.Write(body)
	}
	return all.String(), nil
}
