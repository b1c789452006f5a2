package cap

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
)

// Limits for a ZIP. The DWD's has one file per warning in force, a few hundred
// in a bad storm.
const (
	maxEntries  = 1_000
	maxUnpacked = 50 << 20
	maxRatio    = 100
	// smallEntry may shrink as much as it likes: short files full of repetition do.
	smallEntry = 64 << 10
)

// ReadZIP reads all alerts of a ZIP. Nothing is written to disk; names that try
// to leave the archive, too many or too large entries and bombs refuse the whole.
//
// A file that cannot be read does not hold back the others, because somebody may
// be waiting to be warned: the alerts come back together with an error that
// joins one *Error per broken file.
func ReadZIP(file string, raw []byte) ([]Alert, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, refuse("zip", file, 0, "%v", err)
	}
	if err := checkZIP(file, z); err != nil {
		return nil, err
	}
	var alerts []Alert
	var broken []error
	left := int64(maxUnpacked)
	for _, entry := range z.File {
		if entry.FileInfo().IsDir() || !strings.EqualFold(path.Ext(entry.Name), ".xml") {
			continue
		}
		name := file + "/" + entry.Name
		text, err := readEntry(name, entry, left)
		if err != nil {
			broken = append(broken, err)
			continue
		}
		left -= int64(len(text))
		a, err := ParseXML(name, text)
		if err != nil {
			broken = append(broken, err)
			continue
		}
		alerts = append(alerts, a)
	}
	return alerts, errors.Join(broken...)
}

// checkZIP believes the directory of the archive only so far as to refuse early;
// readEntry counts for itself.
func checkZIP(file string, z *zip.Reader) error {
	if len(z.File) > maxEntries {
		return refuse("zip_entries", file, 0, "%d", len(z.File))
	}
	var total uint64
	for _, entry := range z.File {
		if leaves(entry.Name) {
			return refuse("zip_name", file, 0, "%q", entry.Name)
		}
		size := entry.UncompressedSize64
		if total += size; size > maxUnpacked || total > maxUnpacked {
			return refuse("zip_size", file, 0, "%q", entry.Name)
		}
		if size > smallEntry && size/maxRatio > entry.CompressedSize64 {
			return refuse("zip_ratio", file, 0, "%q", entry.Name)
		}
	}
	return nil
}

// leaves reports whether a name points out of the archive.
func leaves(name string) bool {
	slashed := strings.ReplaceAll(name, `\`, "/")
	clean := path.Clean(slashed)
	return name == "" || strings.HasPrefix(slashed, "/") || clean == ".." || strings.HasPrefix(clean, "../") ||
		strings.Contains(name, ":") || strings.ContainsRune(name, 0)
}

func readEntry(name string, entry *zip.File, left int64) (text []byte, err error) {
	rc, err := entry.Open()
	if err != nil {
		return nil, refuse("zip", name, 0, "%v", err)
	}
	defer func() {
		if closing := rc.Close(); closing != nil && err == nil {
			err = refuse("zip", name, 0, "%v", closing)
		}
	}()
	text, err = io.ReadAll(io.LimitReader(rc, left+1))
	if err != nil {
		return nil, refuse("zip", name, 0, "%v", err)
	}
	if int64(len(text)) > left {
		return nil, refuse("zip_size", name, 0, "")
	}
	return text, nil
}
