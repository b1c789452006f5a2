// Starts the installed Chromium and signs people in through the real page.
import { chromium } from 'playwright-core';

export const base = process.env.DORFLINDE_BASE;
export const password = process.env.DORFLINDE_PASSWORD;

export async function launch() {
  return chromium.launch({
    executablePath: process.env.DORFLINDE_CHROMIUM,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

// context is one person's browser; every problem it meets is noted.
export async function context(browser, options = {}) {
  const c = await browser.newContext({ locale: 'de-DE', timezoneId: 'Europe/Berlin', baseURL: base, viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
  c.problems = [];
  const host = new URL(options.baseURL ?? base).host;
  c.on('request', r => {
    const url = new URL(r.url());
    if (url.protocol.startsWith('http') && url.host !== host) c.problems.push(`request to another host: ${r.url()}`);
  });
  c.on('console', m => {
    if (m.type() === 'error' && !/status of (4\d\d)/.test(m.text())) c.problems.push(`console on ${m.page()?.url()}: ${m.text()}`);
  });
  c.on('weberror', e => c.problems.push(`script error: ${e.error()}`));
  return c;
}

export async function signIn(page, email) {
  await page.goto('/anmelden/passwort');
  await page.fill('#password-email', email);
  await page.fill('#password-password', password);
  await Promise.all([page.waitForURL(u => !u.pathname.startsWith('/anmelden')), page.press('#password-password', 'Enter')]);
}

// report prints one line for each finding and ends with what a caller needs.
export function report(findings, summary) {
  for (const f of new Set(findings)) console.log('FINDING ' + f);
  console.log(summary);
  process.exit(findings.length ? 1 : 0);
}
