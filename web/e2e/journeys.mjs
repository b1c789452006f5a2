// What the journeys share: a stage for each, people with and without a mouse,
// their letters. A journey is one task that somebody does; what fails in it is
// one finding, and the next journey starts all the same.
import { mkdirSync } from 'node:fs';
import { deflateSync, crc32 } from 'node:zlib';
import { base, context, launch, report } from './browser.mjs';

// local is the same house under a name: passkeys and service workers need one.
export const local = base.replace('127.0.0.1', 'localhost');

// perform plays the journeys of a script one after another and reports.
// DORFLINDE_JOURNEY picks one by name, DORFLINDE_SHOTS keeps pictures of failures.
export async function perform(journeys) {
  const browser = await launch();
  const findings = [];
  const times = [];
  for (const [name, journey] of Object.entries(journeys)) {
    if (process.env.DORFLINDE_JOURNEY && !name.includes(process.env.DORFLINDE_JOURNEY)) continue;
    const started = Date.now();
    const stage = new Stage(browser, name, findings);
    try {
      await journey(stage);
    } catch (error) {
      await stage.fail(`${stage.at}: ${plain(error)}`);
    }
    await stage.clear();
    times.push(`${name} ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
  await browser.close();
  report(findings, times.join(', '));
}

const plain = error => String(error.message ?? error).replace(/\x1b\[[0-9;]*m/g, '').split('\n').slice(0, 6).join(' ').replace(/\s+/g, ' ').slice(0, 500);

class Stage {
  #browser; #name; #findings; #people = [];
  at = 'at the start';

  constructor(browser, name, findings) {
    this.#browser = browser;
    this.#name = name;
    this.#findings = findings;
  }

  // person opens a browser of their own; every dialog, script error, breach of
  // the content security policy and request elsewhere is a finding.
  async person(options = {}) {
    const c = await context(this.#browser, options);
    c.setDefaultTimeout(8000);
    await c.addInitScript(() => addEventListener('securitypolicyviolation', e => console.error(`policy ${e.violatedDirective} broken by ${e.blockedURI}`)));
    const page = await c.newPage();
    page.on('dialog', d => {
      c.problems.push(`a dialog opened: ${d.message()}`);
      return d.dismiss();
    });
    this.#people.push({ c, page });
    return page;
  }

  // step names what comes next, for the finding should it throw.
  step(at) { this.at = at; }

  async fail(text) {
    this.#findings.push(`${this.#name}: ${text}`);
    if (!process.env.DORFLINDE_SHOTS) return;
    mkdirSync(process.env.DORFLINDE_SHOTS, { recursive: true });
    for (const [i, { page }] of this.#people.entries()) {
      await page.screenshot({ path: `${process.env.DORFLINDE_SHOTS}/${this.#name}-${this.#findings.length}-${i}.png`, fullPage: true }).catch(() => {});
    }
  }

  // check expects something to be so, and goes on if it is not.
  async check(holds, expected) {
    if (!holds) await this.fail(`expected ${expected}`);
    return Boolean(holds);
  }

  async same(got, wanted, what) {
    return this.check(got === wanted, `${what} to be „${wanted}“, got „${String(got).slice(0, 200)}“`);
  }

  // sees expects a text to become visible within a few seconds.
  async sees(page, text, where = page) {
    const found = where.getByText(text).filter({ visible: true }).first();
    try {
      await found.waitFor({ timeout: 4000 });
      return true;
    } catch {
      await this.fail(`expected to read „${text}“ on ${page.url().replace(/^https?:\/\/[^/]+/, '')}, there is: ${(await page.locator('main').innerText().catch(() => '')).replace(/\s+/g, ' ').slice(0, 160)}`);
      return false;
    }
  }

  async seesNot(page, text) {
    return this.check(await page.getByText(text).filter({ visible: true }).count() === 0, `not to read „${text}“ on ${page.url()}`);
  }

  // has expects a text in the answer of an address, as a program reads it.
  async has(page, path, text) {
    const answer = await page.request.get(path);
    const body = await answer.text();
    await this.check(body.includes(text), `„${text}“ in ${path} (${answer.status()})`);
    return body;
  }

  async lacks(page, path, text) {
    const body = await (await page.request.get(path)).text();
    await this.check(!body.includes(text), `no „${text}“ in ${path}`);
  }

  async clear() {
    for (const { c } of this.#people) {
      for (const p of new Set(c.problems)) await this.fail(p);
      await c.close();
    }
  }
}

// Keys is somebody without a mouse.
export class Keys {
  constructor(page) { this.page = page; }

  press(key) { return this.page.keyboard.press(key); }
  type(text) { return this.page.keyboard.insertText(text); }

  // to tabs on until the focus is on the wanted thing.
  async to(wanted, most = 160) {
    for (let i = 0; i < most; i++) {
      await this.press('Tab');
      if (await wanted.evaluateAll(all => all.includes(document.activeElement))) return;
    }
    throw new Error(`the Tab key never reaches ${wanted}`);
  }

  link(name) { return this.to(this.page.getByRole('link', { name, exact: true })); }
  button(name) { return this.to(this.page.getByRole('button', { name, exact: true })); }
  field(name) { return this.to(this.page.getByLabel(name)); }
  fold(name) { return this.to(this.page.locator('summary').filter({ hasText: name })); }

  async fill(name, text) {
    await this.field(name);
    await this.press('Control+a');
    await this.type(text);
  }

  // go presses a key that leads to another page.
  async go(key = 'Enter') {
    await Promise.all([this.page.waitForEvent('load'), this.press(key)]);
  }
}

// unfold opens a part of the page, unless it is open already.
export async function unfold(page, name) {
  const part = page.locator('details').filter({ has: page.locator('summary', { hasText: name }) }).last();
  if (await part.getAttribute('open') === null) await part.locator('summary').first().click();
  return part;
}

export async function press(page, name) {
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name, exact: true }).first().click()]);
}

export async function follow(page, name) {
  await Promise.all([page.waitForEvent('load'), page.getByRole('link', { name }).first().click()]);
}

// search asks until the word is found: a new entry enters the index a moment
// after it is published.
export async function search(page, words, title) {
  const until = Date.now() + 20000;
  do await page.goto('/suche?q=' + encodeURIComponent(words));
  while (await page.getByRole('link', { name: title }).count() === 0 && Date.now() < until);
}

// letter waits for a letter in the demo's letter box and gives its text.
export async function letter(page, to, subject) {
  const until = Date.now() + 8000;
  for (;;) {
    await page.goto('/demo/post');
    const found = page.locator('section').filter({ hasText: `An ${to}` }).filter({ has: page.getByRole('heading', { name: subject }) });
    if (await found.count()) return (await found.first().innerText());
    if (Date.now() > until) throw new Error(`no letter „${subject}“ to ${to}`);
    await page.waitForTimeout(200);
  }
}

// linkIn is the first address in a letter that matches, as a path.
export function linkIn(text, pattern) {
  const found = text.match(/https?:\/\/\S+/g)?.find(l => pattern.test(l));
  if (!found) throw new Error(`no link like ${pattern} in: ${text.slice(0, 300)}`);
  const url = new URL(found);
  return url.pathname + url.search;
}

// png draws a small picture in one colour.
export function png(width, height) {
  const rows = Buffer.alloc((width * 3 + 1) * height, 120);
  for (let y = 0; y < height; y++) rows[y * (width * 3 + 1)] = 0;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
