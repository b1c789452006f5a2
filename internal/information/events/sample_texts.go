package events

import (
	"time"

	"dorflinde/internal/bulletin"
)

// hours and days as lengths, for short lines.
const (
	hour     = time.Hour
	wholeDay = 24 * time.Hour
)

// sampleTexts are the hand-written events of the demo: some fixed to days of
// the year, the others around the present.
var sampleTexts = []sampleText{
	{
		by: "musikverein-leeder", title: "Musikprobe", week: -8, day: time.Friday, hour: 20, length: 2 * hour, repeat: Repeat{Every: Weekly},
		text:    "Wir proben jeden Freitag. Wer ein Instrument spielt oder lernen will, schaut einfach vorbei. Leihinstrumente haben wir genug.",
		village: "leeder", place: "Probenraum am Dorfplatz", topics: []string{"Musik"}, access: []string{"step_free", "accessible_toilet"},
		cancelled: []int{11}, moved: map[int]int{9: -24}, reason: "Im Probenraum wird an diesem Abend das Licht repariert.",
		scene: "brass-band", alt: "Zeichnung einer kleinen Blaskapelle mit Tuba, Trompeten und Trommel auf einer Wiese",
		plain: [2]string{"Musik-Probe", "Wir machen zusammen Musik. Das ist jeden Freitag um 20 Uhr. Alle dürfen kommen. Wir haben Instrumente zum Ausleihen."},
	},
	{
		by: "dorfladen-apfeldorf", title: "Wochenmarkt am Dorfladen", week: -12, day: time.Saturday, hour: 8, length: 4 * hour, repeat: Repeat{Every: Weekly},
		text:    "Gemüse, Käse, Brot und Honig von Höfen aus der Umgebung. Den Kaffee dazu gibt es im Laden.",
		village: "unterapfeldorf", place: "Dorfladen Apfeldorf", topics: []string{"Markt"}, costs: "Eintritt frei", access: []string{"step_free", "disabled_parking", "guide_dog"},
		scene: "market", alt: "Zeichnung von Marktständen mit Obst und Gemüse unter bunten Dächern",
		plain:   [2]string{"Markt am Dorf-Laden", "Jeden Samstag ist Markt. Es gibt Gemüse, Käse und Brot. Der Markt geht von 8 Uhr bis 12 Uhr."},
		english: [2]string{"Weekly market at the village shop", "Vegetables, cheese, bread and honey from farms nearby, every Saturday morning."},
	},
	{
		by: "gemeinde-fuchstal", title: "Adventsmarkt am Marktplatz", on: "12-05", hour: 14, length: 30 * hour,
		text:    "Zwei Tage lang duftet es nach Lebkuchen und gebrannten Mandeln. Vereine und Handwerker verkaufen, was sie selbst gemacht haben.\n\n## Das Programm\n\n- Samstag, 15 Uhr: Kinderchor der Grundschule\n- Samstag, 17 Uhr: Der Nikolaus kommt\n- Sonntag, 16 Uhr: Bläser vom Kirchturm",
		village: "leeder", place: "Marktplatz Leeder", topics: []string{"Advent", "Markt"}, costs: "Eintritt frei", access: []string{"step_free", "accessible_toilet", "disabled_parking", "guide_dog"},
		scene: "church-winter", alt: "Zeichnung einer verschneiten Dorfkirche, vor der Menschen mit Laternen gehen",
		plain:   [2]string{"Advents-Markt", "Auf dem Markt-Platz ist ein Markt. Der Markt ist zwei Tage lang. Es gibt Lebkuchen und Musik. Der Nikolaus kommt auch."},
		english: [2]string{"Advent market", "Two days of gingerbread, crafts and music on the market square. St Nicholas visits on Saturday at five."},
	},
	{
		by: "musikverein-leeder", title: "Adventskonzert in der Pfarrkirche", on: "12-06", hour: 17, length: 2 * hour,
		text:    "Festliche Bläsermusik von Bach bis heute. Nach dem Konzert gibt es Glühwein und Kinderpunsch vor der Kirche.",
		village: "leeder", place: "Pfarrkirche Leeder", address: "Kirchstraße, Leeder", topics: []string{"Musik", "Advent"}, costs: "Eintritt frei, Spenden für die Jugendkapelle",
		access: []string{"step_free", "induction_loop", "wheelchair_space", "companion_free"}, contact: "Vroni Verein", phone: "08243 000-20",
		plan: &Plan{Capacity: 80, MaxGuests: 6}, registered: 77,
		scene: "church-winter", alt: "Zeichnung einer verschneiten Kirche am Abend mit erleuchteten Fenstern",
		plain: [2]string{"Konzert in der Kirche", "Eine Blas-Kapelle spielt in der Kirche. Das Konzert kostet nichts. Bitte melden Sie sich an."},
	},
	{
		by: "seniorenkreis-apfeldorf", title: "Plätzchen backen mit Kindern", week: 1, day: time.Wednesday, hour: 14, minute: 30, length: 3 * hour,
		text:    "Großeltern und Enkel backen zusammen, auch solche, die sich erst an diesem Nachmittag kennenlernen. Schürze bitte mitbringen.",
		village: "unterapfeldorf", place: "Pfarrheim Apfeldorf", topics: []string{"Kinder", "Senioren"}, costs: "3 Euro für Zutaten", access: []string{"step_free", "accessible_toilet", "quiet_room"},
		plan: &Plan{Capacity: 16, MaxGuests: 4}, registered: 19,
	},
	{
		by: "theaterfreunde-oberdiessen", title: "Der verschwundene Bürgermeister", week: 2, day: time.Saturday, hour: 19, minute: 30, length: 150 * time.Minute,
		text:    "Ein Lustspiel in drei Akten. Niemand hat ihn gesehen, alle haben einen Verdacht. In der Pause gibt es Brote und Getränke.",
		village: "oberdiessen", place: "Kleine Bühne Oberdießen", topics: []string{"Kultur"}, costs: "8 Euro, Kinder 4 Euro", access: []string{"step_free", "wheelchair_space", "companion_free"},
		plan: &Plan{Capacity: 90, MaxGuests: 8}, registered: 41, scene: "hall-lanterns", alt: "Zeichnung einer Festhalle am Abend mit bunten Lampions",
	},
	{
		by: "theaterfreunde-oberdiessen", title: "Kindertheater: Der Wolf und die Sterne", week: 3, day: time.Sunday, hour: 15, length: hour,
		text:    "Für Kinder ab vier Jahren. Wir spielen leise und ohne Knall, wer Pause braucht, geht kurz hinaus.",
		village: "oberdiessen", place: "Kleine Bühne Oberdießen", topics: []string{"Kinder", "Kultur"}, costs: "3 Euro", access: []string{"step_free", "quiet_room", "easy_language"},
		status: bulletin.Cancelled, reason: "Zwei aus dem Ensemble sind krank. Wir suchen einen neuen Termin.",
	},
	{
		by: "gemeinde-unterdiessen", title: "Bürgerversammlung", week: 2, day: time.Thursday, hour: 19, length: 2 * hour, status: bulletin.Moved, movedFrom: 7,
		reason:  "Der Saal war doppelt belegt.",
		text:    "Der Bürgermeister berichtet über das vergangene Jahr und beantwortet Ihre Fragen. Anträge können Sie bis zwei Tage vorher im Rathaus abgeben.",
		village: "unterdiessen", place: "Gasthof zur Alten Linde", topics: []string{"Gemeinde"}, access: []string{"step_free", "induction_loop", "accessible_toilet", "sign_language"},
		scene: "council", alt: "Zeichnung von Menschen, die um einen großen Tisch sitzen und reden",
		plain: [2]string{"Bürger-Versammlung", "Der Bürgermeister erzählt: Was hat die Gemeinde gemacht? Sie können Fragen stellen. Der Tag ist neu."},
	},
	{
		by: "feuerwehr-asch", title: "Übung der Aktiven", week: -6, day: time.Tuesday, hour: 19, minute: 30, length: 2 * hour, repeat: Repeat{Every: Weekly, Step: 2},
		text:    "Jeden zweiten Dienstag. Wer mitmachen will, kommt einfach dazu. Zuschauen ist erlaubt.",
		village: "asch", place: "Feuerwehrhaus Asch", topics: []string{"Feuerwehr"}, scene: "fire-station", alt: "Zeichnung eines Feuerwehrhauses mit rotem Löschfahrzeug davor",
	},
	{
		by: "feuerwehr-unterdiessen", title: "Christbaumsammlung", on: "01-09", allDay: true, length: wholeDay,
		text: "Bitte legen Sie den Baum ohne Schmuck bis 8 Uhr an die Straße. Die Jugendgruppe freut sich über eine Spende.", village: "unterdiessen", place: "Unterdießen", topics: []string{"Feuerwehr"},
	},
	{
		by: "feuerwehr-apfeldorf", title: "Tag der offenen Tür", week: -5, day: time.Sunday, hour: 10, length: 7 * hour,
		text:    "Fahrzeuge anschauen, selbst löschen, Rundfahrten für Kinder. Mittags gibt es Steckerlfisch.",
		village: "unterapfeldorf", place: "Feuerwehrhaus Apfeldorf", topics: []string{"Feuerwehr"}, costs: "Eintritt frei", access: []string{"step_free", "accessible_toilet"},
	},
	{
		by: "sportverein-leeder-asch", title: "Lauftreff", week: -4, day: time.Monday, hour: 18, minute: 30, length: 75 * time.Minute, repeat: Repeat{Every: Weekly, Days: []time.Weekday{time.Monday, time.Thursday}},
		text: "Zwei Gruppen, eine langsam, eine schneller. Im Winter bitte mit Stirnlampe.", village: "asch", place: "Sportheim Asch", topics: []string{"Sport"}, costs: "für Mitglieder frei",
	},
	{
		by: "sportverein-leeder-asch", title: "Hallenturnier der Jugend", week: 6, day: time.Saturday, hour: 9, length: 8 * hour,
		text:    "Acht Mannschaften aus der Region. Die Eltern verkaufen Kuchen.",
		village: "asch", place: "Mehrzweckhalle Asch", topics: []string{"Sport", "Jugend"}, costs: "2 Euro", access: []string{"step_free", "accessible_toilet", "disabled_parking"},
		scene: "sports-field", alt: "Zeichnung eines Fußballplatzes, auf dem Kinder vor dem Tor spielen",
	},
	{
		by: "trachtenverein-asch", title: "Volkstanzkurs für Anfänger", week: 1, day: time.Wednesday, hour: 20, length: 90 * time.Minute, repeat: Repeat{Every: Weekly, Count: 6},
		text:    "Sechs Abende: Landler, Boarischer, Zwiefacher. Ohne Tracht, ohne Partner, mit viel Spaß.",
		village: "asch", place: "Vereinsheim Asch", topics: []string{"Brauchtum"}, costs: "30 Euro für alle Abende", plan: &Plan{Capacity: 24, MaxGuests: 2}, registered: 15,
	},
	{
		by: "trachtenverein-asch", title: "Maibaumfest", on: "05-01", hour: 10, length: 10 * hour,
		text:    "Um 13 Uhr wird der Baum mit Schwaiberln aufgestellt. Bei Regen feiern wir in der Halle.",
		village: "asch", place: "Floriansplatz, Asch", topics: []string{"Brauchtum"}, costs: "Eintritt frei", access: []string{"step_free", "guide_dog"},
		scene: "maypole", alt: "Zeichnung eines weiß-blauen Maibaums mit zwei Kränzen auf dem Dorfplatz",
	},
	{
		by: "landjugend-unterdiessen", title: "Sommerfest am Schlossberg", on: "07-16", allDay: true, length: 3 * wholeDay,
		text:    "Drei Tage Musik, Spiele und gutes Essen.\n\n- Freitag: Bandabend\n- Samstag: Familientag mit Seifenkistenrennen\n- Sonntag: Gottesdienst und Frühschoppen",
		village: "unterdiessen", place: "Festwiese am Schlossberg", topics: []string{"Jugend", "Fest"}, costs: "Freitag 8 Euro, sonst frei", access: []string{"step_free", "accessible_toilet", "wheelchair_space", "companion_free"},
		plain: [2]string{"Sommer-Fest", "Das Fest dauert drei Tage. Es gibt Musik und Essen. Samstag ist für Familien."},
	},
	{
		by: "landjugend-unterdiessen", title: "Winterwanderung mit Fackeln", week: 7, day: time.Friday, hour: 18, length: 3 * hour,
		text:    "Etwa fünf Kilometer zum Lech und zurück. Am Feuer gibt es heißen Tee. Bitte feste Schuhe anziehen.",
		village: "unterdiessen", place: "Treffpunkt Kirchplatz", topics: []string{"Jugend"}, costs: "Eintritt frei", scene: "night-road", alt: "Zeichnung einer verschneiten Straße bei Nacht mit warmen Lichtern",
	},
	{
		by: "gartenbauverein-seestall", title: "Obstbäume richtig schneiden", week: 5, day: time.Saturday, hour: 10, length: 3 * hour,
		text:    "Wir zeigen es an jungen und an alten Bäumen. Eigene Scheren bitte mitbringen.",
		village: "seestall", place: "Lehrgarten an der Kirche", topics: []string{"Garten"}, costs: "für Mitglieder frei, sonst 5 Euro", plan: &Plan{Capacity: 20}, registered: 12,
		scene: "tree-planting", alt: "Zeichnung von Menschen, die sich im Garten um einen jungen Obstbaum kümmern",
	},
	{
		by: "gartenbauverein-seestall", title: "Pflanzentausch", on: "04-24", hour: 14, length: 3 * hour,
		text: "Bringen Sie mit, was zu viel ist, und nehmen Sie mit, was fehlt. Übrig bleibt nie etwas.", village: "seestall", place: "Lehrgarten an der Kirche", topics: []string{"Garten"}, costs: "Eintritt frei",
	},
	{
		by: "helferkreis-nachbarschaft", title: "Handysprechstunde", week: -3, day: time.Tuesday, hour: 14, length: 2 * hour, repeat: Repeat{Every: Weekly},
		text:    "Jugendliche helfen geduldig bei Fragen zu Handy und Tablet. Keine Frage ist zu einfach.",
		village: "leeder", place: "Bücherei Leeder", topics: []string{"Senioren", "Nachbarschaft"}, costs: "Eintritt frei", access: []string{"step_free", "quiet_room", "easy_language"},
		scene: "library", alt: "Zeichnung einer kleinen Bücherei mit vollen Regalen und einem Lesesessel",
		plain: [2]string{"Hilfe mit dem Handy", "Haben Sie Fragen zu Ihrem Handy? Junge Leute helfen Ihnen. Das ist jeden Dienstag. Es kostet nichts."},
	},
	{
		by: "helferkreis-nachbarschaft", title: "Repaircafé", week: -9, day: time.Saturday, hour: 14, length: 3 * hour, repeat: Repeat{Every: MonthlyWeekday},
		text: "Kaputtes mitbringen, Heiles mitnehmen. Ersatzteile und Kuchen gegen Spende.", village: "leeder", place: "Werkraum der Grundschule", topics: []string{"Nachbarschaft"}, costs: "Spende erbeten", access: []string{"step_free"},
	},
	{
		by: "seniorenkreis-apfeldorf", title: "Seniorennachmittag", week: -10, day: time.Thursday, hour: 14, length: 3 * hour, repeat: Repeat{Every: MonthlyWeekday},
		text:    "Kaffee, Kuchen und jedes Mal ein kleines Programm. Wer abgeholt werden möchte, ruft am Vortag an.",
		village: "oberapfeldorf", place: "Pfarrheim Apfeldorf", topics: []string{"Senioren"}, contact: "Fahrdienst", phone: "08869 000-31", costs: "5 Euro", access: []string{"step_free", "accessible_toilet", "induction_loop", "companion_free"},
		plain: [2]string{"Nachmittag für ältere Menschen", "Wir trinken Kaffee und essen Kuchen. Wir holen Sie ab. Bitte rufen Sie einen Tag vorher an."},
	},
	{
		by: "pfarrei-leeder", title: "Kindermette", on: "12-24", hour: 16, length: hour,
		text: "Mit Krippenspiel. Bitte kommen Sie rechtzeitig, die Kirche wird voll.", village: "leeder", place: "Pfarrkirche Leeder", topics: []string{"Kirche", "Kinder"}, access: []string{"step_free", "induction_loop"},
	},
	{
		by: "pfarrei-leeder", title: "Bücherflohmarkt der Pfarrbücherei", week: 0, day: time.Sunday, hour: 10, minute: 30, length: 4 * hour,
		text: "Romane, Krimis, Kinderbücher: drei Stück für zwei Euro. Der Erlös ist für neue Hörbücher.", village: "leeder", place: "Pfarrheim Leeder", topics: []string{"Kultur"}, access: []string{"step_free"},
	},
	{
		by: "pfarrei-apfeldorf", title: "Taizé-Gebet", week: -7, day: time.Sunday, hour: 19, length: hour, repeat: Repeat{Every: MonthlyWeekday},
		text: "Kerzen, Stille und Lieder, die man sofort mitsingen kann.", village: "unterapfeldorf", place: "Pfarrkirche Apfeldorf", topics: []string{"Kirche"},
	},
	{
		by: "pfarrei-apfeldorf", title: "Sternsinger unterwegs", on: "01-05", allDay: true, length: 2 * wholeDay,
		text: "Die Kinder kommen in alle Häuser. Wer keinen Besuch möchte oder sicher einen wünscht, sagt kurz im Pfarrbüro Bescheid.", village: "unterapfeldorf", place: "Alle Ortsteile", topics: []string{"Kirche", "Kinder"},
	},
	{
		by: "grundschule-lindenplatz", title: "Schuleinschreibung", on: "03-10", hour: 14, length: 3 * hour,
		text: "Bitte bringen Sie die Geburtsurkunde und das gelbe Untersuchungsheft mit. Ihr Kind darf in der Zeit ein Klassenzimmer entdecken.", village: "leeder", place: "Grundschule am Lindenplatz", topics: []string{"Schule"}, access: []string{"step_free", "accessible_toilet"},
		scene: "school", alt: "Zeichnung eines Schulhauses mit Kindern auf dem Pausenhof",
	},
	{
		by: "grundschule-lindenplatz", title: "Laternenumzug", on: "11-11", hour: 17, length: 90 * time.Minute,
		text: "Wir ziehen mit selbst gebastelten Laternen zur Kirche. Danach gibt es Kinderpunsch im Schulhof.", village: "leeder", place: "Grundschule am Lindenplatz", topics: []string{"Kinder"}, costs: "Eintritt frei",
	},
	{
		by: "kinderhaus-regenbogen", title: "Elterncafé im Kinderhaus", week: 1, day: time.Tuesday, hour: 8, length: 90 * time.Minute, repeat: Repeat{Every: MonthlyWeekday, Count: 8},
		text: "Nach dem Bringen bleiben und andere Eltern kennenlernen.", village: "unterdiessen", place: "Kinderhaus Regenbogen", topics: []string{"Familie"}, access: []string{"step_free", "accessible_toilet"},
	},
	{
		by: "kinderhaus-regenbogen", title: "Basar rund ums Kind", week: -2, day: time.Saturday, hour: 13, length: 2 * hour,
		text: "Kleidung, Spielzeug und Fahrräder. Schwangere dürfen schon um 12.30 Uhr hinein.", village: "unterdiessen", place: "Mehrzweckhalle Unterdießen", topics: []string{"Familie", "Markt"}, costs: "Eintritt frei", access: []string{"step_free"},
		scene: "playground", alt: "Zeichnung eines Spielplatzes mit Rutsche und Schaukel",
	},
	{
		by: "buergerenergie-lech", title: "Wie wir Strom selber machen", week: 4, day: time.Thursday, hour: 19, minute: 30, length: 2 * hour,
		text:    "Sonne auf dem Dach, Anteile am Windrad, Wärme aus dem Dorf: Was sich lohnt und wie man mitmacht.",
		village: "unterdiessen", place: "Gasthof zur Alten Linde", topics: []string{"Energie"}, costs: "Eintritt frei", access: []string{"step_free", "captions", "induction_loop"},
		scene: "wind-solar", alt: "Zeichnung von Windrädern und Solardächern über grünen Hügeln",
	},
	{
		by: "gemeinde-fuchstal", title: "Sitzung des Gemeinderats Fuchstal", week: -14, day: time.Tuesday, hour: 19, length: 3 * hour, repeat: Repeat{Every: MonthlyWeekday},
		text:    "Öffentliche Sitzung. Zuhören dürfen alle, Fragen beantworten wir danach gern.",
		village: "leeder", place: "Rathaus Leeder, Sitzungssaal", topics: []string{"Gemeinde"}, access: []string{"step_free", "induction_loop", "accessible_toilet"},
		scene: "town-hall", alt: "Zeichnung eines kleinen Rathauses mit Fahnen und Blumenkästen",
	},
	{
		by: "gemeinde-apfeldorf", title: "Neubürgerabend", week: 5, day: time.Friday, hour: 19, length: 2 * hour,
		text:    "Wer neu hier ist, lernt an einem Abend Vereine, Nachbarn und die Bürgermeisterin kennen. Kinder sind willkommen.",
		village: "unterapfeldorf", place: "Gemeindesaal Apfeldorf", topics: []string{"Gemeinde"}, costs: "Eintritt frei", access: []string{"step_free", "accessible_toilet", "easy_language"},
		plan: &Plan{MaxGuests: 6}, registered: 23, scene: "village-lime", alt: "Zeichnung einer großen Dorflinde mit einer Bank, auf der Menschen sitzen",
		english: [2]string{"Evening for newcomers", "Meet the clubs, your neighbours and the mayor. Children are welcome, and somebody will interpret into English."},
		plain:   [2]string{"Abend für neue Leute", "Sind Sie neu im Dorf? Dann kommen Sie zu uns. Wir zeigen Ihnen alles."},
	},
	{
		by: "verwaltungsgemeinschaft-fuchstal", title: "Beratung zur Rente", week: 1, day: time.Thursday, hour: 9, length: 3 * hour,
		text: "Mit Termin, jeweils 20 Minuten. Bitte bringen Sie Ausweis und Rentenversicherungsnummer mit.", village: "leeder", place: "Rathaus Leeder", topics: []string{"Gemeinde"}, access: []string{"step_free", "quiet_room"}, plan: &Plan{Capacity: 9}, registered: 8,
	},
	{
		by: "baeckerei-morgenrot", title: "Brotbacken für Neugierige", week: 3, day: time.Saturday, hour: 13, length: 4 * hour,
		text: "Sauerteig ansetzen, kneten, formen, backen. Jeder nimmt ein eigenes Brot mit nach Hause.", village: "leeder", place: "Bäckerei Morgenrot", topics: []string{"Handwerk"}, costs: "25 Euro", plan: &Plan{Capacity: 8, MaxGuests: 2}, registered: 7,
	},
	{
		by: "hofladen-lindenhof", title: "Hofführung am Lindenhof", week: -1, day: time.Saturday, hour: 14, length: 2 * hour,
		text: "Kühe, Hühner und die Kartoffelsortierung. Danach gibt es frische Buttermilch.", village: "asch", place: "Lindenhof", topics: []string{"Landwirtschaft"}, costs: "Eintritt frei", access: []string{"guide_dog"},
	},
	{
		by: "gasthof-alte-linde", title: "Wirtshaussingen", week: -11, day: time.Friday, hour: 19, minute: 30, length: 3 * hour, repeat: Repeat{Every: MonthlyWeekday},
		text: "Alte und neue Lieder, Texthefte liegen aus. Wer ein Instrument hat, bringt es mit.", village: "unterdiessen", place: "Gasthof zur Alten Linde", topics: []string{"Musik", "Geselliges"}, costs: "Eintritt frei", access: []string{"step_free"},
	},
	{
		by: "hausarztpraxis-dorfbach", title: "Vortrag: Gut schlafen im Alter", week: 2, day: time.Tuesday, hour: 18, length: 90 * time.Minute,
		text: "Eine halbe Stunde Vortrag, eine Stunde für Ihre Fragen.", village: "leeder", place: "Pfarrheim Leeder", topics: []string{"Gesundheit"}, costs: "Eintritt frei", access: []string{"step_free", "induction_loop", "captions"},
	},
	{
		by: "linden-apotheke", title: "Kräuterspaziergang", on: "05-22", hour: 15, length: 2 * hour,
		text: "Was am Wegrand wächst und wogegen es hilft. Der Weg ist eben, auch für Kinderwagen.", village: "leeder", place: "Treffpunkt Linden-Apotheke", topics: []string{"Gesundheit"}, costs: "3 Euro", access: []string{"step_free"},
	},
	{
		by: "musikverein-leeder", title: "Neujahrsanspielen", on: "12-30", hour: 9, length: 8 * hour,
		text: "Die Kapelle zieht von Haus zu Haus und wünscht ein gutes neues Jahr.", village: "leeder", place: "Ganz Leeder", topics: []string{"Musik", "Brauchtum"},
	},
	{
		by: "musikverein-leeder", title: "Herbstkonzert", week: -3, day: time.Saturday, hour: 20, length: 2 * hour,
		text: "Filmmusik und Polka. Die Jugendkapelle eröffnet den Abend.", village: "leeder", place: "Mehrzweckhalle Leeder", topics: []string{"Musik"}, costs: "8 Euro, bis 16 Jahre frei", access: []string{"step_free", "wheelchair_space", "companion_free"},
		scene: "brass-band", alt: "Zeichnung einer Blaskapelle auf der Bühne",
	},
}
