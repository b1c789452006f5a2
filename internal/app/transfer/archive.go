package transfer

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"time"
)

// A backup is one tar file:
//
//	backup.json            what it is, see Head
//	region.db              the embedded database, or
//	tables/<name>.jsonl    one file per table of a PostgreSQL region
//	media/<xx>/<id>        uploads as they lie on the disk
//	SHA256SUMS             last, as sha256sum writes it
const (
	headName   = "backup.json"
	sumsName   = "SHA256SUMS"
	dbName     = "region.db"
	formatName = "dorflinde-backup/1"
)

// Head is the first member of a backup.
type Head struct {
	Format  string    `json:"format"`
	Version string    `json:"version"` // of the program
	Engine  string    `json:"engine"`  // sqlite or postgres
	Region  string    `json:"region"`  // its name, for people
	Created time.Time `json:"created"`
	Steps   []string  `json:"steps"` // migrations that had run
}

// members are the only names a backup may hold; nothing else is unpacked.
var members = regexp.MustCompile(`^(backup\.json|region\.db|SHA256SUMS|tables/[a-z][a-z0-9_]*\.jsonl|media/[0-9a-f]{2}/[0-9a-f-]{36}(\.small)?)$`)

// packer writes a backup and remembers the sums.
type packer struct {
	tar   *tar.Writer
	stamp time.Time
	sums  map[string]string
}

func newPacker(w io.Writer, stamp time.Time) *packer {
	return &packer{tar: tar.NewWriter(w), stamp: stamp, sums: map[string]string{}}
}

func (p *packer) head(h Head) error {
	raw, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return err
	}
	return p.add(headName, int64(len(raw)+1), strings.NewReader(string(raw)+"\n"))
}

func (p *packer) add(name string, size int64, r io.Reader) error {
	header := &tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: p.stamp, Format: tar.FormatPAX}
	if err := p.tar.WriteHeader(header); err != nil {
		return fmt.Errorf("backup: %s: %w", name, err)
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(p.tar, sum), r, size); err != nil {
		return fmt.Errorf("backup: %s: %w", name, err)
	}
	p.sums[name] = hex.EncodeToString(sum.Sum(nil))
	return nil
}

func (p *packer) addFile(name, path string) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return p.addOpen(name, file)
}

func (p *packer) addOpen(name string, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return p.add(name, info.Size(), file)
}

// close writes the sums; a backup without them was cut short.
func (p *packer) close() error {
	var b strings.Builder
	for _, name := range sortedNames(p.sums) {
		fmt.Fprintf(&b, "%s  %s\n", p.sums[name], name)
	}
	if err := p.add(sumsName, int64(b.Len()), strings.NewReader(b.String())); err != nil {
		return err
	}
	return p.tar.Close()
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// unpack writes a backup into a folder and checks it against its sums. Nothing
// of what it writes may be used when it fails.
func unpack(r io.Reader, dir string) (Head, error) {
	got := map[string]string{}
	reader := tar.NewReader(r)
	for {
		h, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Head{}, fmt.Errorf("this is not a whole backup of dorflinde: %w", err)
		}
		if h.Typeflag != tar.TypeReg || !members.MatchString(h.Name) {
			return Head{}, fmt.Errorf("the backup holds %q, which no backup of dorflinde does", h.Name)
		}
		if _, twice := got[h.Name]; twice {
			return Head{}, fmt.Errorf("the backup holds %q twice", h.Name)
		}
		if got[h.Name], err = unpackOne(reader, filepath.Join(dir, filepath.FromSlash(h.Name))); err != nil {
			return Head{}, fmt.Errorf("unpack %s: %w", h.Name, err)
		}
	}
	if err := compareSums(dir, got); err != nil {
		return Head{}, err
	}
	return readHead(dir)
}

func unpackOne(r io.Reader, path string) (sum string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(file, hash), r); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), file.Sync()
}

func compareSums(dir string, got map[string]string) error {
	listed, err := os.ReadFile(filepath.Join(dir, sumsName))
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("the backup was cut short: its list of sums is missing; use another backup")
	}
	if err != nil {
		return err
	}
	delete(got, sumsName)
	for line := range strings.Lines(string(listed)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if got[name] != sum {
			return fmt.Errorf("the backup is damaged: %s is missing or differs from its sum; use another backup", name)
		}
		delete(got, name)
	}
	for name := range got {
		return fmt.Errorf("the backup holds %s, which its list of sums does not name", name)
	}
	return nil
}

func readHead(dir string) (Head, error) {
	var h Head
	raw, err := os.ReadFile(filepath.Join(dir, headName))
	if err != nil {
		return h, fmt.Errorf("the backup has no %s: %w", headName, err)
	}
	if err := json.Unmarshal(raw, &h); err != nil {
		return h, fmt.Errorf("%s: %w", headName, err)
	}
	if h.Format != formatName {
		return h, fmt.Errorf("the backup has the format %q, this program reads %q; restore it with version %s", h.Format, formatName, h.Version)
	}
	return h, nil
}
