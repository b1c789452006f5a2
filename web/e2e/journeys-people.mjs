// Who one is and what one sees: passkeys, cards and links, the home village,
// reminders, Leichte Sprache, the look of a municipality, reading offline.
import { signIn } from './browser.mjs';
import { follow, letter, linkIn, local, perform, press, unfold } from './journeys.mjs';

async function passkey(t) {
  const page = await t.person({ baseURL: local });
  t.step('a device with a passkey');
  const device = await page.context().newCDPSession(page);
  await device.send('WebAuthn.enable');
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
  } });
  t.step('add the passkey');
  await signIn(page, 'buerger@beispiel.example');
  await page.goto('/konto');
  await page.getByLabel('Name des Passkeys').fill('Mein Handy');
  await press(page, 'Passkey hinzufügen');
  await t.sees(page, 'Der Passkey ist hinzugefügt.');
  await t.sees(page, 'Mein Handy', page.getByRole('region', { name: 'Passkeys' }));
  t.step('sign out and in with it');
  await press(page, 'Abmelden');
  await page.goto('/konto');
  await t.check(new URL(page.url()).pathname === '/anmelden', 'the account to be closed after signing out');
  await press(page, 'Mit Passkey anmelden');
  await page.goto('/konto');
  await t.sees(page, /Angemeldet als Bernd Bürger/);
  const { credentials } = await device.send('WebAuthn.getCredentials', { authenticatorId });
  await t.check(credentials.length === 1 && credentials[0].signCount > 0, 'the one credential to have been used');
  t.step('a second device, ended from the first');
  const other = await t.person({ baseURL: local, userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' });
  await signIn(other, 'buerger@beispiel.example');
  await page.reload();
  const sessions = page.getByRole('region', { name: 'Angemeldete Geräte' });
  await t.sees(page, /mit Passkey/, sessions);
  await t.sees(page, /mit Passwort/, sessions);
  await Promise.all([page.waitForEvent('load'), sessions.getByRole('button', { name: /^Abmelden/ }).first().click()]);
  await t.sees(page, 'Das Gerät ist abgemeldet.');
  await other.goto('/konto');
  await t.same(new URL(other.url()).pathname, '/anmelden', 'where the ended device lands');
  t.step('sign out everywhere');
  await signIn(other, 'buerger@beispiel.example');
  await page.goto('/konto');
  await press(page, 'Überall abmelden');
  for (const p of [page, other]) {
    await p.goto('/konto');
    await t.same(new URL(p.url()).pathname, '/anmelden', 'where a device lands after signing out everywhere');
  }
}

async function cardAndLink(t) {
  const clerk = await t.person();
  t.step('the clerk prints a card');
  await signIn(clerk, 'rathaus@beispiel.example');
  await clerk.goto('/karten');
  await clerk.getByLabel('Vor- und Nachname').fill('Anni Altmann');
  await press(clerk, 'Karte erstellen');
  await t.sees(clerk, 'Karte für Anni Altmann');
  const fact = term => clerk.locator('dt', { hasText: term }).locator('xpath=following-sibling::dd[1]').innerText();
  const code = await fact('Code auf der Karte');
  const pin = await fact('PIN');
  t.step('sign in with the card');
  const anni = await t.person();
  await anni.goto('/anmelden');
  const form = await unfold(anni, 'Mit gedruckter Karte anmelden');
  await form.getByLabel('Code auf der Karte').fill(code.toLowerCase());
  await form.getByLabel('PIN (sechs Ziffern)').fill('000000');
  await Promise.all([anni.waitForEvent('load'), form.getByRole('button', { name: 'Anmelden' }).click()]);
  await t.sees(anni, /Code oder PIN stimmen nicht/);
  const again = await unfold(anni, 'Mit gedruckter Karte anmelden');
  await again.getByLabel('Code auf der Karte').fill(code.toLowerCase());
  await again.getByLabel('PIN (sechs Ziffern)').fill(pin);
  await Promise.all([anni.waitForEvent('load'), again.getByRole('button', { name: 'Anmelden' }).click()]);
  await anni.goto('/konto');
  await t.sees(anni, 'Angemeldet als Anni Altmann.');
  t.step('ask for a link');
  const guest = await t.person();
  await guest.goto('/');
  await follow(guest, 'Anmelden');
  await guest.getByLabel('E-Mail-Adresse').first().fill('neu@beispiel.example');
  await press(guest, 'Link schicken');
  await t.sees(guest, 'Bitte sehen Sie in Ihr Postfach');
  const path = linkIn(await letter(guest, 'neu@beispiel.example', 'Ihr Link zum Anmelden'), /anmelden/);
  await guest.goto(path);
  await press(guest, 'Jetzt anmelden');
  await guest.goto('/konto');
  await t.same(await guest.getByRole('region', { name: 'E-Mail' }).getByLabel('E-Mail-Adresse').inputValue(), 'neu@beispiel.example', 'the address of the new account');
  t.step('the link works once');
  const thief = await t.person();
  await thief.goto(path);
  if (await thief.getByRole('button', { name: 'Jetzt anmelden' }).count()) await press(thief, 'Jetzt anmelden');
  await t.sees(thief, 'Dieser Link gilt nicht mehr');
}

async function resident(t) {
  const page = await t.person();
  t.step('choose the village');
  await signIn(page, 'buerger@beispiel.example');
  await page.goto('/konto');
  await page.getByLabel('Ihr Ort').selectOption({ label: 'Seestall' });
  await press(page, 'Speichern');
  await t.sees(page, 'Gespeichert.');
  await page.goto('/');
  await t.sees(page, /^Guten (Morgen|Tag|Abend), Seestall\.$/, page.getByRole('heading', { level: 1 }));
  t.step('waste reminder');
  const guest = await t.person();
  await guest.goto('/');
  await follow(guest, 'Abfallkalender');
  await guest.getByLabel('Ihre Straße').fill('Hauptstr. 3');
  await press(guest, 'Termine zeigen');
  await follow(guest, 'Hauptstraße, Leeder');
  await guest.getByLabel('E-Mail-Adresse').fill('tonne@beispiel.example');
  await press(guest, 'Erinnern Sie mich');
  await t.sees(guest, /Wir haben Ihnen eine E-Mail geschickt/);
  const path = linkIn(await letter(guest, 'tonne@beispiel.example', /bestätigen Sie die Erinnerung/), /abfall/);
  await guest.goto(path);
  await press(guest, 'Ja, bitte erinnern');
  await t.sees(guest, 'Die Erinnerung ist eingeschaltet.');
  await guest.goto(path);
  await press(guest, 'Erinnerung beenden');
  await t.sees(guest, /Die Erinnerung ist beendet/);
  const gone = await guest.goto(path);
  await t.check(gone.status() >= 400 && gone.status() < 500, 'the personal link to be gone with the reminder');
  t.step('Leichte Sprache');
  await simple(t, await t.person());
  t.step('newcomers');
  await guest.goto('/');
  await follow(guest, 'Neu hier?');
  await follow(guest, /^Seestall/);
  await t.sees(guest, 'Willkommen in Seestall!');
  for (const heading of ['Erste Schritte', 'Die nächsten Termine']) await t.check(await guest.getByRole('region', { name: heading }).getByRole('link').count() > 0, `something below „${heading}“`);
  await t.check(await guest.locator('main h2').count() >= 5, 'at least five parts for newcomers');
}

// simple looks for an entry that has a simple text and expects the switch to show it.
async function simple(t, page) {
  let variant, entry;
  for (let next = '/api/v1/entries?limit=100'; next && !variant;) {
    const answer = await (await page.request.get(next)).json();
    entry = answer.items.find(e => ['news', 'page'].includes(e.kind) && e.variants?.some(v => v.lang === 'de-simple'));
    variant = entry?.variants.find(v => v.lang === 'de-simple');
    next = answer.next && `/api/v1/entries?limit=100&after=${answer.next}`;
  }
  if (!await t.check(variant, 'an entry in Leichte Sprache among the sample')) return;
  await page.goto('/');
  await page.getByRole('contentinfo').getByRole('link', { name: 'Leichte Sprache' }).click();
  await press(page, 'Leichte Sprache einschalten');
  await page.goto(new URL(entry.url).pathname);
  await t.same(await page.getByRole('heading', { level: 1 }).innerText(), variant.title, 'the heading in Leichte Sprache');
  await page.goto('/leichte-sprache');
  await press(page, 'Leichte Sprache ausschalten');
  await page.goto(new URL(entry.url).pathname);
  await t.same(await page.getByRole('heading', { level: 1 }).innerText(), entry.title, 'the heading after switching back');
}

async function look(t) {
  const page = await t.person();
  await signIn(page, 'rathaus@beispiel.example');
  t.step('a colour nobody can read');
  await page.goto('/gemeinde/fuchstal/aussehen');
  await page.getByLabel('Farbe der Gemeinde').fill('#ffee55');
  await press(page, 'Speichern');
  await page.getByRole('alert').waitFor();
  await t.check(/schwer zu lesen.*#[0-9a-f]{6}/i.test((await page.getByRole('alert').innerText()).replace(/\s+/g, ' ')), 'the light colour to be refused with a better one');
  t.step('preview');
  await page.getByLabel('Farbe der Gemeinde').fill('#7a1f3d');
  await page.getByLabel('Leitsatz').fill('Drei Dörfer, ein Tal');
  await page.getByLabel('Mühle').check();
  await press(page, 'Vorschau ansehen');
  await t.sees(page, 'Das ist eine Vorschau. Noch ist nichts gespeichert.');
  const colour = p => p.evaluate(() => getComputedStyle(document.querySelector('.chip[aria-current]')).backgroundColor);
  const preview = await colour(page);
  const own = local.replace('localhost', 'fuchstal.localhost');
  const guest = await t.person({ baseURL: own });
  await guest.goto('/');
  await t.check(await colour(guest) !== preview, 'nobody else to see the preview');
  t.step('save');
  await press(page, 'Speichern');
  await t.sees(page, 'Aussehen und Texte sind gespeichert.');
  await guest.goto('/');
  await t.same(await colour(guest), preview, 'the colour at the own address');
  const brand = guest.getByRole('banner').getByRole('link', { name: /Fuchstal/ }).first();
  await t.check(/Fuchstal/.test(await brand.innerText()) && /Drei Dörfer, ein Tal/.test(await brand.innerText()), 'name and claim in the head of the own address');
  await t.check(/mill/.test(await brand.locator('img').getAttribute('src') ?? ''), 'the chosen arms in the head');
  await t.check(/Fuchstal/.test(await guest.title()), 'the name of the municipality in the title');
}

async function offline(t) {
  const page = await t.person({ baseURL: local });
  t.step('visit');
  await page.goto('/');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => new Promise(done => {
    if (navigator.serviceWorker.controller) done();
    else navigator.serviceWorker.addEventListener('controllerchange', () => done());
  })));
  await page.goto('/neues?art=news');
  const first = page.getByRole('article').getByRole('heading').getByRole('link').first();
  const title = await first.innerText();
  await Promise.all([page.waitForEvent('load'), first.click()]);
  const path = new URL(page.url()).pathname;
  await page.goto('/');
  const greeting = await page.getByRole('heading', { level: 1 }).innerText();
  t.step('without a network');
  await page.context().setOffline(true);
  await page.goto('/verzeichnis');
  await t.sees(page, 'Keine Verbindung');
  await page.goto(path);
  await t.sees(page, title);
  await page.goto('/');
  await t.same(await page.getByRole('heading', { level: 1 }).innerText(), greeting, 'the greeting of the kept home page');
  await t.check(await page.evaluate(() => getComputedStyle(document.querySelector('.site-header')).display !== 'inline' && document.styleSheets.length > 0 && document.fonts.size > 0), 'the kept page to have its style');
  await page.context().setOffline(false);
  const met = page.context().problems;
  met.splice(0, met.length, ...met.filter(p => !p.includes('net::ERR_')));
}

await perform({ passkey, cardAndLink, resident, look, offline });
