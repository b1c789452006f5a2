package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/vector"
)

var (
	linden = color.RGBA{0x2c, 0x68, 0x40, 0xff}
	paper  = color.RGBA{0xfb, 0xfa, 0xf5, 0xff}
)

// icons draws the sign of the site, a lime leaf, as the pictures that devices
// put on their home screens. The drawing is the one of the header, 32 × 32 units.
func icons(_ string, out *output) error {
	for _, icon := range []struct {
		name  string
		size  int
		round bool
		part  float64 // share of the edge the leaf takes
	}{
		{"icon-192.png", 192, true, 0.74},
		{"icon-512.png", 512, true, 0.74},
		{"icon-maskable-512.png", 512, false, 0.56},
		{"apple-touch-icon.png", 180, false, 0.68},
	} {
		var file bytes.Buffer
		if err := png.Encode(&file, leafIcon(icon.size, icon.round, icon.part)); err != nil {
			return fmt.Errorf("%s: %w", icon.name, err)
		}
		if err := out.add(icon.name, file.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func leafIcon(size int, round bool, part float64) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	radius := 0.0
	if round {
		radius = float64(size) * 0.22
	}
	p := pen{img: img, scale: 1}
	p.box(0, 0, float64(size), float64(size), radius, linden)
	p.scale = float64(size) * part / 32
	p.dx = (float64(size) - 32*p.scale) / 2
	p.dy = p.dx
	p.line(16, 29, 16, 15, 2.4, paper)
	p.leaf(paper)
	for _, vein := range [][4]float64{
		{16, 24, 16, 9},
		{16, 18, 11, 14.5}, {16, 18, 21, 14.5},
		{16, 13.5, 12.8, 10.9}, {16, 13.5, 19.2, 10.9},
	} {
		p.line(vein[0], vein[1], vein[2], vein[3], 1.4, linden)
	}
	return img
}

// pen fills shapes given in drawing units.
type pen struct {
	img           *image.RGBA
	scale, dx, dy float64
}

func (p pen) at(x, y float64) (float32, float32) {
	return float32(x*p.scale + p.dx), float32(y*p.scale + p.dy)
}

func (p pen) fill(c color.Color, shape func(z *vector.Rasterizer)) {
	size := p.img.Bounds().Size()
	z := vector.NewRasterizer(size.X, size.Y)
	z.DrawOp = draw.Over
	shape(z)
	z.ClosePath()
	z.Draw(p.img, p.img.Bounds(), image.NewUniform(c), image.Point{})
}

func (p pen) leaf(c color.Color) {
	p.fill(c, func(z *vector.Rasterizer) {
		move := func(x, y float64) { a, b := p.at(x, y); z.MoveTo(a, b) }
		curve := func(x1, y1, x2, y2, x, y float64) {
			a, b := p.at(x1, y1)
			d, e := p.at(x2, y2)
			f, g := p.at(x, y)
			z.CubeTo(a, b, d, e, f, g)
		}
		move(16, 24)
		curve(6, 24, 3.5, 17, 4.5, 10.5)
		curve(9, 12, 11, 8.5, 16, 3)
		curve(21, 8.5, 23, 12, 27.5, 10.5)
		curve(28.5, 17, 26, 24, 16, 24)
	})
}

// line draws a stroke with round ends as a closed outline.
func (p pen) line(x1, y1, x2, y2, width float64, c color.Color) {
	angle := math.Atan2(y2-y1, x2-x1)
	const steps = 12
	p.fill(c, func(z *vector.Rasterizer) {
		for i := range 2 * (steps + 1) {
			x, y, turn := x2, y2, angle-math.Pi/2+math.Pi*float64(i)/steps
			if i > steps {
				x, y, turn = x1, y1, angle+math.Pi/2+math.Pi*float64(i-steps-1)/steps
			}
			a, b := p.at(x+math.Cos(turn)*width/2, y+math.Sin(turn)*width/2)
			if i == 0 {
				z.MoveTo(a, b)
			} else {
				z.LineTo(a, b)
			}
		}
	})
}

// box fills a rectangle with round corners.
func (p pen) box(x, y, w, h, r float64, c color.Color) {
	const steps = 16
	corners := [][2]float64{{x + w - r, y + r}, {x + w - r, y + h - r}, {x + r, y + h - r}, {x + r, y + r}}
	p.fill(c, func(z *vector.Rasterizer) {
		for i, corner := range corners {
			for s := range steps + 1 {
				turn := -math.Pi/2 + math.Pi/2*(float64(i)+float64(s)/steps)
				a, b := p.at(corner[0]+math.Cos(turn)*r, corner[1]+math.Sin(turn)*r)
				if i == 0 && s == 0 {
					z.MoveTo(a, b)
				} else {
					z.LineTo(a, b)
				}
			}
		}
	})
}
