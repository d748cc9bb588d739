// The page in headless Chromium, for a test's time; pictures go to target/pictures.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ROOT } from './shared.js';
import { serveSite } from './site.js';

const BROWSER = process.env.LLMSYS_CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const PICTURES = `${ROOT}wasm/target/pictures`;

/** What npm installed beside this package or in LLMSYS_NODE_MODULES: use(require), or null. */
export function installed(use) {
  for (const folder of [process.env.LLMSYS_NODE_MODULES, `${ROOT}wasm`]) {
    try {
      if (folder) return use(createRequire(`${folder}/`));
    } catch { /* the next place */ }
  }
  return null;
}

const library = installed((require) => require('playwright-core'));

/** Why pages cannot be opened here, or false. */
export const skip = !BROWSER || !existsSync(BROWSER) ? 'the page: no Chromium (Debian: apt-get install chromium)'
  : library === null ? 'the page: no playwright-core (npm install in wasm/, or LLMSYS_NODE_MODULES names a folder that has it)' : false;

/** The page with the shipped model loaded. problems: what it complained of; ready(text): its status says so. */
export async function openPage(context = {}) {
  await mkdir(PICTURES, { recursive: true });
  const site = await serveSite(), problems = [];
  const browser = await library.chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, ...context });
  page.on('pageerror', (problem) => problems.push(String(problem)));
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  const ready = (text) => page.waitForFunction((words) => document.getElementById('status').textContent.includes(words), text, { timeout: 60_000 });
  await page.goto(site.url);
  await ready('The shipped model is ready');
  return { page, site, problems, ready, picture: (name) => page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true }),
    close: async () => {
      await browser.close();
      await site.close();
    } };
}
