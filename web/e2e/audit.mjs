// Looks at every kind of page of the demo, signed out and as each role, light
// and dark, narrow and wide: axe-core, horizontal scrolling, requests to other
// hosts, script errors; and keeps the HTML of each for the validators.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { base, context, launch, report, signIn } from './browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const config = JSON.parse(process.env.DORFLINDE_AUDIT);
const out = process.env.DORFLINDE_OUT;
mkdirSync(out, { recursive: true });

const patterns = config.patterns.map(p => ({
  path: p,
  matcher: new RegExp('^' + p.replace(/\{\$\}/g, '').replace(/[.+?^()|[\]\\]/g, '\\$&').replace(/\{[a-zA-Z_]+\.\.\.\}/g, '.*').replace(/\{[a-zA-Z_]+\}/g, '[^/]+') + '$'),
  weight: (p.match(/\{/g) ?? []).length,
})).sort((a, b) => a.weight - b.weight);

const patternOf = path => patterns.find(p => p.matcher.test(path))?.path;
const skipped = [/^\/static\//, /^\/medien\//, /^\/feeds\//, /^\/api\//, /\.(ics|xml|txt|png|svg|css|js|json|jsonld|geojson|webmanifest|csv)$/,
  /^\/(abmelden|healthz|readyz|metrics)$/, /\/kalender\.ics$/, /vorschau\.png$/, /^\/e\//, /^\/anmelden\/oidc/];
const findings = [];
const started = Date.now();
let audited = 0;

async function auditRole(browser, role) {
  const c = await context(browser);
  const page = await c.newPage();
  if (role.email) await signIn(page, role.email);
  const seen = new Map();
  const queue = [...config.start, ...(role.start ?? [])];
  const queued = new Set(queue);
  while (queue.length) {
    const path = queue.shift();
    const pattern = patternOf(new URL(path, base).pathname) ?? path;
    if (role.only && !role.only.some(o => pattern.startsWith(o)) && pattern !== '/{$}') continue;
    const times = seen.get(pattern) ?? 0;
    if (times >= config.samples) continue;
    const response = await page.goto(path, { waitUntil: 'load' });
    if (!response || response.status() >= 400) {
      findings.push(`${role.name}: ${path} answers ${response?.status()}`);
      continue;
    }
    if (!(response.headers()['content-type'] ?? '').startsWith('text/html')) continue;
    if (new URL(page.url()).pathname !== new URL(path, base).pathname) {
      const there = new URL(page.url());
      const landed = there.pathname + there.search;
      if (!queued.has(landed)) { queued.add(landed); queue.unshift(landed); }
      continue;
    }
    seen.set(pattern, times + 1);
    await audit(page, role, path);
    for (const href of await page.$$eval('a[href]', as => as.map(a => a.getAttribute('href')))) {
      if (!href || href.startsWith('#')) continue;
      const url = new URL(href, page.url());
      if (url.host !== new URL(base).host || skipped.some(s => s.test(url.pathname))) continue;
      const next = url.pathname + url.search;
      if (!queued.has(next)) { queued.add(next); queue.push(next); }
    }
  }
  findings.push(...c.problems.map(p => `${role.name}: ${p}`));
  await c.close();
  return seen.size;
}

async function audit(page, role, path) {
  audited++;
  const html = await page.content();
  const raw = await page.request.get(path);
  writeFileSync(join(out, `${role.name}-${String(audited).padStart(3, '0')}.html`), await raw.text());
  writeFileSync(join(out, `${role.name}-${String(audited).padStart(3, '0')}.path`), path);
  if (/style="/.test(html.replace(/<svg[\s\S]*?<\/svg>/g, '')) && !/data-map|maplibregl/.test(html)) findings.push(`${role.name}: ${path}: inline style`);
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) findings.push(`${role.name}: ${path} at ${width} px scrolls sideways by ${wide} px`);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const v of await violations(page)) findings.push(`${role.name}: ${path} at ${width} px ${colorScheme}: ${v}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
}

// The tags are WCAG 2.2 A and AA, the European standard and good practice.
async function violations(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return result.violations.map(v => `${v.id}: ${v.nodes.slice(0, 2).map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? n.all[0]?.message ?? '')).join('; ')}`);
}

const browser = await launch();
const counts = [];
for (const role of config.roles) counts.push(`${role.name} ${await auditRole(browser, role)}`);
await browser.close();
report(findings, `audited ${audited} pages (${counts.join(', ')}) in ${Math.round((Date.now() - started) / 1000)} s`);
