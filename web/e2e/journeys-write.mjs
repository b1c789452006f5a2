// What is written: with the keyboard, by authors and their editors, as an
// event with registration, taken over from a calendar.
import { signIn } from './browser.mjs';
import { Keys, follow, letter, linkIn, perform, png, press, unfold, search } from './journeys.mjs';

async function keyboard(t) {
  const page = await t.person();
  const keys = new Keys(page);
  t.step('skip link');
  await page.goto('/');
  await keys.press('Tab');
  await t.same(await page.evaluate(() => document.activeElement.textContent), 'Zum Inhalt springen', 'the first Tab stop');
  await keys.press('Enter');
  await t.same(await page.evaluate(() => document.activeElement.id), 'inhalt', 'the focus after the skip link');
  t.step('every Tab stop');
  await tabStops(t, page, keys, '/');
  t.step('search');
  await page.goto('/');
  await keys.to(page.getByRole('searchbox'));
  await keys.type('Blasmusik');
  await keys.go();
  await t.check(/\/suche\?q=Blasmusik/.test(page.url()), `the search page, got ${page.url()}`);
  const first = page.locator('article').getByRole('link').first();
  const title = await first.innerText();
  await keys.to(first);
  await keys.go();
  await t.same(await page.getByRole('heading', { level: 1 }).innerText(), title, 'the heading of the first hit');
  t.step('menu at 320 px');
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto('/');
  await keys.fold('Menü');
  await keys.press('Enter');
  await t.check(await page.locator('details.menu').evaluate(d => d.open), 'the Enter key to open the menu');
  await keys.press('Escape');
  await t.check(!await page.locator('details.menu').evaluate(d => d.open), 'the Escape key to close the menu');
  await keys.press('Space');
  await keys.to(page.locator('details.menu').getByRole('link', { name: 'Kalender' }), 8);
  await keys.go();
  await t.check(page.url().endsWith('/kalender'), `the menu to lead to the calendar, got ${page.url()}`);
  await page.setViewportSize({ width: 1280, height: 900 });
  t.step('light and dark');
  await keys.button('Dunkel');
  await Promise.all([page.waitForResponse(r => r.url().includes('/einstellungen/ansicht')), keys.press('Space')]);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await t.same(await theme(), 'dark', 'the theme at once');
  await page.goto('/neues');
  await t.same(await theme(), 'dark', 'the theme on the next page');
  t.step('language');
  await keys.button('English');
  await keys.go();
  await page.goto('/kalender');
  await t.same(await page.getAttribute('html', 'lang'), 'en', 'the language of the next page');
  await t.same(await theme(), 'dark', 'the theme after the language');
  await t.sees(page, 'Calendar');
}

// tabStops walks through a page: each stop shows that it has the focus,
// nothing covers it, and the order is that of the text.
async function tabStops(t, page, keys, path) {
  await page.goto(path);
  const seen = [];
  for (let i = 0; i < 250; i++) {
    await keys.press('Tab');
    const stop = await page.evaluate(look);
    if (stop.end) break;
    seen.push(stop);
  }
  await t.check(seen.length > 20, `more than 20 Tab stops on ${path}, got ${seen.length}`);
  for (const s of seen) {
    if (s.before) await t.check(s.before.shown, `a visible focus on „${s.before.name}“ of ${path}`);
    await t.check(s.inOrder, `„${s.name}“ to come later in the page than what had the focus before`);
    await t.check(s.onTop, `„${s.name}“ to be uncovered on ${path} while it has the focus`);
  }
}

// look runs in the page; it compares the thing that lost the focus with how it
// looked when it had it.
function look() {
  const el = document.activeElement;
  const dress = e => {
    const all = [e, e.parentElement, ...(e.tagName === 'SUMMARY' ? [] : e.children)].slice(0, 4);
    return all.map(x => { const s = getComputedStyle(x); return [s.outlineStyle, s.outlineWidth, s.boxShadow].join(' '); }).join('|');
  };
  const name = e => (e.innerText || e.getAttribute('aria-label') || e.id || e.tagName).trim().slice(0, 60);
  const last = window.lastStop;
  if (el === document.body || last?.first === el) return { end: true };
  const box = el.getBoundingClientRect();
  const hit = document.elementFromPoint(Math.min(Math.max(box.left + Math.min(box.width, 12) / 2, 0), innerWidth - 1), Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1));
  const out = {
    name: name(el),
    before: last && { name: name(last.el), shown: dress(last.el) !== last.dress },
    inOrder: !last || Boolean(last.el.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING),
    onTop: Boolean(hit) && (el.contains(hit) || hit.contains(el) || box.width < 2),
  };
  window.lastStop = { el, dress: dress(el), first: last?.first ?? el };
  return out;
}

const headline = 'Dorfbrunnen läuft wieder';
const says = 'Der Brunnen vor dem Rathaus läuft seit heute wieder. Die Feuerwehr hat die Leitung gespült.';
const sorry = 'Im ersten Text stand ein falscher Tag.';

async function newsByKeyboard(t) {
  const page = await t.person();
  const keys = new Keys(page);
  t.step('sign in');
  await page.goto('/anmelden');
  await keys.fold('Mit Passwort anmelden');
  await keys.press('Enter');
  await keys.field('E-Mail-Adresse');
  await keys.type('redaktion@beispiel.example');
  await keys.field('Passwort');
  await keys.type(process.env.DORFLINDE_PASSWORD);
  await keys.go();
  t.step('every Tab stop of the editor, wide and narrow');
  await tabStops(t, page, keys, '/aktuelles/schreiben');
  await page.setViewportSize({ width: 360, height: 740 });
  await tabStops(t, page, keys, '/aktuelles/schreiben');
  await page.setViewportSize({ width: 1280, height: 900 });
  t.step('write');
  await page.goto('/');
  await keys.link('Schreiben');
  await keys.go();
  await keys.link('Neues schreiben');
  await keys.go();
  await keys.field('Was gibt es Neues?');
  await keys.type(headline);
  await keys.field('Text');
  await keys.type(says);
  t.step('picture');
  const chooser = page.waitForEvent('filechooser');
  await keys.field('Bild hinzufügen');
  await keys.press('Enter');
  await (await chooser).setFiles({ name: 'brunnen.png', mimeType: 'image/png', buffer: png(640, 400) });
  await keys.button('Prüfen und Vorschau');
  await keys.go();
  await t.sees(page, /Bild 1 hat keine Beschreibung/);
  await keys.fill('Was ist auf dem Bild zu sehen?', 'Der Brunnen mit fließendem Wasser');
  await keys.fill('Wer hat das Bild gemacht?', 'Rudi Redaktion');
  t.step('preview');
  await keys.button('Prüfen und Vorschau');
  await keys.go();
  await t.sees(page, headline, page.getByRole('complementary', { name: 'Prüfung und Vorschau' }));
  await t.seesNot(page, /hat keine Beschreibung/);
  t.step('publish');
  await keys.button('Veröffentlichen');
  await keys.go();
  await t.sees(page, 'Die Nachricht ist veröffentlicht.');
  const path = await published(t, page);
  await t.check(await page.getByRole('img', { name: 'Der Brunnen mit fließendem Wasser' }).count() > 0, 'the picture with its description on the page');
  const guest = await t.person();
  t.step('read it everywhere');
  await everywhere(t, guest, path);
  t.step('correct');
  await keys.link('Bearbeiten');
  await keys.go();
  await keys.field('Was haben Sie berichtigt?');
  await keys.type(sorry);
  await keys.button('Änderung veröffentlichen');
  await keys.go();
  t.step('read the correction');
  await guest.goto(path);
  await t.sees(guest, sorry);
  for (const list of ['/', '/neues']) {
    await guest.goto(list);
    await t.sees(guest, 'Berichtigt', guest.getByRole('article', { name: headline }));
  }
  for (const feed of ['/feeds/rss', '/feeds/atom', '/feeds/json']) await t.has(guest, feed, sorry);
  t.step('withdraw');
  await page.goto(path);
  await keys.link('Bearbeiten');
  await keys.go();
  await keys.fold('Zurückziehen');
  await keys.press('Enter');
  await keys.field('Grund');
  await keys.type('Der Brunnen ist wieder trocken.');
  await keys.button('Zurückziehen');
  await keys.go();
  t.step('gone everywhere');
  const gone = await guest.goto(path);
  await t.same(gone.status(), 410, 'the status of the withdrawn page');
  await t.sees(guest, /Der Brunnen ist wieder trocken/);
  for (const list of ['/', '/neues', '/suche?q=Dorfbrunnen', '/api/v1/entries?q=Dorfbrunnen']) await t.lacks(guest, list, headline);
  for (const feed of ['/feeds/rss', '/feeds/atom', '/feeds/json']) await t.has(guest, feed, `Zurückgezogen: ${headline}`);
}

// published gives the path of the public page of what was just published.
async function published(t, page) {
  const path = new URL(page.url()).pathname.replace(/\/bearbeiten$/, '');
  if (page.url().includes('/bearbeiten')) await page.goto(path);
  await t.check(/^\/[a-z]+\/[0-9a-f-]{36}$/.test(path), `to land on the page of the entry, got ${path}`);
  return path;
}

async function everywhere(t, guest, path) {
  for (const list of ['/', '/neues']) {
    await guest.goto(list);
    await t.check(await guest.getByRole('link', { name: headline }).count() > 0, `„${headline}“ on ${list}`);
  }
  await search(guest, 'Dorfbrunnen', headline);
  await t.check(await guest.getByRole('link', { name: headline }).count() > 0, `„${headline}“ in the search`);
  for (const feed of ['/feeds/rss', '/feeds/atom', '/feeds/json', '/api/v1/entries']) await t.has(guest, feed, headline);
  await guest.goto(path);
  await t.sees(guest, says);
  await t.same(await guest.getAttribute('meta[property="og:title"]', 'content'), headline, 'og:title');
  const card = await guest.request.get(await guest.getAttribute('meta[property="og:image"]', 'content'));
  await t.check(card.ok() && card.headers()['content-type'] === 'image/png', 'og:image to be a PNG');
  await t.check(await guest.getAttribute('meta[property="og:image:alt"]', 'content'), 'a description of og:image');
  const data = JSON.parse(await guest.locator('script[type="application/ld+json"]').first().textContent());
  await t.check(JSON.stringify(data).includes(headline), 'JSON-LD with the headline');
}

async function approval(t) {
  const title = 'Probenwochenende im Februar';
  const author = await t.person();
  t.step('the author writes');
  await signIn(author, 'schreiben@beispiel.example');
  await author.goto('/schreiben');
  await follow(author, 'Neues schreiben');
  await author.getByLabel('Was gibt es Neues?').fill(title);
  await author.getByLabel('Text', { exact: true }).fill('Wir proben vom 12. bis 14. Februar in Leeder.');
  await t.same(await author.getByRole('button', { name: 'Veröffentlichen', exact: true }).count(), 0, 'the number of buttons to publish an author has');
  await press(author, 'Zur Freigabe geben');
  await t.sees(author, 'Die Nachricht wartet jetzt auf die Freigabe der Redaktion.');
  await t.lacks(await t.person(), '/neues', title);
  t.step('the club approves');
  const club = await t.person();
  await signIn(club, 'verein@beispiel.example');
  await club.goto('/schreiben');
  await t.check(await club.getByRole('region', { name: 'Wartet auf Freigabe' }).getByRole('link', { name: title }).count() > 0, 'the text among those that wait for approval');
  await follow(club, title);
  await press(club, 'Veröffentlichen');
  await t.sees(club, 'Die Nachricht ist veröffentlicht.');
  t.step('the author sees it');
  await author.goto('/schreiben');
  await t.check(await author.getByRole('region', { name: 'Zuletzt veröffentlicht' }).getByRole('link', { name: title }).count() > 0, 'the text among the published ones of the author');
  await author.goto('/neues');
  await t.check(await author.getByRole('link', { name: title }).count() > 0, 'the approved text in the list');
}

async function eventWithSeats(t) {
  const title = 'Werkstattkonzert mit drei Plätzen';
  const club = await t.person();
  await signIn(club, 'verein@beispiel.example');
  t.step('an evening on which something is on');
  await club.goto('/');
  const taken = await club.getByRole('region', { name: 'Nächste Termine' }).locator('time').evaluateAll(all => all.map(e => e.dateTime).filter(d => /T(18|19|20):/.test(d)));
  if (!await t.check(taken.length > 0, 'an evening event among the next ones')) return;
  t.step('write the event');
  await club.goto('/schreiben');
  await follow(club, 'Termin eintragen');
  await club.getByLabel('Was findet statt?').fill(title);
  const start = club.getByRole('group', { name: 'Wann beginnt es?' });
  await start.getByLabel('Tag').fill(taken[0].slice(0, 10));
  await start.getByLabel('Uhrzeit').fill('19:30');
  await club.getByLabel('Wo ist es?').fill('Probenraum am Dorfplatz');
  await club.getByLabel('Was sollen die Leute wissen?').fill('Wir spielen, was wir gerade proben.');
  const plan = await unfold(club, 'Anmeldung');
  await plan.getByLabel('Man soll sich anmelden').check();
  await plan.getByLabel('Wie viele Plätze gibt es?').fill('3');
  await plan.getByLabel('Wie viele Personen höchstens auf einer Anmeldung?').fill('3');
  await press(club, 'Veröffentlichen');
  t.step('collision');
  await t.sees(club, 'Am selben Abend ist schon etwas los');
  await press(club, 'Trotzdem veröffentlichen');
  await t.sees(club, 'Der Termin ist veröffentlicht.');
  const path = await published(t, club);
  t.step('a guest registers with two more');
  const guest = await t.person();
  await register(guest, path, 'Gerda Gast', 'gerda@beispiel.example', '3', 'Anmelden');
  await t.sees(guest, 'Sie sind angemeldet');
  t.step('the next one waits');
  const next = await t.person();
  await next.goto(path);
  await t.sees(next, 'Alle 3 Plätze sind vergeben');
  await register(next, path, 'Willi Wartend', 'willi@beispiel.example', '2', 'Auf die Warteliste');
  await t.sees(next, 'Sie stehen auf der Warteliste');
  t.step('the guest cancels by the letter');
  const link = linkIn(await letter(guest, 'gerda@beispiel.example', `Angemeldet: ${title}`), /./);
  await guest.goto(link);
  await press(guest, 'Abmelden');
  await t.sees(guest, 'Sie haben sich abgemeldet');
  t.step('the next one moves up');
  await letter(next, 'willi@beispiel.example', `Ein Platz ist frei: ${title}`);
  t.step('list and table');
  await club.goto(path);
  await follow(club, 'Anmeldungen');
  await t.sees(club, '2 Personen angemeldet, 0 auf der Warteliste');
  await t.check(await club.getByRole('row', { name: /Willi Wartend.*Angemeldet/ }).count() === 1, 'Willi Wartend as registered in the list');
  const csv = await club.getByRole('link', { name: 'Als Tabelle (CSV)' }).getAttribute('href');
  await t.has(club, csv, 'willi@beispiel.example');
  await t.lacks(guest, csv, 'willi@beispiel.example');
  await t.lacks(guest, path + '/anmeldungen', 'Willi Wartend');
  await t.has(guest, '/calendar.ics', title);
}

async function register(page, path, name, email, people, button) {
  await page.goto(path);
  const form = page.getByRole('region', { name: 'Anmeldung' });
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('E-Mail').fill(email);
  await form.getByLabel('Personen').fill(people);
  await press(page, button);
}

const ics = (...events) => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Beispiel//Kalender//DE', ...events, 'END:VCALENDAR', ''].join('\r\n');
const vevent = (uid, day, summary) => `BEGIN:VEVENT\r\nUID:${uid}@beispiel.example\r\nDTSTAMP:20261101T080000Z\r\nDTSTART;TZID=Europe/Berlin:${day}T190000\r\nDTEND;TZID=Europe/Berlin:${day}T210000\r\nSUMMARY:${summary}\r\nEND:VEVENT`;

async function importCalendar(t) {
  const page = await t.person();
  await signIn(page, 'verein@beispiel.example');
  const sources = '/organisationen/musikverein-leeder/quellen';
  const day = inDays(9);
  const file = { name: 'proben.ics', mimeType: 'text/calendar', buffer: Buffer.from(ics(vevent('a1', day, 'Generalprobe Winterkonzert'), vevent('a2', day, 'Instrumentenkarussell'))) };
  t.step('first import');
  await t.same((await importFile(t, page, sources, file)).created, '2', 'the number of new entries');
  const month = `${day.slice(0, 4)}-${day.slice(4, 6)}`;
  const guest = await t.person();
  await guest.goto(`/kalender?ansicht=liste&monat=${month}`);
  for (const title of ['Generalprobe Winterkonzert', 'Instrumentenkarussell']) {
    await t.same(await guest.getByRole('link', { name: title }).count(), 1, `how often „${title}“ is in the calendar`);
    await t.has(guest, '/calendar.ics', title);
  }
  t.step('the same file again');
  const again = await importFile(t, page, sources, file);
  await t.same(`${again.created} ${again.unchanged}`, '0 2', 'new and unchanged entries of the second import');
  await guest.reload();
  await t.same(await guest.getByRole('link', { name: 'Generalprobe Winterkonzert' }).count(), 1, 'how often an event is there after the second import');
  t.step('a broken file');
  await page.goto(sources + '/neu');
  const broken = ics(vevent('b1', day, 'Geigenkonzert im Stadel')).replace(/DTSTART[^\r]*/, 'DTSTART:morgen');
  await page.getByLabel('Oder eine Datei').setInputFiles({ name: 'kaputt.ics', mimeType: 'text/calendar', buffer: Buffer.from(broken) });
  await press(page, 'Ansehen, was darin ist');
  for (const s of await page.locator('main summary').all()) await s.click();
  await t.sees(page, /Zeile \d+.*(Datum|DTSTART)/);
  await t.lacks(guest, '/calendar.ics', 'Geigenkonzert im Stadel');
  const torn = file.buffer.subarray(0, 300);
  await page.goto(sources + '/neu');
  await page.getByLabel('Oder eine Datei').setInputFiles({ name: 'halb.ics', mimeType: 'text/calendar', buffer: torn });
  await press(page, 'Ansehen, was darin ist');
  await t.sees(page, /Zeile \d+: .*bricht mitten/);
  t.step('an address inside the house');
  await page.goto(sources + '/neu');
  await page.getByLabel('Adresse im Internet').fill('http://127.0.0.1/');
  await press(page, 'Ansehen, was darin ist');
  await page.getByRole('alert').waitFor();
  const why = await page.getByRole('alert').innerText();
  await t.check(/Adresse|erlaubt|Internet|Netz/.test(why) && !/dial|tcp|refused|Error/.test(why), `a clear sentence for http://127.0.0.1/, got „${why}“`);
}

function inDays(n) {
  return new Date(Date.now() + n * 86400e3).toISOString().slice(0, 10).replaceAll('-', '');
}

// importFile goes through all steps and gives the numbers of the report.
async function importFile(t, page, sources, file) {
  await page.goto(sources);
  await follow(page, 'Quelle hinzufügen');
  await page.getByLabel('Oder eine Datei').setInputFiles(file);
  await press(page, 'Ansehen, was darin ist');
  await t.sees(page, 'Das haben wir gefunden');
  await t.sees(page, /Generalprobe Winterkonzert/);
  await page.getByRole('radio', { name: 'Veranstaltungen' }).check();
  await press(page, 'Weiter');
  await page.getByLabel('Name der Quelle').fill('Probenkalender');
  await press(page, 'Weiter');
  await t.sees(page, 'Stimmt alles?');
  await press(page, 'Jetzt übernehmen');
  await page.getByRole('heading', { name: 'Fertig übernommen' }).waitFor();
  const fact = async term => page.locator('dt', { hasText: term }).locator('xpath=following-sibling::dd[1]').innerText();
  return { created: await fact('Neu'), unchanged: await fact('Unverändert') };
}

await perform({ keyboard, newsByKeyboard, approval, eventWithSeats, importCalendar });
