// The page when things go wrong or happen at once: bad files, models that change while one writes, trainings that are stopped; by ear and keyboard.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { installed, openPage, skip } from './browser.js';
import { ROOT, WORKSPACE } from './shared.js';

const axe = installed((require) => require.resolve('axe-core/axe.min.js'));

describe('the page in trouble', { skip }, () => {
  let opened, page, ready, picture, folder;
  const file = (name) => `${folder}/${name}`;
  const focused = () => page.evaluate(() => document.activeElement.id);
  const live = async () => parseFloat((await page.textContent('#memory-told')).match(/^Live ([\d.]+)/)[1]);
  before(async () => {
    folder = await mkdtemp(`${tmpdir()}/llmsys-page-`);
    const model = await readFile(`${WORKSPACE}model.safetensors`);
    await writeFile(file('cut.safetensors'), model.subarray(0, 100_000));
    await writeFile(file('whole.safetensors'), model);
    await writeFile(file('text.gguf'), await readFile(`${ROOT}LICENSE`));
    await writeFile(file('empty.bin'), '');
    await writeFile(file('large.bin'), '');
    await truncate(file('large.bin'), 1200 * 2 ** 20);                     // of no bytes on the disk
    ({ page, ready, picture } = opened = await openPage({ bypassCSP: true }));             // axe-core is put into it
  });
  after(async () => {
    await opened?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('bad files are told in three lines, and the model that was there writes on', async () => {
    const before = await live();
    const bad = [
      [['cut.safetensors'], /config\.json was not chosen/],
      [['cut.safetensors', `${WORKSPACE}config.json`], /take 3214336 bytes/],
      [['text.gguf'], /no model of a known kind/],
      [['empty.bin'], /is empty/],
      [[`${WORKSPACE}tokenizer.json`], /no model among these files/],
      [[`${WORKSPACE}config.json`], /no model among these files/],
      [['large.bin'], /does not fit[^]*1200\.0 MiB/],
    ];
    for (const [names, words] of bad) {
      await page.setInputFiles('#files', names.map((name) => (name.startsWith('/') ? name : file(name))));
      await page.waitForFunction((source) => new RegExp(source).test(document.getElementById('problem').textContent), words.source);
      assert.match(await page.textContent('#problem'), /^.+\nWhy: [^]+\nFix: .+$/);
      assert.equal(await page.getAttribute('#problem', 'role'), 'alert');
    }
    await picture('9-bad-file');
    assert.equal(await live(), before);
    await page.fill('#tokens', '5');
    await page.click('#start');
    await ready('Wrote 5 tokens');
    assert.equal(await page.textContent('#problem'), '');
  });

  test('without a tokenizer nothing can be written, and the page says why', async () => {
    await page.setInputFiles('#files', [file('whole.safetensors'), `${WORKSPACE}config.json`]);
    await ready('has no tokenizer: choose it together');
    assert.equal(await page.isDisabled('#start'), true);
    await page.click('#shipped');
    await ready('The shipped model is ready');
    assert.equal(await page.isDisabled('#start'), false);
  });

  test('another model, while one writes, ends the text, without a complaint and without leaving memory', async () => {
    const before = await live();
    await page.fill('#tokens', '2000');
    await page.click('#start');
    await page.waitForFunction(() => document.querySelectorAll('.token').length > 5);
    await page.click('#shipped');
    await page.waitForFunction(() => document.getElementById('stop').disabled && !document.getElementById('start').disabled);
    await ready('The shipped model is ready');
    assert.equal(await page.textContent('#problem'), '');
    assert.ok(await page.locator('.token').count() < 2000);
    await page.waitForFunction((told) => parseFloat(document.getElementById('memory-told').textContent.slice(5)) <= told, before);
  });

  test('a training that is stopped in the middle of a text takes over, and the first model\'s memory comes back', async () => {
    const before = await live();
    await page.fill('#tokens', '2000');
    await page.click('#start');
    await page.click('#chars');
    await page.waitForFunction(() => /Step \d{2,} of/.test(document.getElementById('train-told').textContent), null, { timeout: 60_000 });
    await page.click('#stop-training');
    await ready('The character model is learned');
    assert.equal(await page.textContent('#problem'), '');
    await page.click('#shipped');
    await ready('The shipped model is ready');
    await page.waitForFunction((told) => parseFloat(document.getElementById('memory-told').textContent.slice(5)) <= told, before);
  });

  test('by keyboard: the focus goes to the button that ends what was begun, and back', async () => {
    await page.fill('#tokens', '2000');
    await page.focus('#start');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('.token').length > 5);
    assert.equal(await focused(), 'stop');
    await page.keyboard.press('Enter');
    await ready('(cancelled)');
    await page.waitForFunction(() => document.activeElement.id === 'start');
    await page.focus('#xor');
    await page.keyboard.press('Space');
    await page.waitForFunction(() => document.activeElement.id === 'stop-training');
    await ready('XOR is learned');
    await page.waitForFunction(() => document.activeElement.id === 'xor');
  });

  test('by ear: a text is told once, when it has ended', async () => {
    await page.fill('#tokens', '30');
    await page.focus('#prompt');
    await page.click('#start');
    await ready('Wrote 30 tokens');
    const [heard, seen] = await page.evaluate(() => [document.getElementById('heard').textContent,
      [...document.querySelectorAll('.token')].map((each) => each.textContent).join('')]);
    assert.equal(heard, seen);
    assert.equal(await page.getAttribute('#heard', 'aria-live'), 'polite');
    await page.click('#start');
    await ready('Wrote 30 tokens');
  });

  test('axe-core finds nothing, in both schemes, wide and narrow', { skip: axe === null ? 'the page: no axe-core (LLMSYS_NODE_MODULES)' : false },
    async () => {
      await page.evaluate(await readFile(axe, 'utf8'));
      for (const [colorScheme, width] of [['light', 1000], ['dark', 1000], ['light', 320], ['dark', 320]]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        const found = await page.evaluate(async () => (await globalThis.axe.run(document)).violations.map(({ id, help, nodes }) =>
          `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`));
        assert.deepEqual(found, [], `${colorScheme}, ${width} wide`);
      }
    });
});
