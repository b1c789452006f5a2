package bulletin

import (
	"bytes"
	"container/list"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/region"
)

// The size that messengers and networks ask for (Open Graph), in pixels.
const (
	pictureWidth, pictureHeight = 1200, 630
	pictureMargin               = 80
)

// maxPictures bounds what is kept, about 40 kB each.
const maxPictures = 200

// pictures keeps drawn preview cards, the least used goes first. One is drawn
// at a time: drawing takes 20 ms of a processor, and strangers can ask for any.
type pictures struct {
	mu    sync.Mutex
	byKey map[string]*list.Element
	order list.List
}

type picture struct {
	key  string
	body []byte
}

func (p *pictures) get(key string, draw func() ([]byte, error)) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if found, ok := p.byKey[key]; ok {
		p.order.MoveToFront(found)
		if kept, ok := found.Value.(picture); ok {
			return kept.body, nil
		}
	}
	body, err := draw()
	if err != nil {
		return nil, err
	}
	if p.byKey == nil {
		p.byKey = map[string]*list.Element{}
	}
	p.byKey[key] = p.order.PushFront(picture{key, body})
	if p.order.Len() > maxPictures {
		last := p.order.Back()
		if kept, ok := p.order.Remove(last).(picture); ok {
			delete(p.byKey, kept.key)
		}
	}
	return body, nil
}

// entryPicture answers with the preview card of a public entry. Networks fetch
// it without a session, so others have none.
func (b *Bulletin) entryPicture(w http.ResponseWriter, r *http.Request) error {
	e, err := b.find(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	if e.Audience != ForPublic {
		return fault.NotFound()
	}
	words := i18n.From(r.Context())
	key := e.ID + "|" + strconv.FormatInt(e.Revision, 10) + "|" + string(words.Lang) + "|" + strconv.FormatUint(b.Dress(), 10)
	body, err := b.pictures.get(key, func() ([]byte, error) { return b.drawPicture(words, &e) })
	if err != nil {
		return err
	}
	return conditional(w, r, "image/png", body, time.Time{})
}

var loadFonts = sync.OnceValues(func() (faces struct{ title, text font.Face }, err error) {
	for _, f := range []struct {
		face *font.Face
		ttf  []byte
		size float64
	}{{&faces.title, gobold.TTF, 68}, {&faces.text, goregular.TTF, 34}} {
		parsed, err := opentype.Parse(f.ttf)
		if err != nil {
			return faces, fmt.Errorf("font: %w", err)
		}
		if *f.face, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: f.size, DPI: 72, Hinting: font.HintingFull}); err != nil {
			return faces, fmt.Errorf("font: %w", err)
		}
	}
	return faces, nil
})

// drawPicture draws: the municipality's colour, the leaf, who speaks, what is
// said, when.
func (b *Bulletin) drawPicture(words *i18n.Localizer, e *Entry) ([]byte, error) {
	faces, err := loadFonts()
	if err != nil {
		return nil, err
	}
	title, _, _ := e.In(string(words.Lang))
	ground, light := b.brand(e), color.RGBA{0xfb, 0xfa, 0xf5, 0xff}
	img := image.NewRGBA(image.Rect(0, 0, pictureWidth, pictureHeight))
	draw.Draw(img, img.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
	drawLeaf(img, 800, 160, 17, color.RGBA{0xfb, 0xfa, 0xf5, 0x22})
	drawLeaf(img, pictureMargin-8, 62, 2.6, light)
	pen := font.Drawer{Dst: img, Src: image.NewUniform(light)}
	write := func(face font.Face, x, y int, text string) {
		pen.Face, pen.Dot = face, fixed.P(x, y)
		pen.DrawString(text)
	}
	write(faces.text, pictureMargin+90, 118, fit(faces.text, b.byline(words, e), pictureWidth-2*pictureMargin-90))
	lines := wrap(faces.title, title, pictureWidth-2*pictureMargin, 4)
	for i, line := range lines {
		write(faces.title, pictureMargin, 250+i*84, line)
	}
	foot := words.Date(e.PublishedAt, i18n.DateLong)
	if !e.Start.IsZero() {
		foot = When(words, e.Start, e.End, e.AllDay) + placeSuffix(e)
	}
	write(faces.text, pictureMargin, pictureHeight-pictureMargin+10, fit(faces.text, foot, pictureWidth-2*pictureMargin))
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, img)
	return out.Bytes(), err
}

func (b *Bulletin) byline(words *i18n.Localizer, e *Entry) string {
	name := words.T("bulletin.publisher_unknown")
	if p, ok := b.Publisher(e.Publisher); ok {
		name = p.Name
	}
	return name + " · " + words.T("kind."+e.Kind)
}

// brand is the colour of the municipality the entry belongs to. The light
// palette's leaf is dark enough for white text by its own rule.
func (b *Bulletin) brand(e *Entry) color.RGBA {
	look := region.Look{}
	if m, ok := b.Places().Municipality(e.Scope.MunicipalityID); ok {
		look = m.Look
	}
	light, _ := look.Palettes()
	n, err := strconv.ParseUint(strings.TrimPrefix(light.Leaf, "#"), 16, 24)
	if err != nil {
		n = 0x2c6840
	}
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 0xff}
}

// wrap breaks a text into lines of a width in pixels; what does not fit into
// the last line ends with an ellipsis.
func wrap(face font.Face, text string, width, most int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && font.MeasureString(face, longer).Ceil() > width {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	if line != "" {
		lines = append(lines, line)
	}
	if len(lines) > most {
		lines[most-1] = strings.Join(lines[most-1:], " ")
		lines = lines[:most]
	}
	for i := range lines {
		lines[i] = fit(face, lines[i], width)
	}
	return lines
}

// fit shortens a line to a width in pixels.
func fit(face font.Face, text string, width int) string {
	if font.MeasureString(face, text).Ceil() <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && font.MeasureString(face, string(runes)+"…").Ceil() > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimSpace(string(runes)) + "…"
}

// leafPath is the lime leaf of the house on 32 × 32 units: a start, then cubic
// curves with two control points each.
var leafPath = [][2]float32{
	{16, 24},
	{6, 24}, {3.5, 17}, {4.5, 10.5},
	{9, 12}, {11, 8.5}, {16, 3},
	{21, 8.5}, {23, 12}, {27.5, 10.5},
	{28.5, 17}, {26, 24}, {16, 24},
}

func drawLeaf(img *image.RGBA, x, y, scale float32, c color.RGBA) {
	r := vector.NewRasterizer(pictureWidth, pictureHeight)
	at := func(p [2]float32) (float32, float32) { return x + p[0]*scale, y + p[1]*scale }
	r.MoveTo(at(leafPath[0]))
	for i := 1; i+2 < len(leafPath); i += 3 {
		bx, by := at(leafPath[i])
		cx, cy := at(leafPath[i+1])
		dx, dy := at(leafPath[i+2])
		r.CubeTo(bx, by, cx, cy, dx, dy)
	}
	r.ClosePath()
	stem := [][2]float32{{15, 23}, {17, 23}, {17, 30}, {15, 30}}
	r.MoveTo(at(stem[0]))
	for _, p := range stem[1:] {
		r.LineTo(at(p))
	}
	r.ClosePath()
	// A colour with alpha must be premultiplied.
	a := uint32(c.A)
	pre := color.RGBA{uint8(uint32(c.R) * a / 255), uint8(uint32(c.G) * a / 255), uint8(uint32(c.B) * a / 255), c.A}
	r.Draw(img, img.Bounds(), image.NewUniform(pre), image.Point{})
}
