// What a caller may do wrong: every refusal is an LlmSysError with its three lines, nothing is read that was not passed, and nothing stays.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { load, LlmSysError } from '../src/index.js';
import { WORKSPACE } from './shared.js';

let llm, bytes, options, model;
before(async () => {
  llm = await load();
  bytes = await readFile(`${WORKSPACE}model.safetensors`);
  options = { config: await readFile(`${WORKSPACE}config.json`, 'utf8'), tokenizer: await readFile(`${WORKSPACE}tokenizer.json`) };
  model = await llm.loadModel(bytes, options);
});
after(() => llm.terminate());

async function refused(call, status, told) {
  await assert.rejects(async () => call(), (problem) => {
    assert.ok(problem instanceof LlmSysError && problem instanceof Error, `${told}: ${problem}`);
    assert.equal(problem.status, status, `${told}: ${problem.message}`);
    assert.ok(problem.what && problem.why && problem.fix, told);
    return true;
  }, told);
}
async function written(prompt, given) {
  let count = 0;
  const generation = model.generate(prompt, given);
  for await (const _ of generation) count++;
  return [count, generation.stop];
}
const matrix = (rows, columns, data = new Float32Array(rows * columns)) => ({ shape: [rows, columns], data });

test('operands that are no matrices, or have fewer or more numbers than their shape, are refused', async () => {
  for (const a of [null, undefined, 5, 'x', [1, 2], { data: [1] }, { shape: [1, 1] }, { shape: [2], data: [1, 2] }, { shape: [1, 1, 1], data: [1] },
    { shape: [2, 1], data: [1] }, { shape: [1, 1], data: [1, 2, 3] }, { shape: [-1, -1], data: [1] }, { shape: [1.5, 2], data: [1, 2, 3] },
    { shape: [1n, 1n], data: [1] }, { shape: [1, 1], data: 'x' }, { shape: [1e15, 1e15], data: [] }, { shape: [NaN, 1], data: [] }]) {
    await refused(() => llm.matmul(a, matrix(1, 1)), 'SHAPE', `a ${JSON.stringify(a, (_, x) => (typeof x === 'bigint' ? `${x}n` : x))}`);
    await refused(() => llm.matmul(matrix(1, 1), a), 'SHAPE', 'b');
  }
  await refused(() => llm.matmul({ shape: [1, 1], data: () => 1 }, matrix(1, 1)), 'INVALID', 'a function');
  await refused(() => llm.matmul(matrix(1, 2), matrix(2, 3), { bias: [1] }), 'SHAPE', 'bias');
  await refused(() => llm.matmul(matrix(1, 1), matrix(1, 1), { bias: 'x' }), 'SHAPE', 'bias');
  await refused(() => llm.matmul(matrix(1, 1), matrix(1, 1), { name: 'fastest' }), 'NOT_FOUND', 'name');
  await refused(() => llm.matmul(matrix(100000, 0), matrix(0, 100000)), 'OUT_OF_MEMORY', 'a result of 40 GB');
});

test('NaN, sizes 0 and 1 are products as others', async () => {
  assert.deepEqual((await llm.matmul(matrix(1, 1, [NaN]), matrix(1, 1, [1]))).data, new Float32Array([NaN]));
  assert.deepEqual(await llm.matmul(matrix(0, 5), matrix(5, 0)), matrix(0, 0));
  assert.deepEqual(await llm.matmul(matrix(2, 0), matrix(0, 3), { bias: [1, 2, 3] }), matrix(2, 3, new Float32Array([1, 2, 3, 1, 2, 3])));
  assert.deepEqual((await llm.matmul(matrix(1, 1, [2]), matrix(1, 1, [3]), null)).data, new Float32Array([6]));
});

test('settings of a text that cannot be are refused by their name', async () => {
  const wrong = { maxTokens: [-1, NaN, 1.5, '5', 2 ** 40, null], temperature: [-1, NaN, 'hot', Infinity], topK: [-1, 1.5, 'x'],
    topP: [0, 2, NaN, '1'], seed: [-1, 1.5, 'x', 2 ** 70], alternatives: [-5, 1e6, 2.5] };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) await refused(() => written('The', { maxTokens: 3, [name]: value }), 'INVALID', `${name} ${value}`);
  }
  for (const prompt of ['', null, undefined, 5, [], [1.5], [-1], [99999], ['a'], [NaN], {}, 'x'.repeat(5000)]) {
    await refused(() => written(prompt, { maxTokens: 3 }), 'INVALID', `prompt ${JSON.stringify(prompt)?.slice(0, 20)}`);
  }
  assert.deepEqual(await written('The', { maxTokens: 0 }), [0, 'length']);
  for (const call of [() => model.encode(5), () => model.encode(), () => model.decode(null), () => model.decode('x'), () => model.decode([99999]),
    () => model.logits(null), () => model.runWithCache([99999]), () => llm.use(), () => llm.use('matmul'), () => llm.kernels(5)]) {
    await refused(call, 'INVALID', String(call));
  }
  await refused(() => llm.kernels('nothing'), 'NOT_FOUND', 'slot');
});

test('settings of a training that cannot be are refused by their name', async () => {
  for (const given of [{ steps: -1 }, { steps: NaN }, { steps: 1.5 }, { hidden: 0 }, { learningRate: 'x' }, { learningRate: NaN }, { seed: -1 },
    { seed: 'x' }]) await refused(() => llm.trainXor({ steps: 2, ...given }), 'INVALID', JSON.stringify(given));
  for (const given of [{ contextLength: 0 }, { embeddingDim: -8 }, { numHeads: 3 }, { batch: 1.5 }, { learningRate: NaN }, { contextLength: 2 ** 31 },
    { seed: 1.5 }]) await refused(() => llm.trainCharModel('abc '.repeat(50), { steps: 1, ...given }), 'INVALID', JSON.stringify(given));
  for (const text of ['', 'a', 5, null]) await refused(() => llm.trainCharModel(text), 'INVALID', `text ${text}`);
});

test('an engine of what is none', async () => {
  for (const wasm of [5, 'x', {}]) await refused(() => load({ wasm }), 'INVALID', String(wasm));
  await refused(() => load({ wasm: new Uint8Array([1, 2]) }), 'UNSUPPORTED', 'two bytes');
});

test('two texts of one model at once are those of one after the other', async () => {
  const alone = [];
  for (const seed of [1, 2]) {
    let text = '';
    for await (const token of model.generate('The', { maxTokens: 30, temperature: 1, seed })) text += token.text;
    alone.push(text);
  }
  const together = await Promise.all([1, 2].map(async (seed) => {
    let text = '';
    for await (const token of model.generate('The', { maxTokens: 30, temperature: 1, seed })) text += token.text;
    return text;
  }));
  assert.deepEqual(together, alone);
  assert.notEqual(alone[0], alone[1]);
});

test('two engines know nothing of each other', async () => {
  const other = await load({ memoryLimit: 2 ** 28 });
  await other.use('matmul', 'naive');
  const serving = async (each) => (await each.kernels('matmul')).find(({ serving: is }) => is).name;
  assert.deepEqual([await serving(other), await serving(llm)], ['naive', 'packed-wasm-int8']);
  assert.equal((await other.memoryStats()).live, 0);
  await other.terminate();
  await other.terminate();
  assert.deepEqual(await written('The', { maxTokens: 3 }), [3, 'length']);
});

test('an abort before the beginning begins nothing, and one while bytes are awaited does not wait for them', async () => {
  const before = await llm.memoryStats();
  assert.deepEqual(await written('The', { signal: AbortSignal.abort() }), [0, 'cancelled']);
  await assert.rejects(llm.loadModel(bytes, { ...options, signal: AbortSignal.abort() }), { name: 'AbortError' });
  assert.deepEqual((await llm.trainXor({ signal: AbortSignal.abort() })).losses, []);
  const controller = new AbortController(), never = new ReadableStream({ start(stream) { stream.enqueue(new Uint8Array(10)); } });
  const loading = llm.loadModel(never, { size: 100, signal: controller.signal, onProgress: () => controller.abort() });
  await assert.rejects(loading, { name: 'AbortError' });
  const after = await llm.memoryStats();
  assert.equal(after.live, before.live);
});

test('a model that is gone: dispose twice, calls and texts after it', async () => {
  const live = (await llm.memoryStats()).live, second = await llm.loadModel(bytes, options), text = second.generate('The', { maxTokens: 50 });
  let count = 0;
  await refused(async () => {
    for await (const _ of text) if (++count === 3) await second.dispose();
  }, 'STATE', 'a text of a model that is gone');
  assert.equal(count, 3);
  await second.dispose();
  await second.dispose();
  for (const call of [() => second.logits('The'), () => second.encode('The'), async () => { for await (const _ of second.generate('The')); }]) {
    await refused(call, 'STATE', 'after dispose');
  }
  assert.equal((await llm.memoryStats()).live, live);
});
