// Without scripts everything works; and what somebody types is never a script.
import { signIn } from './browser.mjs';
import { follow, perform, png, press, unfold, search } from './journeys.mjs';

const noScript = { javaScriptEnabled: false };

async function writeWithoutScript(t) {
  const title = 'Die Linde am Dorfplatz bekommt eine Bank';
  const page = await t.person(noScript);
  await signIn(page, 'redaktion@beispiel.example');
  t.step('write');
  await page.goto('/schreiben');
  await follow(page, 'Neues schreiben');
  await page.getByLabel('Was gibt es Neues?').fill(title);
  await page.getByLabel('Text', { exact: true }).fill('Ab Samstag kann man unter der Linde sitzen.');
  await page.getByLabel('Bild hinzufügen').setInputFiles({ name: 'bank.png', mimeType: 'image/png', buffer: png(320, 200) });
  await page.getByLabel('Was ist auf dem Bild zu sehen?').fill('Eine Bank unter einer Linde');
  t.step('preview');
  await press(page, 'Prüfen und Vorschau');
  await t.sees(page, title, page.getByRole('complementary', { name: 'Prüfung und Vorschau' }));
  t.step('publish');
  await press(page, 'Veröffentlichen');
  await t.sees(page, 'Die Nachricht ist veröffentlicht.');
  const guest = await t.person(noScript);
  await guest.goto('/');
  await follow(guest, title);
  await t.sees(guest, 'Ab Samstag kann man unter der Linde sitzen.');
  await t.check(await guest.getByRole('img', { name: 'Eine Bank unter einer Linde' }).count() === 1, 'the picture with its description');
  t.step('event');
  await page.goto('/schreiben');
  await follow(page, 'Termin eintragen');
  await page.getByLabel('Was findet statt?').fill('Bänke streichen');
  const start = page.getByRole('group', { name: 'Wann beginnt es?' });
  await start.getByLabel('Tag').fill(inDays(12));
  await start.getByLabel('Uhrzeit').fill('07:15');
  await page.getByLabel('Wo ist es?').fill('Bauhof');
  await page.getByLabel('Was sollen die Leute wissen?').fill('Bitte alte Kleidung anziehen.');
  const plan = await unfold(page, 'Anmeldung');
  await plan.getByLabel('Man soll sich anmelden').check();
  await press(page, 'Veröffentlichen');
  if (await page.getByRole('button', { name: 'Trotzdem veröffentlichen' }).count()) await press(page, 'Trotzdem veröffentlichen');
  await t.sees(page, 'Der Termin ist veröffentlicht.');
  t.step('register');
  await search(guest, 'Bänke streichen', 'Bänke streichen');
  await follow(guest, 'Bänke streichen');
  const form = guest.getByRole('region', { name: 'Anmeldung' });
  await press(guest, 'Anmelden');
  await t.sees(guest, 'Bitte schreiben Sie Ihren Namen.');
  await form.getByLabel('Name').fill('Paula Pinsel');
  await form.getByLabel('Telefon').fill('08243 5550100');
  await press(guest, 'Anmelden');
  await t.sees(guest, 'Sie sind angemeldet');
  await press(guest, 'Abmelden');
  await t.sees(guest, 'Sie haben sich abgemeldet');
}

async function readWithoutScript(t) {
  const page = await t.person(noScript);
  t.step('waste calendar');
  await page.goto('/abfall');
  await page.getByLabel('Ihre Straße').fill('Hauptstraße');
  await press(page, 'Termine zeigen');
  await follow(page, 'Hauptstraße, Asch');
  await t.sees(page, 'Die nächsten Termine');
  const ics = await page.getByRole('link', { name: 'Kalender abonnieren' }).getAttribute('href');
  await t.has(page, ics.replace(/^webcal:\/\/[^/]+/, ''), 'BEGIN:VEVENT');
  t.step('filters of the list');
  await page.goto('/neues');
  await unfold(page, 'Auswahl eingrenzen');
  await page.getByRole('combobox', { name: 'Art', exact: true }).selectOption({ label: 'Warnung' });
  await press(page, 'Anwenden');
  const kinds = await page.getByRole('article').locator('.tags').allInnerTexts();
  await t.check(kinds.length > 0 && kinds.every(k => k.includes('Warnung')), `only warnings after filtering, got ${kinds}`);
  await t.check(await page.getByRole('combobox', { name: 'Art', exact: true }).inputValue() !== '', 'the filter to show what is chosen');
  t.step('calendar');
  await page.goto('/kalender');
  const month = () => page.locator('#termine').getByRole('heading', { level: 2 }).first().innerText();
  const now = await month();
  await follow(page, 'Monat vor');
  const after = await month();
  await t.check(after !== now, 'the next month to be another one');
  await follow(page, 'Monat zurück');
  await t.same(await month(), now, 'the month after going back');
  await follow(page, 'Liste');
  await t.check(await page.getByRole('article').count() > 0, 'events in the list of the calendar');
  await unfold(page, 'Auswahl eingrenzen');
  await page.getByLabel('Wörter').fill('Lauftreff');
  await press(page, 'Anwenden');
  const titles = await page.getByRole('article').getByRole('heading').allInnerTexts();
  await t.check(titles.length > 0 && titles.every(x => /Lauftreff/.test(x)), `only the asked event after filtering, got ${titles}`);
  t.step('map');
  await page.goto('/karte');
  await t.check((await page.getByRole('main').innerText()).includes('Die Karte braucht JavaScript. Alle Orte stehen auch in der Liste.'), 'a sentence instead of the map');
  await t.check(await page.getByRole('article').count() > 3, 'the places of the map as a list');
  t.step('light and dark');
  await page.getByRole('contentinfo').getByRole('button', { name: 'Dunkel' }).click();
  await page.waitForURL('**/karte');
  await t.same(await page.getAttribute('html', 'data-theme'), 'dark', 'the theme after the switch');
  await page.goto('/kalender');
  await t.same(await page.getAttribute('html', 'data-theme'), 'dark', 'the theme of the next page');
  t.step('menu at 320 px');
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto('/');
  await page.locator('summary', { hasText: 'Menü' }).click();
  await Promise.all([page.waitForEvent('load'), page.locator('details.menu').getByRole('link', { name: 'Verzeichnis' }).click()]);
  await t.sees(page, 'Verzeichnis', page.getByRole('heading', { level: 1 }));
}

function inDays(n) {
  return new Date(Date.now() + n * 86400e3).toISOString().slice(0, 10);
}

const evil = '"><img src=x onerror=alert(1)><script>alert(1)</script>';

async function hostile(t) {
  const page = await t.person();
  await signIn(page, 'verein@beispiel.example');
  const guest = await t.person();
  t.step('search');
  for (const path of ['/suche?q=', '/neues?q=', '/abfall?strasse=', '/verzeichnis?q=', '/kalender?thema=', '/anmelden?weiter=']) {
    await guest.goto(path + encodeURIComponent(evil));
    await harmless(t, guest);
  }
  await guest.goto('/suche?q=' + encodeURIComponent(evil));
  await t.same(await guest.getByRole('searchbox').inputValue(), evil, 'what the search field shows');
  t.step('news editor');
  await page.goto('/aktuelles/schreiben');
  await everyField(page);
  await press(page, 'Prüfen und Vorschau');
  await page.getByRole('alert').first().waitFor();
  await harmless(t, page);
  await t.same(await page.getByLabel('Was gibt es Neues?').inputValue(), evil, 'the title after the errors');
  await clear(page, ['lat', 'lon', 'streets']);
  await press(page, 'Veröffentlichen');
  await t.sees(page, 'Die Nachricht ist veröffentlicht.');
  await harmless(t, page);
  t.step('event editor');
  await page.goto('/termine/schreiben');
  await everyField(page);
  await page.getByRole('group', { name: 'Wann beginnt es?' }).getByLabel('Tag').fill(inDays(15));
  await page.getByRole('group', { name: 'Wann beginnt es?' }).getByLabel('Uhrzeit').fill('06:45');
  await page.getByLabel('Man soll sich anmelden').check();
  await press(page, 'Prüfen und ansehen');
  await page.getByRole('alert').first().waitFor();
  await harmless(t, page);
  await clear(page, ['lat', 'lon', 'streets', 'capacity', 'max-guests', 'repeat-step', 'repeat-count', 'link', 'contact-mail', 'contact-phone']);
  await press(page, 'Veröffentlichen');
  if (await page.getByRole('button', { name: 'Trotzdem veröffentlichen' }).count()) await press(page, 'Trotzdem veröffentlichen');
  await t.sees(page, 'Der Termin ist veröffentlicht.');
  const event = new URL(page.url()).pathname.replace(/\/bearbeiten$/, '');
  t.step('registration');
  await guest.goto(event);
  await harmless(t, guest);
  await t.same(await guest.getByRole('heading', { level: 1 }).innerText(), evil, 'the heading of the event');
  const form = guest.getByRole('region', { name: 'Anmeldung' });
  await form.getByLabel('Name').fill(evil);
  await form.getByLabel('Telefon').fill('08243 5550101');
  await form.getByLabel('Nachricht an den Veranstalter').fill(evil);
  await press(guest, 'Anmelden');
  await t.sees(guest, 'Sie sind angemeldet');
  await harmless(t, guest);
  await page.goto(event + '/anmeldungen');
  await t.sees(page, evil);
  await harmless(t, page);
  t.step('details of the organisation');
  await page.goto('/organisationen/musikverein-leeder/verwalten');
  await page.getByLabel('Wer Sie sind').fill(evil);
  await page.getByLabel('Anschrift').fill(evil);
  await page.getByLabel('Impressum').fill(evil);
  await Promise.all([page.waitForEvent('load'), page.getByRole('region', { name: 'Angaben' }).getByRole('button', { name: 'Speichern' }).click()]);
  await harmless(t, page);
  t.step('name of a person');
  await page.goto('/konto');
  await page.getByRole('region', { name: 'Über Sie' }).getByLabel('Name').fill(evil);
  await press(page, 'Speichern');
  await harmless(t, page);
  t.step('everywhere it is shown');
  for (const path of ['/', '/neues', '/kalender', '/kalender?ansicht=liste', '/karte', '/suche?q=onerror', '/schreiben', '/konto', '/organisationen/musikverein-leeder', '/demo/post']) {
    for (const reader of [guest, page]) {
      const answer = await reader.goto(path);
      await t.check(answer.status() < 500, `${path} to answer without a failure`);
      await harmless(t, reader);
    }
  }
  await guest.goto('/neues');
  await t.sees(guest, evil);
  for (const feed of ['/feeds/rss', '/feeds/atom']) {
    await t.lacks(guest, feed, '<script>alert');
    const answer = await guest.request.get(feed);
    const broken = await guest.evaluate(xml => new DOMParser().parseFromString(xml, 'text/xml').querySelector('parsererror')?.textContent ?? '', await answer.text());
    await t.same(broken, '', `the errors of ${feed} as XML`);
  }
}

// everyField opens every part of the form and types the hostile text wherever
// one can type.
async function everyField(page) {
  await page.locator('main form').first().evaluate(form => { form.noValidate = true; });
  const folded = page.locator('.editor > div details:not([open]) > summary');
  while (await folded.count()) await folded.first().click();
  for (const field of await page.locator('main form').locator('input[type=text], input[type=search], input[type=email], input[type=tel], textarea').all()) {
    if (await field.isVisible()) await field.fill(evil);
  }
  await page.getByLabel('Themen').fill('<img src=x onerror=alert(1)>');
}

async function clear(page, names) {
  for (const name of names) {
    const field = page.locator(`[name="${name}"]`);
    if (await field.count()) await field.fill('');
  }
}

// harmless expects that nothing typed has become an element.
async function harmless(t, page) {
  const made = await page.evaluate(() => document.querySelectorAll('img[onerror], img[src="x"], script:not([src]):not([type="application/ld+json"])').length);
  await t.check(made === 0, `nothing typed to become part of ${new URL(page.url()).pathname}`);
}

await perform({ writeWithoutScript, readWithoutScript, hostile });
