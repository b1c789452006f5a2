package waste

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

type apiQuery struct {
	Street string `query:"street" doc:"Street by name, id or as in the address of its page (leeder-hauptstrasse); or a village by slug"`
	Place  string `query:"place" doc:"Slug of the village in which the street lies, where its name alone is not unique"`
	Number int    `query:"number" minimum:"0" maximum:"9999" doc:"House number, where the street is divided"`
	From   string `query:"from" doc:"First day, yyyy-mm-dd; today if empty"`
	To     string `query:"to" doc:"Last day, yyyy-mm-dd; a year later if empty"`
}

type apiItem struct {
	Date      string `json:"date" doc:"yyyy-mm-dd"`
	Fraction  string `json:"fraction" enum:"residual,bio,paper,packaging,hazardous,green,bulky,tree,glass,textile,metal,other"`
	Name      string `json:"name" doc:"German name, or what the producer calls it"`
	MovedFrom string `json:"moved_from,omitempty" doc:"The day it would have been without the holiday"`
	District  string `json:"district" doc:"Id of the collection district"`
}

type apiList struct {
	Body struct {
		Items []apiItem `json:"items"`
		Next  string    `json:"next,omitempty"`
		// ByNumber: the street is divided and the house number decides.
		ByNumber []string `json:"by_number,omitempty" doc:"Parts of the street among which the house number decides; ask again with number"`
	}
}

// api registers the collection.
func (s *service) api(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "list-waste", Method: http.MethodGet, Path: "/api/v1/waste", Summary: "List the waste collections of a street",
		Tags: []string{"waste"}, DefaultStatus: http.StatusOK, Metadata: map[string]any{"access": web.Everyone},
		Errors: []int{http.StatusUnprocessableEntity},
	}, s.apiList)
}

func (s *service) apiList(ctx context.Context, in *apiQuery) (*apiList, error) {
	spot, err := apiSpot(s.Places(), in)
	if err != nil {
		return nil, err
	}
	spot.Number = in.Number
	from, to := s.today0(), s.today0().Add(366)
	for _, p := range []struct {
		text, field string
		day         *Day
	}{{in.From, "from", &from}, {in.To, "to", &to}} {
		if p.text == "" {
			continue
		}
		d, ok := ParseDay(p.text)
		if !ok {
			return nil, fault.Invalid(p.field, "waste.day_missing")
		}
		*p.day = d
	}
	if in.To != "" {
		to = to.Add(1)
	}
	out := &apiList{}
	out.Body.Items = []apiItem{}
	l := german(s.Places())
	return out, s.DB.View(ctx, func(tx *db.Tx) error {
		dates, parts, err := schedule(tx, spot, from, min(to, from.Add(3*366)))
		for _, c := range dates {
			out.Body.Items = append(out.Body.Items, apiItem{
				Date: string(c.Day), Fraction: string(c.Fraction), Name: nameOf(l, c.Fraction, c.Label), MovedFrom: string(c.MovedFrom), District: c.District,
			})
		}
		for _, a := range parts {
			out.Body.ByNumber = append(out.Body.ByNumber, strings.TrimSpace(a.numbers()))
		}
		return err
	})
}

// apiSpot finds a street the way programs name it.
func apiSpot(places *region.Directory, in *apiQuery) (Spot, error) {
	if in.Street == "" {
		return Spot{}, fault.Invalid("street", "waste.street_missing")
	}
	within := ""
	if in.Place != "" {
		v, ok := places.VillageBySlug(in.Place)
		if !ok {
			return Spot{}, fault.Invalid("place", "waste.place_unknown", "place", richtext.Head(in.Place, maxLabel))
		}
		within = v.ID
	}
	if street, ok := places.StreetByName(within, in.Street); ok {
		return spotOf(places, street), nil
	}
	if spot, ok := FindSpot(places, in.Street); ok {
		return spot, nil
	}
	return Spot{}, fault.Invalid("street", "waste.street_ambiguous", "street", richtext.Head(in.Street, maxLabel))
}
