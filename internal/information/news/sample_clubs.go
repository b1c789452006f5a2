package news

// clubTexts are what clubs, fire brigades and businesses say in the demo.
var clubTexts = []sampleText{
	{
		by: "musikverein-leeder", village: "leeder", days: 0, hour: 7, topics: []string{"Musik", "Jugend"},
		title: "Blasmusik zum Ausprobieren: Wir suchen Nachwuchs",
		text: `Trompete, Klarinette oder doch die große Trommel? Am {Sa+0} von 14 bis 17 Uhr dürfen Kinder und Erwachsene im Probenraum alles ausprobieren.

Leihinstrumente haben wir genug, das erste Vierteljahr Unterricht kostet nichts. Es gibt Kuchen, und unsere Jugendkapelle spielt um 15 Uhr. Auch wer vor 30 Jahren aufgehört hat, ist willkommen.`,
		scene: "brass-band", alt: "Zeichnung einer kleinen Blaskapelle mit Tuba, Trompeten und Trommel auf einer Wiese", place: "Probenraum am Dorfplatz", at: "leeder",
		plain: [2]string{"Musik machen: Probieren Sie es aus", `Der Musik-Verein lädt ein.
Sie können Instrumente ausprobieren.
Das ist am {Sa+0} von 14 bis 17 Uhr.

Kinder und Erwachsene dürfen kommen.
Sie brauchen kein eigenes Instrument.
Das Ausprobieren kostet kein Geld.`},
		english: [2]string{"Come and try an instrument", `Our brass band invites children and adults to try trumpet, clarinet or drums on {sat+0} from 2 to 5 pm. You can borrow an instrument, and the first three months of lessons are free.`},
	},
	{
		by: "sportverein-leeder-asch", village: "asch", days: 1, hour: 19, topics: []string{"Sport"},
		title: "Hallenzeiten im Winter: Das ist neu",
		text: `Die Mehrzweckhalle ist wieder voll belegt. Drei Gruppen haben neue Zeiten:

- Kinderturnen: montags um 16 Uhr statt um 15 Uhr
- Rückengymnastik: mittwochs um 18.30 Uhr
- Tischtennis für alle: freitags um 19 Uhr

Ganz neu ist „Fit im Stuhl“ am Dienstag um 10 Uhr, für alle, die im Sitzen beweglich bleiben wollen. Schnuppern kostet nichts.`,
		scene: "sports-field", alt: "Zeichnung eines Fußballplatzes: Zwei Kinder spielen vor dem Tor", place: "Mehrzweckhalle Asch", at: "asch",
	},
	{
		by: "feuerwehr-asch", town: "fuchstal", days: 2, hour: 20, topics: []string{"Feuerwehr", "Ehrenamt"},
		title: "Jahresbilanz der Feuerwehr: 61 Einsätze und fünf neue Gesichter",
		text: `61 Mal ging in diesem Jahr der Melder: 14 Brände, 32 technische Hilfen und 15 Mal Sturm und Wasser. Zusammen waren das 870 Stunden, alle freiwillig.

Besonders freuen wir uns über fünf Neue, darunter zwei Quereinsteiger über vierzig. Wer hineinschnuppern will, kommt am {Di+0} um 19.30 Uhr zur Übung ins Feuerwehrhaus.`,
		scene: "fire-station", alt: "Zeichnung eines Feuerwehrhauses mit Schlauchturm, davor steht ein rotes Löschfahrzeug", place: "Feuerwehrhaus Asch", at: "asch",
		plain: [2]string{"Die Feuer-Wehr hat viel geholfen", `Die Feuer-Wehr hatte 61 Einsätze in diesem Jahr.
Alle helfen freiwillig.

Möchten Sie mitmachen?
Kommen Sie zur nächsten Übung.
Sie ist am {Di+0} um 19.30 Uhr.`},
	},
	{
		by: "trachtenverein-asch", village: "asch", days: 13, hour: 18, topics: []string{"Brauchtum"},
		title: "Der neue Maibaum ist ausgesucht",
		text: `31 Meter hoch und kerzengerade: Im Ascher Gemeindewald haben wir die Fichte für den nächsten Maibaum gefunden. Geschlagen wird sie bei Vollmond im Januar.

Für das Schnitzen der neuen Zunfttafeln suchen wir noch zwei Leute mit ruhiger Hand. Und wie immer gilt: Den Lagerplatz verraten wir nicht.`,
		scene: "maypole", alt: "Zeichnung eines weiß-blauen Maibaums mit zwei Kränzen auf dem Dorfplatz, davor stehen Menschen", place: "Floriansplatz, Asch", at: "asch",
	},
	{
		by: "gartenbauverein-seestall", village: "seestall", days: 14, hour: 8, topics: []string{"Garten"},
		title: "2.400 Liter Apfelsaft: Danke für ein gutes Jahr an der Obstpresse",
		text: `An sechs Samstagen habt ihr uns fast vier Tonnen Äpfel und Birnen gebracht. Daraus wurden 2.400 Liter Saft, davon 300 für Kindergarten und Schule.

Die Presse ist geputzt und schläft bis September. Wer seine Bäume jetzt schneiden will, ist am {Sa+1} um 13 Uhr beim Schnittkurs im Lehrgarten richtig.`,
		scene: "tree-planting", alt: "Zeichnung von Menschen im Garten, die sich um einen jungen Obstbaum kümmern", place: "Lehrgarten an der Kirche", at: "seestall",
	},
	{
		by: "landjugend-unterdiessen", town: "unterdiessen", days: 3, hour: 17, topics: []string{"Abfall", "Jugend"},
		title: "Altpapier: Die Landjugend sammelt am {Sa+0}",
		text: `Am {Sa+0} ab 8 Uhr fahren wir mit Traktor und Anhänger durch Unterdießen, Oberdießen und Dornstetten. Stellt euer Papier gebündelt und gut sichtbar an die Straße.

Kartons bitte flach falten, Ordner ohne Metall. Vom Erlös bauen wir im Frühjahr die Grillhütte am Sportplatz neu auf.`,
		place: "Sammelplatz am Sportplatz", at: "unterdiessen",
		plain: [2]string{"Alt-Papier wird am {Sa+0} abgeholt", `Die Land-Jugend sammelt altes Papier.
Stellen Sie das Papier an die Straße.
Machen Sie das vor 8 Uhr.

Binden Sie das Papier zusammen.
Falten Sie Kartons flach.`},
	},
	{
		by: "theaterfreunde-oberdiessen", town: "unterdiessen", days: 6, hour: 18, topics: []string{"Theater", "Kultur"},
		title: "„Der Hahn ist tot“: Der Kartenvorverkauf beginnt am {Mo+0}",
		text: `Ein verschwundener Hahn, zwei zerstrittene Nachbarn und eine Tante aus der Stadt: Unser neues Stück ist zum Lachen und ein wenig zum Nachdenken.

Karten gibt es ab {Mo+0} in der Bäckerei Morgenrot für 9 Euro, Kinder zahlen 5 Euro. Am zweiten Abend übersetzt jemand in Gebärdensprache. Im Saal sind drei Plätze für Rollstühle frei.`,
		scene: "hall-lanterns", alt: "Zeichnung einer Festhalle am Abend: Unter bunten Lampions sitzen Menschen an einem langen Tisch",
	},
	{
		by: "seniorenkreis-apfeldorf", town: "apfeldorf", days: 5, hour: 9, topics: []string{"Senioren", "Mobilität"},
		title: "Fahrdienst: Wir holen Sie zum Kaffeenachmittag ab",
		text: `Niemand soll daheim bleiben, nur weil der Weg zu weit ist. Zum Kaffeenachmittag am {Mi+0} um 14 Uhr holen wir Sie mit dem Auto ab und bringen Sie wieder heim.

Rufen Sie bis zum Vorabend an: 030 23125 300. Auch Rollator und Rollstuhl passen hinein. Die Fahrt kostet nichts.`,
		plain: [2]string{"Wir holen Sie mit dem Auto ab", `Am {Mi+0} ist Kaffee-Nachmittag.
Beginn ist um 14 Uhr.

Ist der Weg zu weit für Sie?
Wir holen Sie mit dem Auto ab.
Rufen Sie vorher an: 030 23125 300.
Die Fahrt kostet kein Geld.`},
	},
	{
		by: "helferkreis-nachbarschaft", days: 4, hour: 15, topics: []string{"Hilfe", "Digitales"},
		title: "Handy-Sprechstunde: Fragen kostet nichts",
		text: `Das Bild ist weg, die Schrift zu klein, die App will schon wieder ein Passwort? Bringen Sie Ihr Handy mit, wir schauen gemeinsam.

Jeden Donnerstag von 15 bis 17 Uhr in der Pfarrbücherei in Leeder, das nächste Mal am {Do+0}. Am Tisch sitzen Schülerinnen und Ruheständler. Eine Anmeldung ist nicht nötig.`,
		scene: "village-lime", alt: "Zeichnung einer großen Dorflinde, unter der zwei Menschen auf einer Bank miteinander reden", place: "Pfarrbücherei Leeder", at: "leeder",
		english: [2]string{"Help with your phone, free of charge", `Do you need help with your mobile phone? Come to the parish library in Leeder on Thursdays from 3 to 5 pm, next time on {thu+0}. No appointment is needed.`},
	},
	{
		by: "helferkreis-nachbarschaft", village: "leeder", days: 17, hour: 16, residents: true, topics: []string{"Hilfe"},
		title: "Für die Nachbarschaft: Wer kann im Winter Schnee schippen?",
		text: `Drei ältere Nachbarn in Leeder können ihren Gehweg nicht mehr selbst räumen. Wir suchen Menschen, die an einem Morgen in der Woche helfen.

Versichert sind Sie über die Gemeinde. Schaufeln und heißen Tee stellen wir.`,
	},
	{
		by: "baeckerei-morgenrot", village: "leeder", days: 19, hour: 6, topics: []string{"Nahversorgung"},
		title: "Betriebsferien: Die Backstube ruht vom {Mo+5} an",
		text: `Nach dem Weihnachtsgeschäft machen wir zwei Wochen Pause, vom {Mo+5} bis {Sa+6}. Der Ofen wird neu ausgemauert, und wir schlafen einmal bis sieben.

Brot bekommen Sie so lange im Hofladen Lindenhof in Asch. Danke für Ihre Treue!`,
		place: "Hauptstraße, Leeder", at: "leeder",
	},
	{
		by: "hofladen-lindenhof", village: "asch", days: 23, hour: 7, topics: []string{"Nahversorgung"},
		title: "Kartoffeln zum Einlagern und ein neuer Automat",
		text: `Die Ernte ist gut geworden. Säcke mit 12,5 Kilo gibt es festkochend und mehlig, solange der Vorrat reicht.

Neu ist unser Automat am Hoftor: Eier, Milch und Nudeln rund um die Uhr. Er nimmt Münzen und Karte, die Tasten haben große Schrift.`,
	},
	{
		by: "gasthof-alte-linde", village: "unterdiessen", days: 30, hour: 12, topics: []string{"Gastronomie"},
		title: "Der Stammtisch für Neuzugezogene geht in die zweite Runde",
		text: `Neu im Dorf? Am {Do+1} ab 19 Uhr ist am großen Tisch Platz für alle, die Anschluss suchen. Der Musikverein, die Landjugend und der Gartenbauverein schauen vorbei.

Die erste Runde Getränke geht aufs Haus.`,
	},
	{
		by: "hausarztpraxis-dorfbach", town: "fuchstal", days: 22, hour: 11, topics: []string{"Gesundheit"},
		title: "Grippe-Impfung ohne Termin an zwei Abenden",
		text: `Am {Mi+0} und am {Mi+1} impfen wir von 17 bis 20 Uhr gegen Grippe. Sie brauchen keinen Termin, nur die Versichertenkarte und, wenn vorhanden, den Impfpass.

Die Praxis ist ohne Stufen erreichbar. Wer nicht kommen kann, bekommt die Impfung beim Hausbesuch.`,
	},
	{
		by: "linden-apotheke", days: 35, hour: 9, topics: []string{"Gesundheit"},
		title: "Botendienst jetzt auch am Samstag",
		text: `Unser Bote fährt ab sofort auch samstags in alle Ortsteile, von Welden bis Rauhenlechsberg. Bestellungen bis 11 Uhr sind am frühen Nachmittag bei Ihnen.

Der Dienst kostet nichts. Geben Sie Bescheid, wenn jemand an der Tür etwas länger braucht: Wir warten gern.`,
	},
	{
		by: "buergerenergie-lech", days: 8, hour: 18, topics: []string{"Energie", "Beteiligung"},
		title: "Sonnenstrom vom Schuldach: Jetzt Anteile zeichnen",
		text: `Auf dem Dach der Grundschule entsteht eine Anlage mit 99 Kilowatt. Sie deckt den Strom der Schule, den Rest bekommen unsere Mitglieder.

Ein Anteil kostet 100 Euro, mehr als 50 kann niemand zeichnen. Am {Di+1} um 19 Uhr rechnen wir im Gasthof zur Alten Linde alles vor, auch die Risiken.`,
		scene: "wind-solar", alt: "Zeichnung einer Solaranlage und eines Windrads neben einem Haus auf grünen Hügeln", place: "Gasthof zur Alten Linde", at: "unterdiessen",
	},
	{
		by: "buergerenergie-lech", town: "unterdiessen", days: 18, hour: 17, topics: []string{"Energie"},
		title: "So viel Strom machte das Dorf im {Monat-2}",
		text: `21.400 Kilowattstunden kamen im {Monat-2} von unseren Dächern. Das reicht rechnerisch für 85 Haushalte.

Der beste Tag war der 9. {Monat-2}. Wer die Zahlen selbst ansehen will, findet eine Tafel im Eingang des Rathauses.`,
	},
	{
		by: "feuerwehr-unterdiessen", village: "unterdiessen", days: 28, hour: 20, topics: []string{"Feuerwehr", "Jugend"},
		title: "Die Jugendfeuerwehr hat den Wissenstest bestanden",
		text: `Alle elf Mädchen und Buben haben den Wissenstest geschafft, vier davon mit Gold. Geprüft wurden Erste Hilfe, Knoten und das richtige Absetzen eines Notrufs.

Mitmachen kann jedes Kind ab zwölf Jahren. Wir treffen uns freitags um 18 Uhr im Feuerwehrhaus.`,
	},
	{
		by: "feuerwehr-apfeldorf", town: "apfeldorf", days: 31, hour: 19, topics: []string{"Feuerwehr"},
		title: "Sirenenprobe und Rauchmelder: eine kleine Erinnerung",
		text: `Am {Sa+1} um 11 Uhr heulen die Sirenen zur Probe. Es besteht keine Gefahr.

Nutzen Sie den Moment für Ihre Rauchmelder: Drücken Sie auf die Taste, bis es piept. Wer nicht auf die Leiter kann, ruft uns an. Wir kommen vorbei.`,
	},
	{
		by: "dorfladen-apfeldorf", town: "apfeldorf", days: 2, hour: 16, topics: []string{"Nahversorgung"},
		title: "Plätzchen, Suppe, Ratsch: Adventssamstag im Dorfladen",
		text: `Am {Sa+0} gibt es im Dorfladen ab 10 Uhr Kürbissuppe und selbst gebackene Plätzchen. Der Kirchenchor singt um 11 Uhr zwei Lieder zwischen den Regalen.

Geschenkkörbe packen wir nach Ihren Wünschen. Bitte bestellen Sie bis {Mi+0}.`,
		scene: "market", alt: "Zeichnung eines Verkaufsstands mit rot-weißem Dach, Obst und Gemüse in der Auslage", place: "Dorfladen Apfeldorf", at: "unterapfeldorf",
	},
	{
		by: "sportverein-leeder-asch", days: 41, hour: 10, topics: []string{"Sport", "Ehrenamt"},
		title: "Danke! 214 Läuferinnen und Läufer beim Dorflauf",
		text: `So viele waren es noch nie: 214 Menschen zwischen vier und 81 Jahren sind beim Dorflauf gestartet. Gewonnen haben alle, die angekommen sind, auch der Kinderwagen auf Platz 198.

Der Erlös von 1.320 Euro geht an den Helferkreis. Bilder hängen am Sportheim.`,
	},
	{
		by: "trachtenverein-asch", village: "asch", days: -5, hour: 18, topics: []string{"Brauchtum", "Tanz"},
		title: "Volkstanzkurs: Walzer, Polka und Zwiefacher an vier Abenden",
		text: `Ab dem neuen Jahr tanzen wir montags um 20 Uhr im Vereinsheim. Sie brauchen weder Tracht noch Partner, nur bequeme Schuhe.

Der Kurs kostet 20 Euro für alle vier Abende, unter 25 Jahren nichts.`,
	},
	{
		by: "musikverein-leeder", village: "leeder", days: 1, hour: 21, waiting: "schreiben@beispiel.example", topics: []string{"Musik"},
		title: "Neujahrsanblasen: Wir kommen auch in Ihre Straße",
		text: `Zwischen Weihnachten und Neujahr ziehen wir wieder durch Leeder. Vier Gruppen spielen vor den Haustüren, Wünsche und Plätzchen nehmen wir gern entgegen.

Der Plan mit allen Straßen folgt, sobald die Gruppen stehen.`,
	},
}
