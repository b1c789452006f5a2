package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	_ "image/gif" // the format, for decoding
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // the format, for decoding

	"dorflinde/internal/platform/fault"
)

// drawn is one size of a picture, written anew.
type drawn struct {
	data          []byte
	kind          string
	width, height int
}

// redraw decodes a picture and writes it in two sizes. The number of pixels is
// known from the header before anything is unpacked.
func redraw(data []byte) (large, small drawn, err error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return large, small, fault.Invalid("picture", "media.picture").Because(err)
	}
	if config.Width < 1 || config.Height < 1 || config.Width > maxPixels/config.Height {
		return large, small, fault.Invalid("picture", "media.pixels", "width", config.Width, "height", config.Height)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return large, small, fault.Invalid("picture", "media.picture").Because(err)
	}
	img = fit(img, largeSide) // first, so that turning and the second size are cheap
	if format == "jpeg" {
		img = upright(img, orientation(data))
	}
	if large, err = encode(img); err != nil {
		return large, small, err
	}
	small, err = encode(fit(img, smallSide))
	return large, small, err
}

// fit shrinks a picture so that no side is longer than side.
func fit(img image.Image, side int) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w <= side && h <= side {
		return img
	}
	if w >= h {
		w, h = side, max(1, h*side/w)
	} else {
		w, h = max(1, w*side/h), side
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, draw.Src, nil)
	return out
}

func encode(img image.Image) (drawn, error) {
	var b bytes.Buffer
	size := img.Bounds()
	d := drawn{width: size.Dx(), height: size.Dy(), kind: "image/jpeg"}
	var err error
	if opaque(img) {
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 82})
	} else {
		d.kind = "image/png"
		err = png.Encode(&b, img)
	}
	d.data = b.Bytes()
	return d, err
}

func opaque(img image.Image) bool {
	if o, ok := img.(interface{ Opaque() bool }); ok {
		return o.Opaque()
	}
	return img.ColorModel() == color.YCbCrModel
}

// orientation reads how the camera was held from the Exif block of a JPEG
// (Exif 2.32, tag 0x0112), 1 where it says nothing.
func orientation(data []byte) int {
	for i := 2; i+4 < len(data) && data[i] == 0xff; {
		length := int(binary.BigEndian.Uint16(data[i+2:]))
		if data[i+1] == 0xda || length < 2 {
			break
		}
		end := min(i+2+length, len(data))
		if segment := data[i+4 : end]; data[i+1] == 0xe1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return tiffOrientation(segment[6:])
		}
		i = end
	}
	return 1
}

func tiffOrientation(t []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if len(t) < 8 {
		return 1
	}
	if bytes.HasPrefix(t, []byte("II")) {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(t[4:]))
	if at < 8 || at+2 > len(t) {
		return 1
	}
	count := int(order.Uint16(t[at:]))
	for i := range count {
		field := at + 2 + 12*i
		if field+12 > len(t) {
			return 1
		}
		if order.Uint16(t[field:]) == 0x0112 {
			return int(order.Uint16(t[field+8:]))
		}
	}
	return 1
}

// upright turns a picture so that up is up.
func upright(img image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	ow, oh := w, h
	if orientation >= 5 {
		ow, oh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch orientation {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			out.Set(tx, ty, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}
