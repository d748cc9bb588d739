// Tokens a second of a llama2.c model, greedy, after a short prompt, one thread:
//
//   node wasm/bench/decode.js --model stories260K.bin --tokenizer tok512.bin [--scalar FOLDER] [--native LIBRARY]
//
// --scalar: a folder with the engine built without SIMD (cmake -DLLMSYS_SIMD=OFF -DLLMSYS_OUTPUT=FOLDER); --native: libllmsys.so, driven by
// native_decode.c on one thread, which must write the same tokens. Contestants take turns; a figure is the median of their rounds.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';

const word = (name) => { const i = process.argv.indexOf(name); return i < 0 ? null : process.argv[i + 1]; };
const TOKENS = 400, ROUNDS = 9;
const PROMPT = 'Once upon a time';
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const scratch = mkdtempSync(`${tmpdir()}/llmsys-bench-`);
process.on('exit', () => rmSync(scratch, { recursive: true }));

const [bytes, tokenizer] = await Promise.all([word('--model'), word('--tokenizer')].map((path) => readFile(path)));

/** A package with the engine of another folder: src/ finds dist/ beside itself. */
async function contestant(name, dist) {
  const home = `${scratch}/${name}`;
  await cp(fileURLToPath(new URL('../src', import.meta.url)), `${home}/src`, { recursive: true });
  await cp(fileURLToPath(new URL('../package.json', import.meta.url)), `${home}/package.json`);
  await cp(dist, `${home}/dist`, { recursive: true });
  const [{ Engine }, { ModelFile, Model, Tokenizer }] = await Promise.all(['engine', 'model'].map((each) =>
      import(pathToFileURL(`${home}/src/${each}.js`))));
  const engine = await Engine.create({ wasm: await readFile(`${home}/dist/engine.wasm`) });
  const file = new ModelFile(engine, bytes.length);
  file.write(bytes);
  const model = new Model(engine, file.load(), Tokenizer.fromBytes(engine, tokenizer, 'the tokenizer'));
  return { name, write() {
    const session = model.open(PROMPT, { maxTokens: TOKENS, alternatives: -1 }), ids = [], began = performance.now();
    for (let step = session.next(); !step.done; step = session.next()) ids.push(step.token.id);
    const speed = 1000 * ids.length / (performance.now() - began);
    session.close();
    return { speed, ids };
  } };
}

function native(library) {
  const program = `${scratch}/native`, include = fileURLToPath(new URL('../../native/include', import.meta.url));
  execFileSync('cc', ['-O2', '-I', include, fileURLToPath(new URL('native_decode.c', import.meta.url)), library, '-o', program]);
  return { name: 'native', write() {
    const [speed, ...ids] = execFileSync(program, [word('--model'), word('--tokenizer'), PROMPT, String(TOKENS)],
      { encoding: 'utf8', env: { ...process.env, LD_LIBRARY_PATH: library.replace(/\/[^/]*$/, '') } }).trim().split(/\s+/).map(Number);
    return { speed, ids };
  } };
}

const contestants = [await contestant('wasm', fileURLToPath(new URL('../dist', import.meta.url)))];
if (word('--scalar')) contestants.push(await contestant('scalar', word('--scalar')));
if (word('--native')) contestants.push(native(word('--native')));
const figures = contestants.map(() => []);
let expected = null;
for (let round = 0; round < ROUNDS; round++) {
  for (const [i, each] of contestants.entries()) {
    const { speed, ids } = each.write();
    expected ??= ids;
    if (String(ids) !== String(expected)) throw new Error(`${each.name} does not write the tokens of ${contestants[0].name}`);
    if (round > 0) figures[i].push(speed);
  }
}
const speeds = figures.map(median);
contestants.forEach(({ name }, i) =>
    console.log(`${name}: ${speeds[i].toFixed(0)} tokens/s${i > 0 ? `, wasm is ${(speeds[0] / speeds[i]).toFixed(2)} of it` : ''}`));
