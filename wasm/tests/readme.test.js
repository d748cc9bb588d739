// The README's programs run as they stand there, in a checkout.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from './shared.js';

const EXPECTED = [/Float32Array\(4\) \[ 4, 5, 10, 11 \][^]*packed-wasm-int8 q8-blocks-mul-add serves/,
    /ready 3216688 of 3216688[^]*ended: length[^]*\[[^]*owner: 'weights'/,
  /\[ '0\.0\d', '0\.9\d', '0\.9\d', '0\.0\d' \]\n20 \d/];

test('each program of the README does what it says', async () => {
  const programs = [...(await readFile(new URL('../README.md', import.meta.url), 'utf8')).matchAll(/^```js\n([^]*?)^```$/gm)].map((match) =>
      match[1]);
  assert.equal(programs.length, EXPECTED.length);
  const folder = `${ROOT}wasm/target/readme`;                              // within the package, so that it finds itself by name
  await mkdir(folder, { recursive: true });
  for (const [i, program] of programs.entries()) {
    await writeFile(`${folder}/program${i}.js`, program);
    const { stdout } = await promisify(execFile)(process.execPath, [`${folder}/program${i}.js`], { cwd: ROOT, timeout: 60_000 });
    assert.match(stdout, EXPECTED[i]);
  }
  await rm(folder, { recursive: true });
});
