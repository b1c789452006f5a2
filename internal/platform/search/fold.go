package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// umlauts writes the spellings ae, oe and ue as umlauts, so that Muell and
// Müll are stemmed alike. It is a rule of thumb that needs no word list: "ue"
// stays after a, e and q (Bauer, neue, Quelle), everywhere else it becomes ü,
// also where it is none (aktuell). Since texts and queries go the same way,
// the only price is that a few words become one.
func umlauts(s string) string {
	if !strings.Contains(s, "ae") && !strings.Contains(s, "oe") && !strings.Contains(s, "ue") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	var before byte // the letter before, with an umlaut as its vowel
	for i := 0; i < len(s); i++ {
		c := s[i]
		digraph := i+1 < len(s) && s[i+1] == 'e'
		switch {
		case digraph && c == 'a':
			b.WriteString("ä")
			before = 'a'
			i++
		case digraph && c == 'o':
			b.WriteString("ö")
			before = 'o'
			i++
		case digraph && c == 'u' && before != 'a' && before != 'e' && before != 'q':
			b.WriteString("ü")
			before = 'u'
			i++
		case c == 0xa4 && i > 0 && s[i-1] == 0xc3: // second byte of ä
			b.WriteByte(c)
			before = 'a'
		default:
			b.WriteByte(c)
			before = c
		}
	}
	return b.String()
}

// special are the letters that Unicode does not take apart.
var special = map[rune]string{
	'ß': "ss", 'æ': "a", 'œ': "o", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŋ': "n",
}

// fold takes accents and umlaut dots off a lower-case word: ä → a, é → e,
// ß → ss. What is left is letters and numbers only.
func fold(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		if letters, ok := special[r]; ok {
			b.WriteString(letters)
			continue
		}
		// Whatever the engines could take for a separator is dropped here.
		if unicode.Is(unicode.Mn, r) || !wordRune(r) {
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// accents takes accents off, but leaves ä, ö, ü and ß to the stemming.
func accents(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		switch r {
		case 'ä', 'ö', 'ü', 'ß':
			b.WriteRune(r)
		default:
			b.WriteString(fold(s[i : i+utf8.RuneLen(r)]))
		}
	}
	return b.String()
}

// lower is the word in lower case, in one Unicode form, without soft hyphens.
func lower(word string) string {
	if isASCII(word) {
		return strings.ToLower(word)
	}
	word = strings.Map(func(r rune) rune {
		if ignorable(r) {
			return -1
		}
		return r
	}, word)
	return norm.NFKC.String(strings.ToLower(norm.NFKC.String(word)))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// plain reports whether there is nothing to fold.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M)
}

// ignorable are soft hyphens and invisible joiners inside a word.
func ignorable(r rune) bool {
	return r == '\u00ad' || r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\ufeff'
}
