// ./llmsys wasm-demo: one folder, on loopback only, with everything the page asks for.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { ROOT } from './shared.js';

function run(home, ...words) {
  const child = spawn(`${ROOT}llmsys`, words, { env: { ...process.env, LLMSYS_NO_BUILD: '1', LLMSYS_HOME: home } });
  let out = '';
  const ended = new Promise((resolve) => { child.on('close', resolve); });
  const told = (pattern) => new Promise((resolve, reject) => {
    const look = (data) => { out += data; if (pattern.test(out)) resolve(out.match(pattern)); };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    ended.then(() => reject(new Error(out)));
  });
  return { child, told, ended, text: () => out };
}

test('the page and all its parts are served on this machine', async () => {
  const home = await mkdtemp(`${tmpdir()}/llmsys-wasm-`);
  const demo = run(home, 'wasm-demo', '--port', '0');
  try {
    const [, url] = await demo.told(/URL (http:\/\/127\.0\.0\.1:\d+\/)/);
    for (const path of ['demo/', 'demo/demo.js', 'demo/demo.css', 'src/index.js', 'src/worker.js', 'dist/engine.js', 'dist/engine.wasm',
        'model/model.safetensors', 'model/config.json', 'model/tokenizer.json', 'model/stories.txt']) {
      const answer = await fetch(url + path);
      assert.equal(answer.status, 200, path);
      if (path.endsWith('.js')) assert.match(answer.headers.get('content-type'), /javascript/, path);
      await answer.arrayBuffer();
    }
    assert.equal((await fetch(`${url}../CMakeLists.txt`)).status, 404);
  } finally {
    demo.child.kill('SIGTERM');
    await demo.ended;
    await rm(home, { recursive: true, force: true });
  }
});

test('wrong words are refused with status 2', async () => {
  for (const words of [['wasm-demo', '--port', 'x'], ['wasm-demo', '--wide'], ['build', 'wasn']]) {
    const wrong = run(`${tmpdir()}/llmsys-wasm-none`, ...words);
    wrong.told(/fix:/).catch(() => {});
    assert.equal(await wrong.ended, 2, wrong.text());
    assert.match(wrong.text(), /error: .*\nwhy: .*\nfix: /);
  }
});
