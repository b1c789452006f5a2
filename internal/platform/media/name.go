package media

import (
	"net/url"
	"path"
	"strings"
	"unicode"
)

// cleanName keeps the last part of a file name without anything that means
// something to a shell, a header or a folder.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		// Cf holds the signs that turn writing around: "gpj.exe" must not look like "exe.jpg".
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimLeft(strings.TrimSpace(name), ".")
	if runes := []rune(name); len(runes) > 120 {
		name = string(runes[len(runes)-120:])
	}
	if name == "" {
		return "file"
	}
	return name
}

// asciiName is the name for readers that know no RFC 8187.
func asciiName(name string) string {
	return strings.Map(func(r rune) rune {
		if r > 126 || r < 32 {
			return '_'
		}
		return r
	}, name)
}

func escapeName(name string) string { return strings.ReplaceAll(url.QueryEscape(name), "+", "%20") }
