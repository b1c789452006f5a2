package richtext

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reading is how hard a German text is to read.
type Reading struct {
	Sentences     int
	Words         int
	WordsSentence float64 // mean length of a sentence in words
	// Vienna is the first Wiener Sachtextformel, about the school year from which
	// the text can be read (4 very easy, 15 very hard), after Bamberger and
	// Vanecek: Lesen – Verstehen – Lernen – Schreiben, Wien 1984:
	// 0.1935 MS + 0.1672 SL + 0.1297 IW − 0.0327 ES − 0.875
	// with MS the share of words of three syllables and more, SL the mean length
	// of a sentence in words, IW the share of words of more than six letters and
	// ES the share of words of one syllable, shares in percent.
	Vienna float64
}

// Readability measures src. A text without words gives zeros.
func Readability(src string) Reading {
	var r Reading
	var many, long, one int
	count := func(l line) {
		var b strings.Builder
		plainSpans(&b, inline(l.text, false, false), false)
		for s := range sentences(b.String()) {
			ws := words(s)
			if len(ws) == 0 {
				continue
			}
			r.Sentences++
			r.Words += len(ws)
			for _, w := range ws {
				switch n := syllables(w); {
				case n >= 3:
					many++
				case n == 1:
					one++
				}
				if utf8.RuneCountInString(w) > 6 {
					long++
				}
			}
		}
	}
	for _, b := range parse(src) {
		if b.kind == heading {
			continue
		}
		for _, l := range b.lines {
			count(l)
		}
		for _, it := range b.items {
			for _, l := range it.lines {
				count(l)
			}
			for _, sub := range it.sub {
				for _, l := range sub.lines {
					count(l)
				}
			}
		}
	}
	if r.Words == 0 {
		return Reading{}
	}
	percent := 100 / float64(r.Words)
	r.WordsSentence = float64(r.Words) / float64(r.Sentences)
	r.Vienna = 0.1935*float64(many)*percent + 0.1672*r.WordsSentence + 0.1297*float64(long)*percent - 0.0327*float64(one)*percent - 0.875
	return r
}

// abbreviations end with a full stop that does not end the sentence. Single
// letters ("z. B.") and numbers ("3. Dezember") are known without the list.
var abbreviations = map[string]bool{
	"abs": true, "bzw": true, "ca": true, "dr": true, "etc": true, "evtl": true, "ggf": true, "hl": true,
	"fr": true, "inkl": true, "mio": true, "mrd": true, "mr": true, "mrs": true, "nr": true, "prof": true,
	"sog": true, "st": true, "std": true, "str": true, "tel": true, "usw": true, "uvm": true, "vgl": true, "vs": true, "zzgl": true, "dipl": true, "ing": true,
	"jan": true, "feb": true, "apr": true, "aug": true, "sept": true, "okt": true, "nov": true, "dez": true, "mo": true, "di": true, "mi": true, "do": true, "sa": true, "geb": true,
}

// sentences splits a line of text.
func sentences(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start := 0
		for i, r := range text {
			if r != '.' && r != '!' && r != '?' && r != '…' {
				continue
			}
			after := i + utf8.RuneLen(r)
			rest := text[after:]
			trimmed := strings.TrimLeft(rest, ")\"'“”»«’")
			if trimmed == "" || trimmed[0] != ' ' {
				continue // inside a number, an address, "19.30", or at the end
			}
			if r == '.' && !ends(text[start:i]) {
				continue
			}
			next, _ := utf8.DecodeRuneInString(strings.TrimLeft(trimmed, " \"„“»«('"))
			if unicode.IsLower(next) {
				continue
			}
			if !yield(text[start:after]) {
				return
			}
			start = after
		}
		if strings.TrimSpace(text[start:]) != "" {
			yield(text[start:])
		}
	}
}

// ends reports whether a full stop behind s can end a sentence.
func ends(s string) bool {
	i := strings.LastIndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if i >= 0 {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	} else {
		i = 0
	}
	word := strings.ToLower(s[i:])
	if utf8.RuneCountInString(word) <= 1 || abbreviations[word] {
		return false
	}
	return strings.Trim(word, "0123456789") != "" || len(word) > 2 // "3." and "12." are ordinals, "2026." is not
}

// words returns the words of s: runs of letters and digits, joined by hyphens,
// apostrophes, and stars or colons inside (Bürger*innen). Pure numbers count.
func words(s string) []string {
	fields := strings.Fields(s)
	out := fields[:0]
	for _, w := range fields {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}

// diphthongs are two vowels in one syllable.
var diphthongs = map[string]bool{
	"ei": true, "ai": true, "au": true, "eu": true, "äu": true, "ie": true, "ey": true, "ay": true, "oi": true,
	"aa": true, "ee": true, "oo": true,
}

// syllables estimates the syllables of a German word from its vowels. It is
// never less than one.
func syllables(word string) int {
	n := 0
	rs := []rune(strings.ToLower(word))
	for i := 0; i < len(rs); i++ {
		if !strings.ContainsRune("aeiouyäöüéèêáàâ", rs[i]) {
			continue
		}
		n++
		if i > 0 && rs[i] == 'u' && rs[i-1] == 'q' {
			n-- // Qu is a consonant
			continue
		}
		if i+1 < len(rs) && diphthongs[string(rs[i:i+2])] {
			i++
		}
	}
	return max(n, 1)
}
