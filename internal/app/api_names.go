package app

import (
	"path"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// schemaName names a schema of the API after its package and type, so that two
// capabilities may both have an Item: NewsItem, EventsItem.
func schemaName(t reflect.Type, hint string) string {
	name := strings.TrimPrefix(huma.DefaultSchemaNamer(t, hint), "Api")
	owner := title(ownerOf(t, 3))
	if owner == "" || strings.HasPrefix(name, owner) {
		return name
	}
	return owner + name
}

// ownerOf is the house's package a type belongs to; an unnamed struct belongs
// where its fields do.
func ownerOf(t reflect.Type, depth int) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if strings.HasPrefix(t.PkgPath(), "dorflinde/") {
		return path.Base(t.PkgPath())
	}
	if t.Kind() != reflect.Struct || t.Name() != "" || depth == 0 {
		return ""
	}
	for i := range t.NumField() {
		if owner := ownerOf(t.Field(i).Type, depth-1); owner != "" {
			return owner
		}
	}
	return ""
}

func title(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
