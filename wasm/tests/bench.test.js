// ./llmsys bench wasm: rows in the fields of bench, what is wrong is told in three lines, and decode holds that everyone writes the same.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { SHAPES, randomModel } from '../bench/random_model.js';
import { inTurn, median, rowsOf } from '../bench/rounds.js';
import { table } from '../bench/table.js';
import { load } from '../src/index.js';
import { ROOT } from './shared.js';

const run = (command, ...words) => promisify(execFile)(command, words, { cwd: ROOT, timeout: 120_000, env: { ...process.env, LLMSYS_NO_BUILD: '1' } })
  .then(({ stdout, stderr }) => ({ code: 0, stdout, stderr }), ({ code, stdout, stderr }) => ({ code, stdout, stderr }));
const bench = (...words) => run(process.execPath, `${ROOT}wasm/bench/run.js`, ...words);

test('products and writing are measured, in the fields of bench', async () => {
  const { code, stdout, stderr } = await bench('--names', 'matmul', '--sizes', '13,32', '--rounds', '1', '--json', '--modules', `${ROOT}wasm/src`);
  assert.equal(code, 0, stderr);
  const rows = JSON.parse(stdout);
  assert.deepEqual(rows.map(({ value, ...row }) => row), ['13x13x13', '32x32x32'].map((each) =>
    ({ slot: 'matmul', name: 'packed-wasm', case: each, threads: 1, unit: 'GFLOP/s' })));
  assert.ok(rows.every(({ value }) => value > 0));
  assert.match(stderr, /without onnxruntime-web: .*--modules/);
  const decode = await bench('--names', 'decode', '--model', 'workspace/model/model.safetensors', '--scalar', 'wasm/dist', '--rounds', '1', '--json');
  assert.equal(decode.code, 0, decode.stderr);
  const written = JSON.parse(decode.stdout);
  assert.ok(written.length >= 2 && written.every(({ slot, peer, value, peerValue, ratio }) =>
    slot === 'engine' && peer === 'scalar' && Math.abs(ratio - value / peerValue) < 1e-9), decode.stdout);
});

test('wrong words are refused with status 2, what is not there too', async () => {
  for (const words of [['--wide'], ['--rounds', '0'], ['--rounds', 'x'], ['--rounds'], ['--sizes', '5000'], ['--names', 'matmul,walk'],
    ['--model', 'nothing.bin']]) {
    const { code, stdout, stderr } = await bench(...words);
    assert.equal(code, 2, `${words}: ${stderr}`);
    assert.match(stderr, /^error: .+\nwhy: .+\nfix: .+\n$/);
    assert.equal(stdout, '');
  }
  const { code, stderr } = await bench('--dist', 'wasm/src');
  assert.equal(code, 1);
  assert.match(stderr, /^error: .+\nwhy: .*engine\.wasm\nfix: .*build wasm\n$/);
});

test('the launcher knows both words: it hands on the options, and names what is missing', async () => {
  const wrong = await run(`${ROOT}llmsys`, 'bench', 'wasm', '--rounds', 'none');
  assert.equal(wrong.code, 2, wrong.stderr);
  assert.match(wrong.stderr, /error: --rounds cannot be none\nwhy: .+\nfix: /);
  const { stdout } = await run(`${ROOT}llmsys`, 'bench', 'wasm', '--help');
  assert.match(stdout, /^ {2}wasm {8}the engine for browsers[^]*^ {2}python {6}the Python package/m);
});

test('what is missing is named with its package, and nothing is installed without a question', async () => {
  const folder = await mkdtemp(`${tmpdir()}/llmsys-path-`);
  try {
    for (const tool of ['bash', 'env', 'dirname', 'mkdir', 'readlink', 'cat', 'find', 'head', 'grep', 'sed', 'cut', 'paste', 'id', 'rm']) {
      const found = process.env.PATH.split(':').map((each) => `${each}/${tool}`).find(existsSync);
      await symlink(found, `${folder}/${tool}`);
    }
    const poor = (...words) => promisify(execFile)(`${ROOT}llmsys`, words, { env: { ...process.env, PATH: folder, LLMSYS_NO_BUILD: '1',
      LLMSYS_HOME: `${folder}/home` } }).catch((problem) => problem);
    for (const [words, told] of [
      [['build', 'wasm'], /^error: .*\nwhy: missing: emcc, cmake, node, ninja\nfix: .*apt-get install --no-install-recommends emscripten cmake /],
      [['bench', 'wasm'], /^error: .*\nwhy: missing: node\nfix: .*apt-get install --no-install-recommends nodejs/]]) {
      const { code, stderr } = await poor(...words);
      assert.equal(code, 1, `${words}: ${stderr}`);
      assert.match(stderr, told);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a random model has the shape that is asked for, and can be read', async () => {
  const shape = SHAPES['260K'], llm = await load(), model = await llm.loadModel(randomModel(shape));
  const { embeddingDim, numLayers, numHeads, numKvHeads, hiddenDim, vocabSize, contextLength } = model.config;
  assert.deepEqual([embeddingDim, hiddenDim, numLayers, numHeads, numKvHeads, vocabSize, contextLength], Object.values(shape));
  await llm.terminate();
});

test('contestants take turns, the first round is not counted, and a figure is a median', async () => {
  const order = [], script = { a: [90, 3, 1, 2], b: [90, 4, 8, 6] };
  const medians = await inTurn(['a', 'b'], 3, (name) => { order.push(name); return script[name].shift(); });
  assert.deepEqual(medians, [2, 6]);
  assert.equal(order.join(''), 'abababab');
  assert.equal(median([5, 1, 9]), 5);
  const [row] = rowsOf('matmul', 'us', '8', 'x', [{ name: 'us' }, { name: 'them' }], [3, 2]);
  assert.deepEqual([row.peer, row.peerValue, row.ratio], ['them', 2, 1.5]);
  assert.equal(table([{ slot: 'm', name: 'long name', case: '8', threads: 1, value: 2.5, unit: 'u' }]),
    'slot  name       case  threads  value  unit\nm     long name  8           1   2.50  u');
});
