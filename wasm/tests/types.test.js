// The types as a user's compiler sees them, through the exports map: typescript in its strictest form, where it is installed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { ROOT } from './shared.js';

function compiler() {
  for (const folder of [process.env.LLMSYS_NODE_MODULES, `${ROOT}wasm`]) {
    try {
      if (folder) return createRequire(`${folder}/`).resolve('typescript/lib/tsc.js');
    } catch { /* the next place */ }
  }
  return null;
}

const tsc = compiler();
const PROGRAM = `
import { load, LlmSysError, type Choice, type MemoryStats, type Model, type Progress, type Tensor, type Token } from 'llmsys';

const llm = await load({ memoryLimit: 2 ** 28 });
const product: Tensor = await llm.matmul({ shape: [1, 2], data: [1, 2] }, { shape: [2, 1], data: new Float64Array(2) }, { bias: [1], name: 'naive' });
const first: number = product.data[0] ?? 0;
const heard = ({ phase, loaded }: Progress) => console.log(phase, loaded);
const model: Model = await llm.loadModel(new Uint8Array(4), { config: { a: 1 }, onProgress: heard });
const text = model.generate('The', { maxTokens: 3, signal: new AbortController().signal, alternatives: 2 });
for await (const token of text) {
  const told: Token = token, choices: Choice[] = told.alternatives;
  console.log(told.text, told.probability, choices.length);
  await text.change({ temperature: 0 });
}
const { cache } = await model.runWithCache([1, 2]);
console.log(first, cache.get('hook_embed')?.shape, text.stop?.length);
const stats: MemoryStats = await llm.memoryStats();
console.log(stats.owners.map(({ owner, live }) => owner + live), (await llm.trainXor({ steps: 1 })).predictions[0]);
const learned = await llm.trainCharModel('abc', { onStep: ({ step, loss }) => console.log(step, loss) });
await learned.model.dispose();
try { await llm.use('matmul', 'x'); } catch (problem) {
  if (problem instanceof LlmSysError) console.log(problem.status === 'NOT_FOUND', problem.fix);
}
await llm.terminate();

// @ts-expect-error an operand has a shape
await llm.matmul({ data: [1] }, product);
// @ts-expect-error a prompt is a text or ids
model.generate(5);
// @ts-expect-error no such setting
model.generate('The', { heat: 1 });
// @ts-expect-error a token is no text
for await (const token of text) { const wrong: string = token; console.log(wrong); }
// @ts-expect-error nothing of this name
await llm.multiply(product, product);
`;

test('a strict user compiles, and a wrong one does not', { skip: tsc === null ? 'the types: no typescript (LLMSYS_NODE_MODULES)' : false }, () => {
  const folder = `${ROOT}wasm/target/types`;                              // within the package, so that it finds itself by name
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/user.mts`, PROGRAM);
  const words = ['--strict', '--noEmit', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--target', 'es2022', '--module', 'nodenext',
    '--lib', 'es2022,dom', `${folder}/user.mts`];
  let told = '';
  try {
    execFileSync(process.execPath, [tsc, ...words], { encoding: 'utf8' });
  } catch (problem) {
    told = problem.stdout;
  }
  assert.equal(told, '');
});
