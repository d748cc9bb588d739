// The page in headless Chromium: a person writes, swaps, trains and reads, with keyboard, zoom, both colour schemes and no network.
// Pictures of it lie in target/pictures afterwards.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage, skip } from './browser.js';
import { ROOT, SHARED, needsShared } from './shared.js';

describe('the page', { skip }, () => {
  let opened, page, site, ready, picture;
  before(async () => { ({ page, site, ready, picture } = opened = await openPage()); });
  after(() => opened?.close());

  test('it loads under its own strict policy, without a complaint', async () => {
    assert.deepEqual(opened.problems, []);
    assert.equal(await page.getAttribute('html', 'lang'), 'en');
    assert.match(await page.getAttribute('meta[http-equiv="Content-Security-Policy"]', 'content'),
        /default-src 'none'; script-src 'self' 'wasm-unsafe-eval'/);
    await picture('1-loaded');
  });

  test('it writes by keyboard alone, and swaps matrix product and sampler meanwhile', async () => {
    await page.focus('#tokens');
    await page.fill('#tokens', '400');
    await page.focus('#start');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('.token').length > 20);
    await page.selectOption('#matmul', 'naive');
    await page.selectOption('#sampler', 'greedy');
    const at = await page.locator('.token').count();
    await page.waitForFunction((count) => document.querySelectorAll('.token').length > count + 20, at);
    assert.match(await page.textContent('#speed'), /with greedy and naive/);
    await page.selectOption('#matmul', 'packed-wasm');
    await ready('Wrote 400 tokens');
    assert.equal(await page.locator('.token').count(), 400);
    // from where the sampler was greedy, each token is the likeliest of its place
    await page.focus('#place');
    await page.keyboard.press('End');
    const chosen = JSON.parse((await page.textContent('#choice-title')).match(/: (".*") was chosen/)[1]);
    assert.equal(JSON.parse(await page.locator('#choices code').first().textContent()), chosen);
    await picture('2-written');
  });

  test('each token tells what could have come instead', async () => {
    await page.focus('#place');
    await page.keyboard.press('Home');
    assert.match(await page.textContent('#choice-title'), /^Token 1: /);
    await page.keyboard.press('ArrowRight');
    assert.match(await page.textContent('#choice-title'), /^Token 2: /);
    assert.match(await page.getAttribute('#place', 'aria-valuetext'), /^token 2, ".*", [\d.]+ %$/s);
    const shares = (await page.locator('#choices td.number').allTextContents()).map(parseFloat);
    assert.equal(shares.length, 8);
    assert.ok(shares.every((share, i) => i === 0 || share <= shares[i - 1]) && shares.reduce((a, b) => a + b, 0) <= 100.5);
  });

  test('it stops when asked', async () => {
    await page.fill('#tokens', '2000');
    await page.click('#start');
    await page.waitForFunction(() => document.querySelectorAll('.token').length > 5);
    await page.click('#stop');
    await ready('(cancelled)');
    assert.ok(await page.locator('.token').count() < 2000);
  });

  test('XOR is learned, with a curve that tells itself in words', async () => {
    await page.click('#xor');
    await ready('XOR is learned');
    const found = (await page.textContent('#train-told')).match(/= ([\d.]+)/g).map((each) => Math.round(parseFloat(each.slice(2))));
    assert.deepEqual(found, [0, 1, 1, 0]);
    assert.match(await page.getAttribute('#curve', 'aria-label'), /loss 0\.\d+ at step 1, 0\.00\d at step 400/);
    const points = (await page.getAttribute('#curve-line', 'points')).split(' ');
    assert.ok(points.length > 100);
    await picture('3-xor');
  });

  test('a character model learns here, and then writes', async () => {
    await page.click('#chars');
    await page.waitForFunction(() => /Step \d{2,} of/.test(document.getElementById('train-told').textContent), null, { timeout: 60_000 });
    await picture('4-training');
    await page.waitForFunction(() => parseInt(document.getElementById('train-told').textContent.slice(5), 10) > 150, null, { timeout: 120_000 });
    await page.click('#stop-training');
    await ready('The character model is learned');
    await page.fill('#tokens', '60');
    await page.click('#start');
    await ready('Wrote 60 tokens');
    await picture('5-learned');
  });

  test('memory is told by owner, live and peak', async () => {
    const owners = await page.locator('#owners th').allTextContents();
    assert.ok(owners.includes('weights') && owners.includes('kv-cache'), owners.join());
    assert.match(await page.textContent('#memory-told'), /^Live [\d.]+ \w+, peak [\d.]+ \w+, limit/);
  });

  test('a model of one\'s own, after the network is gone', needsShared, async () => {
    await page.context().setOffline(true);
    const before = site.asked.length;
    await page.setInputFiles('#files', [`${SHARED}/data/models/stories260K/stories260K.bin`, `${SHARED}/data/models/stories260K/tok512.bin`]);
    await ready('stories260K.bin is ready');
    await page.fill('#prompt', 'Once upon a time');
    await page.selectOption('#sampler', 'greedy');
    await page.fill('#tokens', '30');
    await page.click('#start');
    await ready('Wrote 30 tokens');
    assert.match(await page.textContent('#text'), /^Once upon a time, there was a little girl named Lily\./);
    await page.setInputFiles('#files', [`${ROOT}LICENSE`]);
    await page.waitForFunction(() => document.getElementById('problem').textContent.includes('Fix:'));
    await picture('6-own-model');
    assert.equal(site.asked.length, before);
    await page.context().setOffline(false);
  });

  test('everything is reached by Tab, and shows where the focus is', async () => {
    await page.reload();
    await ready('The shipped model is ready');
    const met = [];
    for (let i = 0; i < 25; i++) {
      await page.keyboard.press('Tab');
      const [id, outline] = await page.evaluate(() => [document.activeElement.id || document.activeElement.className
          || document.activeElement.tagName, getComputedStyle(document.activeElement).outlineWidth]);
      if (id === 'BODY') break;
      assert.ok(parseFloat(outline) >= 2, `${id} has an outline of ${outline}`);
      met.push(id);
    }
    for (const id of ['skip', 'shipped', 'files', 'prompt', 'tokens', 'sampler', 'matmul', 'start', 'text', 'xor',
        'chars']) assert.ok(met.includes(id), `${id} is not among ${met}`);
  });

  test('every control has a name', async () => {
    const nameless = await page.evaluate(() =>
        [...document.querySelectorAll('button, input, select, textarea, progress, meter, svg[role=img], [role=group]')]
      .filter((each) => !(each.labels?.length || each.getAttribute('aria-label')
          || (each.tagName === 'BUTTON' && each.textContent.trim()))).map((each) => each.id));
    assert.deepEqual(nameless, []);
  });

  test('at 200 % and 400 % nothing is cut off to the side', async () => {
    for (const width of [500, 320]) {                                     // of 1000 and 1280 at twice and four times the size
      await page.setViewportSize({ width, height: 700 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${wide} pixels too wide at ${width}`);
    }
    await picture('7-zoomed');
    await page.setViewportSize({ width: 1000, height: 900 });
  });

  test('colours have the contrast of WCAG 2.2 AA in both schemes', async () => {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      const colours = await page.evaluate(() => Object.fromEntries(['paper', 'ink', 'quiet', 'line', 'strong', 'on-strong', 'mark', 'chosen']
        .map((name) => [name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()])));
      const light = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
      for (const [a, b, least] of [['ink', 'paper', 4.5], ['quiet', 'paper', 4.5], ['on-strong', 'strong', 4.5], ['ink', 'chosen', 4.5],
          ['line', 'paper', 3], ['strong', 'paper', 3], ['mark', 'paper', 3]]) {
        assert.ok(contrast(colours[a], colours[b]) >= least, `${colorScheme}: ${a} on ${b} is ${contrast(colours[a], colours[b])}`);
      }
      await picture(`8-${colorScheme}`);
    }
  });
});
