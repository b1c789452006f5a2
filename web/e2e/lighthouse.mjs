// Prints Lighthouse's scores for an address, on its throttled mobile profile.
import lighthouse from 'lighthouse';
import { chromium } from 'playwright-core';

const url = process.argv[2];
const port = 9333;
const browser = await chromium.launch({
  executablePath: process.env.DORFLINDE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', `--remote-debugging-port=${port}`],
});
const run = await lighthouse(url, { port, output: 'json', logLevel: 'error', onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'] });
const { categories, audits } = run.lhr;
console.log(JSON.stringify({
  performance: Math.round(categories.performance.score * 100),
  accessibility: Math.round(categories.accessibility.score * 100),
  bestPractices: Math.round(categories['best-practices'].score * 100),
  seo: Math.round(categories.seo.score * 100),
  firstContentfulPaint: Math.round(audits['first-contentful-paint'].numericValue),
  largestContentfulPaint: Math.round(audits['largest-contentful-paint'].numericValue),
  totalBlockingTime: Math.round(audits['total-blocking-time'].numericValue),
  layoutShift: audits['cumulative-layout-shift'].numericValue,
}));
await browser.close();
