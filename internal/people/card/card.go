// Package card makes and reads the codes of printed cards, with which people
// without an e-mail address sign in.
//
// A code has nine random characters of Crockford's base 32 and a check
// character, so that a slip of the pen is told apart from a wrong code before
// anything is looked up. The PIN beside it has six digits.
package card

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrCode says that a text is not a code: a character too many or too few, one
// that codes do not use, or a check character that does not fit.
var ErrCode = errors.New("card: not a card code")

// alphabet is Crockford's base 32: no I, L, O and U, which are misread.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Length is the number of characters, the check character included.
const Length = 10

// New makes a code and a PIN from rand: 45 bits that must be found out and
// about 20 that must be guessed.
func New(rand io.Reader) (code, pin string, err error) {
	var b [Length - 1]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return "", "", fmt.Errorf("card: %w", err)
	}
	values := make([]byte, 0, Length)
	for _, x := range b {
		values = append(values, x&31)
	}
	values = append(values, check(values))
	var text [Length]byte
	for i, v := range values {
		text[i] = alphabet[v]
	}
	pin, err = newPIN(rand)
	return string(text[:]), pin, err
}

// newPIN draws digits evenly: bytes of 250 and more are thrown away, and a PIN
// of one repeated digit is drawn again.
func newPIN(rand io.Reader) (string, error) {
	for {
		digits := make([]byte, 0, 6)
		var b [1]byte
		for len(digits) < 6 {
			if _, err := io.ReadFull(rand, b[:]); err != nil {
				return "", fmt.Errorf("card: %w", err)
			}
			if b[0] < 250 {
				digits = append(digits, '0'+b[0]%10)
			}
		}
		if strings.Trim(string(digits), string(digits[:1])) != "" {
			return string(digits), nil
		}
	}
}

// Parse reads a code as people type it: in any case, with spaces or hyphens,
// with O for 0 and I or L for 1.
func Parse(s string) (string, error) {
	var text [Length]byte
	var values [Length]byte
	n := 0
	for _, r := range s {
		switch r {
		case ' ', '-', '\u2010', '\u2011', '\u2013', '\u00a0', '\t':
			continue
		}
		v := value(r)
		if v < 0 || n == Length {
			return "", ErrCode
		}
		text[n], values[n] = alphabet[v], byte(v)
		n++
	}
	if n != Length || check(values[:Length-1]) != values[Length-1] {
		return "", ErrCode
	}
	return string(text[:]), nil
}

func value(r rune) int {
	if r >= 'a' && r <= 'z' {
		r -= 'a' - 'A'
	}
	switch r {
	case 'O':
		r = '0'
	case 'I', 'L':
		r = '1'
	}
	return strings.IndexRune(alphabet, r)
}

// check is a Reed-Solomon check symbol over GF(32): the sum of each value
// times a different power of the generator. It finds every single wrong
// character and every swap of two.
func check(values []byte) byte {
	var sum byte
	factor := byte(1)
	for _, v := range values {
		factor = double(factor)
		sum ^= multiply(v, factor)
	}
	return sum
}

// double multiplies by x modulo the primitive polynomial x⁵ + x² + 1.
func double(a byte) byte {
	a <<= 1
	if a&32 != 0 {
		a ^= 0b100101
	}
	return a
}

func multiply(a, b byte) byte {
	var out byte
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			out ^= a
		}
		a = double(a)
	}
	return out
}

// Print groups a code for reading: "7K3M-9QX2-4T" as 4, 4 and 2 characters.
func Print(code string) string {
	if len(code) != Length {
		return code
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:]
}

// PIN reads a PIN with or without spaces; it must have six digits.
func PIN(s string) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == ' ' || r == '-' || r == '\u00a0':
		default:
			return "", false
		}
	}
	return b.String(), b.Len() == 6
}
