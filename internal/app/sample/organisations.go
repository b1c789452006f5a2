package sample

import (
	"fmt"

	"dorflinde/internal/people"
	"dorflinde/internal/region"
)

// invented is one invented body: kind, name, slug, village, arms, description.
type invented struct {
	kind                           people.Kind
	name, slug, village, arms, say string
}

// bodies are the invented clubs, businesses and offices of the demo.
var bodies = []invented{
	{people.Club, "Musikverein Leeder", "musikverein-leeder", "leeder", "music", "Blasmusik seit drei Generationen. Wir proben freitags um 20 Uhr im Probenraum am Dorfplatz und freuen uns über jedes Instrument."},
	{people.Club, "Sportverein Leeder-Asch", "sportverein-leeder-asch", "leeder", "sport", "Fußball, Turnen, Tischtennis und Lauftreff für alle Altersgruppen."},
	{people.Club, "Trachtenverein Asch", "trachtenverein-asch", "asch", "culture", "Wir pflegen Tracht, Tanz und Brauch und binden jedes Jahr den Maibaumkranz."},
	{people.Club, "Gartenbauverein Seestall", "gartenbauverein-seestall", "seestall", "garden", "Obstbaumschnitt, Pflanzentausch und der Lehrgarten an der Kirche."},
	{people.Club, "Landjugend Unterdießen", "landjugend-unterdiessen", "unterdiessen", "youth", "Für alle zwischen 14 und 30: Fahrten, Feste und Hilfe, wo sie gebraucht wird."},
	{people.Club, "Theaterfreunde Oberdießen", "theaterfreunde-oberdiessen", "oberdiessen", "culture", "Jeden Herbst ein neues Stück auf der kleinen Bühne."},
	{people.Club, "Dorfladen Apfeldorf e. V.", "dorfladen-apfeldorf", "unterapfeldorf", "business", "Der Dorfladen gehört uns allen. Frisches Brot, Gemüse aus der Region und ein Kaffee zum Ratschen."},
	{people.Club, "Seniorenkreis Apfeldorf", "seniorenkreis-apfeldorf", "unterapfeldorf", "help", "Kaffee, Vorträge und Ausflüge, dazu ein Fahrdienst für alle, die nicht mehr gut zu Fuß sind."},
	{people.Club, "Helferkreis Nachbarschaft", "helferkreis-nachbarschaft", "leeder", "help", "Wir helfen beim Einkaufen, beim Papierkram und mit dem Handy."},
	{people.FireBrigade, "Freiwillige Feuerwehr Asch", "feuerwehr-asch", "asch", "fire", "Retten, löschen, bergen, schützen. Übung jeden zweiten Dienstag."},
	{people.FireBrigade, "Freiwillige Feuerwehr Unterdießen", "feuerwehr-unterdiessen", "unterdiessen", "fire", "38 Aktive und eine Jugendgruppe."},
	{people.FireBrigade, "Freiwillige Feuerwehr Apfeldorf", "feuerwehr-apfeldorf", "unterapfeldorf", "fire", "Gemeinsam für Apfeldorf, rund um die Uhr."},
	{people.Parish, "Pfarrei Leeder und Asch", "pfarrei-leeder", "leeder", "church", "Gottesdienste, Pfarrbücherei und Besuchsdienst."},
	{people.Parish, "Pfarrei Apfeldorf", "pfarrei-apfeldorf", "unterapfeldorf", "church", "Gottesdienste, Chor und Kinderkirche."},
	{people.School, "Grundschule am Lindenplatz", "grundschule-lindenplatz", "leeder", "school", "Erste bis vierte Klasse, offene Ganztagsschule."},
	{people.School, "Kinderhaus Regenbogen", "kinderhaus-regenbogen", "unterdiessen", "school", "Krippe und Kindergarten mit Waldtag."},
	{people.Business, "Bäckerei Morgenrot", "baeckerei-morgenrot", "leeder", "business", "Holzofenbrot, Brezen ab sechs Uhr, dienstags Dinkeltag."},
	{people.Business, "Hofladen Lindenhof", "hofladen-lindenhof", "asch", "business", "Eier, Milch, Kartoffeln und Fleisch vom eigenen Hof."},
	{people.Business, "Gasthof zur Alten Linde", "gasthof-alte-linde", "unterdiessen", "business", "Bayerische Küche, Saal für 120 Gäste, Biergarten."},
	{people.Business, "Hausarztpraxis am Dorfbach", "hausarztpraxis-dorfbach", "leeder", "help", "Hausärztliche Versorgung, Hausbesuche nach Absprache."},
	{people.Business, "Linden-Apotheke", "linden-apotheke", "leeder", "help", "Arzneimittel, Botendienst in alle Ortsteile."},
	{people.Association, "Bürgerenergie am Lech", "buergerenergie-lech", "unterdiessen", "leaf", "Strom aus Sonne, Wasser und Wind, der uns gemeinsam gehört."},
}

func organisations(d *region.Directory) ([]people.NewOrganisation, error) {
	var out []people.NewOrganisation
	for _, m := range d.Municipalities() {
		out = append(out, people.NewOrganisation{
			Kind: people.Municipality, Name: "Gemeinde " + m.Name, Slug: "gemeinde-" + m.Slug, MunicipalityIDs: []string{m.ID},
			Arms: m.Look.Arms, Mail: "gemeinde@" + m.Slug + ".example", Phone: "+49 30 23125 " + m.AGS[5:], Verified: true,
			Description: "Die Gemeinde " + m.Name + " im Landkreis Landsberg am Lech.",
		})
	}
	out = append(out, administration(d))
	for _, b := range bodies {
		v, ok := d.VillageBySlug(b.village)
		if !ok {
			return nil, fmt.Errorf("sample: there is no village %q for %s", b.village, b.name)
		}
		out = append(out, people.NewOrganisation{
			Kind: b.kind, Name: b.name, Slug: b.slug, MunicipalityIDs: []string{v.MunicipalityID}, VillageID: v.ID, Arms: b.arms,
			Mail: b.slug + "@beispiel.example", Verified: true, Description: b.say,
		})
	}
	return out, nil
}

// administration serves Fuchstal and Unterdießen; Apfeldorf keeps its own.
func administration(d *region.Directory) people.NewOrganisation {
	var served []string
	for _, slug := range []string{"fuchstal", "unterdiessen"} {
		if m, ok := d.MunicipalityBySlug(slug); ok {
			served = append(served, m.ID)
		}
	}
	return people.NewOrganisation{
		Kind: people.Administration, Name: "Verwaltungsgemeinschaft Fuchstal", Slug: "verwaltungsgemeinschaft-fuchstal",
		MunicipalityIDs: served, Arms: "office", Mail: "vg@fuchstal.example", Verified: true,
		Description: "Das Rathaus für Fuchstal und Unterdießen.",
	}
}
