// Tokens a second of writing greedily, one thread: the shipped model, random ones of two shapes and three types, or a model of one's own.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nativeWriter, scratchFolder, wasmWriter } from './contestants.js';
import { SHAPES, randomModel } from './random_model.js';
import { inTurn, rowsOf } from './rounds.js';

const TYPES = ['f32', 'q8_0', 'q4_0'];
const SHIPPED = fileURLToPath(new URL('../../workspace/model/', import.meta.url));

/** what, source (bytes, perhaps config and path), prompt, tokens; real: everyone must write the same. */
function* cases(own) {
  if (own !== null) {
    const config = own.endsWith('.safetensors') ? readFileSync(own.replace(/[^/]*$/, 'config.json'), 'utf8') : null;
    for (const type of ['as-is', ...TYPES]) {
      yield { what: `${own.replace(/^.*\//, '')} ${type}`, source: () => ({ bytes: readFileSync(own), config, path: own }), type, prompt: [1],
        tokens: 200, real: type === 'as-is' };
    }
    return;
  }
  yield { what: 'shipped f32', type: 'f32', prompt: [1, 2, 3], tokens: 60, real: true, source: () => ({ path: SHIPPED,
    bytes: readFileSync(`${SHIPPED}model.safetensors`), config: readFileSync(`${SHIPPED}config.json`, 'utf8') }) };
  for (const [name, shape] of Object.entries(SHAPES)) {
    for (const type of TYPES) {
      yield { what: `${name} ${type}`, source: () => ({ bytes: randomModel(shape), config: null }), type, prompt: [1],
        tokens: name === '15M' ? 32 : 400, real: false };
    }
  }
}

/** Rows for each case: dist beside the scalar build and the native library, where they are told. */
export async function measureDecode({ dist, scalar, library, model, rounds, remark }) {
  const scratch = scratchFolder(), writers = [await wasmWriter('wasm', dist, scratch)], rows = [];
  if (scalar) writers.push(await wasmWriter('scalar', scalar, scratch));
  const native = library ? nativeWriter(library, scratch) : null;
  if (native) writers.push(native); else if (library) remark('without the native engine: there is no C compiler called cc');
  for (const { what, source, type, prompt, tokens, real } of cases(model)) {
    const from = source();
    let contestants = writers.map((writer) => {
      try {
        return { name: writer.name, ...writer.open(from, type) };
      } catch (problem) {                       // a type that does not divide the rows
        remark(`${what} is left out: ${problem.what ?? problem.message}`);
        return null;
      }
    });
    contestants = contestants[0] === null ? [] : contestants.filter((each) => each !== null);
    let expected = null;
    if (contestants.length > 0) {
      const medians = await inTurn(contestants, rounds, ({ name, write }) => {
        const { speed, ids } = write(prompt, tokens);
        expected ??= String(ids);
        if (real && String(ids) !== expected) throw new Error(`${name} does not write the tokens of ${contestants[0].name} with ${what}`);
        return speed;
      });
      rows.push(...rowsOf('engine', 'wasm', `${what}, ${tokens} tokens`, 'tokens/s', contestants, medians));
    }
    contestants.forEach((each) => each.close());
  }
  return rows;
}
