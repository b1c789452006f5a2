// Runs html-validate over the pages that the audit kept.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HtmlValidate } from 'html-validate';
import { report } from './browser.mjs';

const dir = process.env.DORFLINDE_OUT;
const validator = new HtmlValidate({
  extends: ['html-validate:recommended', 'html-validate:a11y', 'html-validate:standard'],
  rules: {
    'doctype-style': 'off', // lower or upper case are both valid HTML
    'no-trailing-whitespace': 'off',
    // a group of checkboxes shares its name, as HTML has it
    'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'reset', 'submit'] }],
    'long-title': 'off', // a title is as long as what somebody wrote
  },
});
const findings = [];
let pages = 0;
for (const name of readdirSync(dir).filter(n => n.endsWith('.html'))) {
  pages++;
  const path = readFileSync(join(dir, name.replace('.html', '.path')), 'utf8');
  const result = await validator.validateString(readFileSync(join(dir, name), 'utf8'));
  for (const r of result.results) for (const m of r.messages) findings.push(`${name} ${path}: ${m.ruleId}: ${m.message} (${m.line}:${m.column})`);
}
report(findings, `validated ${pages} pages`);
