package news

// townTexts are what municipalities, parishes and schools say in the demo.
// {Sa+0} stands for a date, see dates.
var townTexts = []sampleText{
	{
		by: "gemeinde-fuchstal", town: "fuchstal", days: 0, hour: 8, topics: []string{"Bauen", "Beteiligung"},
		title: "Bebauungsplan „Am Mühlbach“ liegt aus: Sagen Sie uns Ihre Meinung",
		text: `Am östlichen Ortsrand von Leeder sollen 14 Bauplätze entstehen, vier davon für Mehrfamilienhäuser. Der Entwurf liegt bis {Mo+6} aus.

## So können Sie mitreden

- Ansehen: im Rathaus in Leeder, Zimmer 4, zu den Öffnungszeiten
- Fragen stellen: am {Do+1} von 16 bis 19 Uhr, der Planer ist da
- Stellung nehmen: schriftlich, per E-Mail oder persönlich im Bauamt

Jede Stellungnahme wird im Gemeinderat beraten. Sie bekommen eine Antwort.`,
		scene: "town-hall", alt: "Zeichnung eines Rathauses mit Uhrturm und Blumen an den Fenstern", place: "Rathaus Leeder", at: "leeder",
		plain: [2]string{"Neue Häuser in Leeder: Ihre Meinung ist wichtig", `Die Gemeinde plant neue Häuser in Leeder.
Sie können den Plan im Rathaus ansehen.
Das geht bis {Mo+6}.

## Was können Sie tun?

- Sie können den Plan ansehen.
- Sie können Fragen stellen.
- Sie können Ihre Meinung sagen.

Der Gemeinde-Rat liest alle Meinungen.
Sie bekommen eine Antwort.`},
		english: [2]string{"Development plan “Am Mühlbach”: have your say", `Fourteen building plots are planned on the eastern edge of Leeder. You can see the draft at the town hall in Leeder, room 4, until {mon+6}.

The planner answers questions on {thu+1} from 4 to 7 pm. You may comment in writing, by e-mail or in person. The council discusses every comment, and you will get a reply.`},
	},
	{
		by: "gemeinde-fuchstal", village: "leeder", streets: []string{"Kirchstraße", "Lindenstraße"}, days: 1, hour: 15, topics: []string{"Wasser"},
		title: "Kein Wasser in Kirchstraße und Lindenstraße am {Di+0}",
		text: `Die Wasserleitung wird am {Di+0} zwischen 8 und 12 Uhr erneuert. In dieser Zeit kommt in der Kirchstraße und in der Lindenstraße kein Wasser aus dem Hahn.

Bitte füllen Sie vorher ein paar Krüge. Danach kann das Wasser kurz trüb sein: Lassen Sie es einfach zwei Minuten laufen. Bei Fragen hilft der Wasserwart unter 030 23125 121.`,
		place: "Kirchstraße, Leeder", at: "leeder",
		plain: [2]string{"Kein Wasser am {Di+0}", `Die Wasser-Leitung wird erneuert.
Das betrifft die Kirchstraße und die Lindenstraße.
Von 8 bis 12 Uhr gibt es kein Wasser.

Füllen Sie vorher Wasser in Krüge.
Haben Sie Fragen?
Die Nummer ist 030 23125 121.`},
		english: [2]string{"No tap water in Kirchstraße and Lindenstraße on {tue+0}", `The water main will be renewed on {tue+0} between 8 am and noon. Please fill a few jugs beforehand. Afterwards the water may be cloudy for a moment: let it run for two minutes.`},
	},
	{
		by: "gemeinde-unterdiessen", town: "unterdiessen", days: 2, hour: 9, topics: []string{"Winterdienst", "Verkehr"},
		title: "Der Winterdienst ist bereit: So helfen Sie mit",
		text: `Der Bauhof hat den Schneepflug angebaut und 40 Tonnen Splitt eingelagert. Zuerst werden der Schulweg, die Bushaltestellen und die steilen Straßen geräumt.

## Das gehört zu Ihren Aufgaben

- Räumen und streuen Sie den Gehweg werktags von 7 bis 20 Uhr, sonntags ab 8 Uhr.
- Parken Sie so, dass der Pflug durchkommt: Er braucht 3,50 Meter.
- Streuen Sie Splitt oder Sand, bitte kein Salz.

Splitt gibt es kostenlos in den gelben Kisten an der Dorfstraße und am Kirchplatz. Wer nicht mehr selbst räumen kann, meldet sich im Rathaus. Wir finden jemanden.`,
		scene: "snow-plough", alt: "Zeichnung eines orangefarbenen Schneepflugs, der eine verschneite Straße räumt",
		plain: [2]string{"Schnee und Eis: Das müssen Sie tun", `Der Schnee-Pflug fährt wieder.
Auch Sie müssen helfen.

- Räumen Sie den Geh-Weg vor Ihrem Haus.
- Werktags ab 7 Uhr, sonntags ab 8 Uhr.
- Streuen Sie Sand oder Splitt.
- Streuen Sie kein Salz.

Können Sie nicht selbst räumen?
Rufen Sie im Rathaus an.
Wir helfen Ihnen.`},
		english: [2]string{"Winter service: what you need to know", `The snow plough clears the way to school, bus stops and steep roads first. Residents clear the pavement in front of their house from 7 am on weekdays and from 8 am on Sundays.

Please use grit or sand, not salt. Free grit is in the yellow boxes on Dorfstraße and Kirchplatz.`},
	},
	{
		by: "gemeinde-apfeldorf", village: "unterapfeldorf", streets: []string{"Kirchweg"}, days: 3, hour: 14, topics: []string{"Verkehr", "Bauen"},
		title: "Baustelle Kirchweg: halbseitig gesperrt bis {Fr+2}",
		text: `Im Kirchweg werden Leerrohre für das Glasfasernetz verlegt. Ab {Mo+0} ist immer nur eine Seite frei, eine Ampel regelt den Verkehr.

Zu Fuß und mit dem Rad kommen Sie jederzeit durch. Der Bus hält so lange am Dorfplatz. Müllabfuhr und Rettungsdienst wissen Bescheid.`,
		place: "Kirchweg, Unterapfeldorf", at: "unterapfeldorf", correction: "Die Sperrung dauert eine Woche länger als zuerst gemeldet, weil Rohre später geliefert werden.",
	},
	{
		by: "gemeinde-fuchstal", town: "fuchstal", days: 5, hour: 10, topics: []string{"Kinder", "Familie"},
		title: "Kita-Anmeldung für das nächste Jahr: ab {Mo+2}",
		text: `Wird Ihr Kind im kommenden Jahr ein, zwei oder drei Jahre alt? Dann melden Sie es jetzt für Krippe oder Kindergarten an, spätestens am {Fr+3}. Das gilt auch, wenn Sie nur wenige Stunden Betreuung brauchen.

Am {Sa+2} von 10 bis 13 Uhr stehen alle Häuser offen: Sie können spielen, schauen und mit dem Team reden. Die Zusagen kommen bis Ende März. Entscheidend ist nicht, wer zuerst kommt.`,
		scene: "playground", alt: "Zeichnung eines Spielplatzes mit Schaukel, Rutsche und spielenden Kindern",
		plain: [2]string{"Kinder-Garten: Melden Sie Ihr Kind an", `Sie möchten einen Platz im Kinder-Garten?
Melden Sie Ihr Kind jetzt an.
Das geht bis {Fr+3}.

Am {Sa+2} können Sie alle Häuser ansehen.
Von 10 bis 13 Uhr ist offen.`},
		english: [2]string{"Register your child for nursery or kindergarten", `If your child will be one, two or three years old next year, please register from {mon+2} to {fri+3}. All kindergartens are open to visitors on {sat+2} from 10 am to 1 pm. Places are not given on a first come, first served basis.`},
	},
	{
		by: "gemeinde-fuchstal", town: "fuchstal", days: 4, hour: 11, topics: []string{"Rathaus"},
		title: "Im Fundbüro warten drei Fahrräder und ein Teddybär",
		text: `Beim Herbstfest und an den Bushaltestellen ist einiges liegen geblieben. Im Fundbüro liegen zurzeit:

- ein rotes Kinderrad und zwei Herrenräder
- ein brauner Teddybär mit grünem Schal
- ein Schlüsselbund mit einem Kleeblatt
- eine Lesebrille im blauen Etui

Beschreiben Sie uns Ihren Fund oder Verlust einfach am Telefon: 030 23125 121. Der Teddy bekommt bis dahin einen Platz am Fenster.`,
		scene: "bus-stop", alt: "Zeichnung einer Bushaltestelle, an der jemand mit einer Tasche auf den gelben Bus wartet", place: "Rathaus Leeder", at: "leeder",
	},
	{
		by: "gemeinde-unterdiessen", village: "oberdiessen", days: 8, hour: 7, topics: []string{"Bauhof", "Natur"},
		title: "Der Bauhof pflanzt zwölf Linden an der Hauptstraße",
		text: `Am {Mi+0} pflanzt der Bauhof in Oberdießen zwölf junge Winterlinden. Sie ersetzen die Eschen, die im Sommer krank waren und gefällt werden mussten.

Wer mag, übernimmt eine Patenschaft: In trockenen Wochen braucht jeder Baum zwei Gießkannen am Abend. Melden Sie sich im Rathaus, ein Schild mit Ihrem Namen gibt es dazu.`,
		scene: "tree-planting", alt: "Zeichnung zweier Menschen, die mit Schaufel und Gießkanne einen jungen Baum pflanzen", place: "Hauptstraße, Oberdießen", at: "oberdiessen",
	},
	{
		by: "verwaltungsgemeinschaft-fuchstal", town: "fuchstal", days: 6, hour: 9, topics: []string{"Abfall"},
		title: "Wertstoffhof Leeder: samstags jetzt eine Stunde länger offen",
		text: `Viele von Ihnen haben es sich gewünscht: Ab {Sa+0} hat der Wertstoffhof samstags bis 13 Uhr offen.

## Öffnungszeiten im Winter

- Mittwoch von 15 bis 17 Uhr
- Freitag von 14 bis 17 Uhr
- Samstag von 9 bis 13 Uhr

Sperrmüll, Altmetall, Elektrogeräte und Grüngut bis zwei Kubikmeter nehmen wir ohne Gebühr an. Farben und Lacke gehören zum Giftmobil.`,
		scene: "waste-bins", alt: "Zeichnung dreier Mülltonnen mit braunem, blauem und gelbem Deckel vor einem Gartenzaun", place: "Wertstoffhof Leeder", at: "leeder",
		plain: [2]string{"Der Wertstoff-Hof hat länger offen", `Der Wertstoff-Hof in Leeder hat neue Zeiten.

- Mittwoch von 15 bis 17 Uhr
- Freitag von 14 bis 17 Uhr
- Samstag von 9 bis 13 Uhr

Das Abgeben kostet kein Geld.
Farben dürfen Sie hier nicht abgeben.`},
		english: [2]string{"Recycling yard in Leeder: open longer on Saturdays", `From {sat+0} the recycling yard stays open until 1 pm on Saturdays. It also opens on Wednesdays from 3 to 5 pm and on Fridays from 2 to 5 pm. Paint and varnish are not accepted here.`},
	},
	{
		by: "gemeinde-apfeldorf", town: "apfeldorf", days: 9, hour: 18, topics: []string{"Gemeinderat"},
		title: "Aus dem Gemeinderat: Ja zum Radweg, Nein zum neuen Parkplatz",
		text: `Der Gemeinderat hat am {Mo-3} getagt, 23 Zuhörerinnen und Zuhörer waren dabei.

## Beschlossen wurde

- Der Radweg nach Apfeldorfhausen wird geplant (einstimmig).
- Der Parkplatz am Uferweg wird nicht erweitert (8 zu 5 Stimmen).
- Die Vereine bekommen wie bisher 12.000 Euro im Jahr (einstimmig).

Das Protokoll hängt ab {Mo+0} am Rathaus aus. Die nächste Sitzung ist öffentlich, kommen Sie gern dazu.`,
		scene: "council", alt: "Zeichnung eines Sitzungssaals: Fünf Menschen beraten an einem großen Tisch unter einem Wappen",
	},
	{
		by: "gemeinde-apfeldorf", town: "apfeldorf", days: 12, hour: 10, topics: []string{"Nahversorgung", "Förderung"},
		title: "Der Dorfladen bekommt eine Förderung für die neue Kühlung",
		text: `Gute Nachricht für alle, die im Dorf einkaufen: Der Freistaat gibt 38.000 Euro für neue Kühlregale im Dorfladen. Die Gemeinde legt 10.000 Euro dazu.

Die alten Geräte sind 19 Jahre alt und brauchen viel Strom. Die neuen sparen etwa die Hälfte. Umgebaut wird im Januar, der Laden bleibt dabei offen.`,
		scene: "market", alt: "Zeichnung eines Marktstands mit rot-weißem Dach, an dem Obst und Gemüse verkauft werden", place: "Am Dorfplatz", at: "unterapfeldorf",
	},
	{
		by: "gemeinde-fuchstal", village: "asch", days: 15, hour: 9, topics: []string{"Friedhof"},
		title: "Friedhof Asch: Das Wasser wird abgestellt",
		text: `Vor dem Frost werden am {Fr+0} die Brunnen auf dem Friedhof in Asch abgestellt. Bis März steht Wasser nur am Hahn bei der Aussegnungshalle bereit.

Bitte räumen Sie Gießkannen und Schalen in das Regal am Eingang. Ab dem Frühjahr gibt es auch Plätze für Urnen unter den alten Bäumen. Wir beraten Sie gern und mit Zeit.`,
		place: "Friedhof Asch", at: "asch",
	},
	{
		by: "gemeinde-unterdiessen", village: "dornstetten", days: 18, hour: 16, topics: []string{"Energie", "Verkehr"},
		title: "Neue Straßenbeleuchtung: Dornstetten leuchtet wärmer und spart",
		text: `Alle 46 Laternen in Dornstetten haben jetzt sparsame LED-Lampen. Sie brauchen zwei Drittel weniger Strom und ihr warmes Licht stört Insekten weniger.

Zwischen 23 und 5 Uhr leuchten sie nur halb so hell. Ist es bei Ihnen zu dunkel oder zu hell? Sagen Sie es uns bis {Fr+3}, wir stellen jede Lampe einzeln nach.`,
		scene: "night-road", alt: "Zeichnung einer Dorfstraße bei Nacht: Eine Laterne wirft warmes Licht auf den Weg",
		place: "Dornstettener Straße", at: "dornstetten",
	},
	{
		by: "gemeinde-fuchstal", town: "fuchstal", days: 11, hour: 17, residents: true, topics: []string{"Rathaus", "Beteiligung"},
		title: "Nur für Angemeldete: Probieren Sie den neuen Bürgerservice aus",
		text: `Ab heute können Sie Urkunden, Hundesteuer und Anliegerbescheinigung von daheim aus erledigen. Sie gehören zu den Ersten, die das testen.

Was ist unklar, was dauert zu lang? Schreiben Sie uns bis {Mi+2}. Unter allen Rückmeldungen verlosen wir drei Gutscheine für den Dorfladen.`,
	},
	{
		by: "verwaltungsgemeinschaft-fuchstal", days: 21, hour: 8, topics: []string{"Rathaus"},
		title: "Das Rathaus hat am {Fr+1} geschlossen",
		text: `Am {Fr+1} ist das Rathaus in Leeder wegen einer Fortbildung geschlossen. Bei einem Sterbefall erreichen Sie uns unter 030 23125 100.

Ab {Mo+2} sind wir wieder wie gewohnt für Sie da.`,
		plain: [2]string{"Das Rathaus ist zu", `Am {Fr+1} ist das Rathaus geschlossen.
Ab {Mo+2} ist wieder offen.

Ist es sehr dringend?
Rufen Sie an: 030 23125 100.`},
	},
	{
		by: "gemeinde-fuchstal", village: "seestall", days: -2, hour: 7, topics: []string{"Verkehr", "Bauen"},
		title: "Lechbrücke: kurze Sperrung für die Brückenprüfung",
		text: `Alle sechs Jahre wird die Lechbrücke bei Seestall genau untersucht. Am {Mi+1} ist sie deshalb von 9 bis 11 Uhr gesperrt.

Die Umleitung über Dornstetten ist ausgeschildert. Der Schulbus fährt vorher und nachher wie immer.`,
		scene: "river", alt: "Zeichnung eines Flusses, der sich durch grüne Wiesen vor verschneiten Bergen schlängelt", place: "Lechbrücke Seestall", at: "seestall",
	},
	{
		by: "gemeinde-apfeldorf", town: "apfeldorf", days: 33, hour: 9, expires: -6, topics: []string{"Rathaus"},
		title: "Letzter Aufruf: Weihnachtsbaum für den Dorfplatz gesucht",
		text:  `Steht bei Ihnen eine Fichte, die weichen muss? Wir suchen einen Baum von acht bis zehn Metern für den Dorfplatz. Der Bauhof fällt und holt ihn kostenlos.`,
	},
	{
		by: "gemeinde-unterdiessen", town: "unterdiessen", days: 25, hour: 13, withdrawn: "Der Termin war falsch. Der richtige Termin wird neu bekannt gegeben.",
		topics: []string{"Rathaus"}, title: "Bürgersprechstunde im Rathaus",
		text: `Die Bürgersprechstunde findet am {Do+0} um 17 Uhr im Rathaus statt. Eine Anmeldung ist nicht nötig.`,
	},
	{
		by: "gemeinde-unterdiessen", town: "unterdiessen", days: 29, hour: 11, topics: []string{"Digitales"},
		title: "Glasfaser: In der Römerstraße wird ab {Mo+1} gegraben",
		text: `Der Ausbau geht weiter. Ab {Mo+1} werden in der Römerstraße und am Mühlweg Kabel verlegt, jedes Haus bekommt seinen Anschluss in etwa zwei Tagen.

Die Gehwege werden danach wiederhergestellt. Hat etwas gelitten? Machen Sie ein Foto und schicken Sie es dem Bauamt, wir kümmern uns darum.`,
		place: "Römerstraße, Unterdießen", at: "unterdiessen",
	},
	{
		by: "pfarrei-leeder", village: "leeder", days: 7, hour: 12, topics: []string{"Kirche", "Advent"},
		title: "Adventsfenster: 24 Abende, 24 erleuchtete Häuser",
		text: `Im Dezember öffnet in Leeder jeden Abend um 18 Uhr ein anderes Fenster. Wir singen ein Lied, hören eine kurze Geschichte und wärmen uns am Punsch.

Fünf Abende sind noch frei. Wer ein Fenster gestalten möchte, trägt sich in der Pfarrbücherei ein. Bringen Sie bitte eine eigene Tasse mit.`,
		scene: "church-winter", alt: "Zeichnung einer Dorfkirche mit hell erleuchteten Fenstern in einer verschneiten Mondnacht", place: "Pfarrkirche Leeder", at: "leeder",
	},
	{
		by: "pfarrei-leeder", village: "leeder", days: 20, hour: 10, topics: []string{"Bücherei", "Familie"},
		title: "Die Pfarrbücherei hat 120 neue Bücher und eine Vorlesestunde",
		text: `Dank Ihrer Spenden stehen 120 neue Bücher, Hörspiele und Spiele im Regal. Ausleihen kostet nichts, eine Karte bekommen Sie sofort.

Jeden Mittwoch um 15.30 Uhr lesen wir für Kinder ab vier Jahren vor. Eltern und Großeltern bekommen derweil einen Kaffee.`,
		scene: "library", alt: "Zeichnung eines vollen Bücherregals, im untersten Fach sitzt eine grüne Stofffigur",
		plain: [2]string{"Neue Bücher in der Pfarr-Bücherei", `Es gibt 120 neue Bücher und Spiele.
Das Ausleihen kostet kein Geld.

Jeden Mittwoch lesen wir Kindern vor.
Beginn ist um 15.30 Uhr.
Kommen Sie gern vorbei.`},
	},
	{
		by: "pfarrei-apfeldorf", town: "apfeldorf", days: 16, hour: 19, topics: []string{"Kirche", "Musik"},
		title: "Der Kirchenchor sucht Stimmen für das Krippensingen",
		text: `Für das Krippensingen am vierten Advent suchen wir Männer, Frauen und Kinder, die gern singen. Noten lesen muss niemand können.

Wir proben donnerstags um 19.30 Uhr im Pfarrheim, zum ersten Mal am {Do+0}. Nach der Probe sitzen wir noch zusammen.`,
	},
	{
		by: "grundschule-lindenplatz", town: "fuchstal", days: 10, hour: 13, topics: []string{"Schule", "Ehrenamt"},
		title: "Wer liest mit uns? Lesepatinnen und Lesepaten gesucht",
		text: `Eine halbe Stunde in der Woche, ein Kind und ein gutes Buch: Mehr braucht es nicht. Unsere Erst- und Zweitklässler freuen sich auf Menschen mit Geduld.

Am {Di+1} um 10 Uhr zeigen wir Ihnen, wie es geht. Sie brauchen ein Führungszeugnis, das für Ehrenamtliche kostenlos ist. Wir helfen beim Antrag.`,
		scene: "school", alt: "Zeichnung eines Schulhauses mit Uhr, vor dem Kinder auf den Eingang zulaufen", place: "Grundschule am Lindenplatz", at: "leeder",
		english: [2]string{"Reading partners wanted at the primary school", `Half an hour a week, one child and one good book: that is all it takes. Come to our introduction on {tue+1} at 10 am. Volunteers need a certificate of good conduct, which is free, and we help you apply.`},
	},
	{
		by: "kinderhaus-regenbogen", town: "unterdiessen", days: 27, hour: 14, topics: []string{"Kinder", "Familie"},
		title: "Kinderkleidung und Spielzeug: Der Basar sucht noch Helfer",
		text: `Am {Sa+3} ist Basar im Gemeindesaal. Für den Aufbau ab 8 Uhr und für den Kuchenstand fehlen uns noch helfende Hände.

Helferinnen und Helfer dürfen schon eine Stunde früher einkaufen. Der Erlös geht an den Waldtag.`,
	},
}
