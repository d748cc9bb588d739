// The package as it is used: load(), a worker, models, generation, training, errors, memory.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { load, LlmSysError } from '../src/index.js';
import { CORPUS, needsShared, SHARED, WORKSPACE } from './shared.js';

let llm;
before(async () => { llm = await load(); });
after(() => llm.terminate());

const stories = async (name = 'stories260K.bin', options = {}) => llm.loadModel(await readFile(`${SHARED}/data/models/stories260K/${name}`),
  { tokenizer: name.endsWith('.bin') ? await readFile(`${SHARED}/data/models/stories260K/tok512.bin`) : undefined, ...options });
const shipped = async (options = {}) => llm.loadModel(await readFile(`${WORKSPACE}model.safetensors`),
  { config: await readFile(`${WORKSPACE}config.json`, 'utf8'), tokenizer: await readFile(`${WORKSPACE}tokenizer.json`), ...options });
async function write(model, prompt, options) {
  let text = '';
  for await (const token of model.generate(prompt, options)) text += token.text;
  return text;
}
const refused = (promise, status, words) => assert.rejects(promise, (problem) => {
  assert.ok(problem instanceof LlmSysError, String(problem));
  assert.equal(problem.status, status);
  assert.match(problem.message, words);
  assert.ok(problem.what && problem.why && problem.fix);
  return true;
});

test('greedy text of stories260K is what llama2.c writes', needsShared, async () => {
  const expected = (await readFile(`${SHARED}/oracles/stories260K/greedy_once_upon_a_time_n100.txt`, 'utf8')).trimEnd();
  const model = await stories();
  const text = 'Once upon a time' + await write(model, 'Once upon a time', { maxTokens: 120 });
  assert.ok(text.startsWith(expected), `${text}\n---\n${expected}`);
  await model.dispose();
});

test('logits of stories260K are those of llama2.c', needsShared, async () => {
  const bytes = await readFile(`${SHARED}/oracles/stories260K/greedy_once_upon_a_time_n100.logits.f32`);
  const expected = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const ids = (await readFile(`${SHARED}/oracles/stories260K/greedy_n100.input_ids.txt`, 'utf8')).trim().split(/\s+/).map(Number);
  const model = await stories();
  const { data, shape } = await model.logits(ids);
  assert.deepEqual(shape, [ids.length, 512]);
  assert.equal(data.length, expected.length);
  data.forEach((y, i) => assert.ok(Math.abs(y - expected[i]) <= 1e-3, `${i}: ${y}, ${expected[i]}`));
  await model.dispose();
});

test('every quantization is read, and a GGUF brings its tokenizer', needsShared, async () => {
  for (const kind of ['f32', 'F16', 'BF16', 'Q8_0']) {
    const model = await stories(`stories260K-${kind}.gguf`);
    assert.match(await write(model, 'Once upon a time', { maxTokens: 12 }), /^, there was a little/, kind);
    await model.dispose();
  }
});

test('the shipped model writes, tells probabilities, and is counted', async () => {
  const phases = [];
  const model = await shipped({ onProgress: ({ phase, loaded, total }) => phases.push([phase, loaded / total]) });
  assert.equal(phases.at(-1)[0], 'ready');
  assert.ok(phases.length >= 5 && phases.every(([, share], i) => i === 0 || share >= phases[i - 1][1]));
  assert.equal(model.config.numLayers, 4);
  const stats = await llm.memoryStats();
  assert.ok(stats.live >= model.config.bytes && stats.owners.some((each) => each.owner === 'weights' && each.live > 0));
  const generation = model.generate('The old clock', { maxTokens: 20, alternatives: 5 });
  let count = 0;
  for await (const token of generation) {
    assert.equal(token.alternatives.length, 5);
    assert.equal(token.alternatives[0].id, token.id);                     // greedy
    assert.ok(token.probability > 0 && token.probability <= 1 && token.alternatives[0].probability === token.probability);
    count++;
  }
  assert.deepEqual([count, generation.stop], [20, 'length']);
  assert.equal(await model.decode(await model.encode('The old clock')), 'The old clock');
  await model.dispose();
  assert.equal((await llm.memoryStats()).live, 0);
});

test('kernel and sampler are swapped while it writes; the tokens are those of the same choices', async () => {
  const model = await shipped();
  const greedy = await write(model, 'The old clock', { maxTokens: 40 });
  const generation = model.generate('The old clock', { maxTokens: 40, temperature: 1.2, seed: 5 });
  let text = '', count = 0;
  for await (const token of generation) {
    text += token.text;
    if (++count === 10) await generation.change({ temperature: 0 });
    if (count === 20) await llm.use('matmul', 'naive');
  }
  await llm.use('matmul', 'auto');
  const drawn = await write(model, 'The old clock', { maxTokens: 10, temperature: 1.2, seed: 5 });
  assert.equal(text, drawn + await write(model, 'The old clock' + drawn, { maxTokens: 30 }));
  assert.notEqual(text, greedy);
  await model.dispose();
});

test('an abort, and leaving the loop, end a text and give its memory back', async () => {
  const model = await shipped();
  const before = (await llm.memoryStats()).live;
  const controller = new AbortController(), aborted = model.generate('The', { maxTokens: 1000, slide: true, signal: controller.signal });
  let count = 0;
  for await (const _ of aborted) if (++count === 7) controller.abort();
  assert.deepEqual([count, aborted.stop], [7, 'cancelled']);
  const left = model.generate('The', { maxTokens: 50 });
  for await (const _ of left) break;
  assert.equal(left.stop, 'cancelled');
  assert.equal((await llm.memoryStats()).live, before);
  await model.dispose();
});

test('runWithCache tells every place under its name, and softmax rows sum to one', async () => {
  const model = await shipped();
  const { logits, cache } = await model.runWithCache('The old');
  assert.deepEqual(logits.shape, [7, 61]);
  const pattern = cache.get('blocks.3.attn.hook_pattern');
  assert.deepEqual(pattern.shape.slice(-3), [4, 7, 7]);
  for (let row = 0; row < pattern.data.length; row += 7) {
    const sum = pattern.data.slice(row, row + 7).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-5);
  }
  const same = await model.logits('The old');
  same.data.forEach((y, i) => assert.ok(Math.abs(y - logits.data[i]) < 1e-4));
  await model.dispose();
});

test('XOR is learned', async () => {
  const { predictions, losses } = await llm.trainXor({ steps: 400 });
  assert.equal(losses.length, 400);
  assert.ok(losses.at(-1) < 0.01 && losses[0] > 0.1, `${losses[0]} to ${losses.at(-1)}`);
  assert.deepEqual(predictions.map(Math.round), [0, 1, 1, 0]);
});

test('a character model learns, tells its losses, stops when asked, and writes', async () => {
  const text = (await readFile(CORPUS, 'utf8')).slice(0, 20000), controller = new AbortController(), steps = [];
  const { model, losses } = await llm.trainCharModel(text, { steps: 10000, contextLength: 16, embeddingDim: 32, numLayers: 1,
      signal: controller.signal,
    onStep: ({ step }) => { steps.push(step); if (step === 150) controller.abort(); } });
  assert.ok(losses.length >= 150 && losses.length < 10000);
  assert.deepEqual(steps, losses.map((_, i) => i + 1));
  assert.ok(losses[0] > 3.5 && losses.at(-1) < 3, `${losses[0]} to ${losses.at(-1)}`);
  assert.equal((await write(model, 'The ', { maxTokens: 30, slide: true })).length, 30);
  await model.dispose();
  assert.equal((await llm.memoryStats()).live, 0);
});

test('a model that does not fit is refused with its size, and nothing stays', async () => {
  const small = await load({ memoryLimit: 3_000_000 });
  const bytes = await readFile(`${WORKSPACE}model.safetensors`);
  await refused(small.loadModel(bytes, { config: await readFile(`${WORKSPACE}config.json`, 'utf8') }), 'OUT_OF_MEMORY',
      /does not fit[^]*3\.1 MiB[^]*quantized/);
  assert.equal((await small.memoryStats()).live, 0);
  await small.terminate();
  const middle = await load({ memoryLimit: 5_000_000 });                   // the file fits, its weights beside it do not
  await refused(middle.loadModel(bytes, { config: await readFile(`${WORKSPACE}config.json`, 'utf8') }), 'OUT_OF_MEMORY', /does not fit[^]*laid out/);
  assert.equal((await middle.memoryStats()).live, 0);
  assert.ok((await middle.memoryStats()).peak <= 5_000_000);
  await middle.terminate();
});

test('what is no model, is cut off, or is of no known kind is refused, and nothing stays', async () => {
  const bytes = new Uint8Array(await readFile(`${WORKSPACE}model.safetensors`)), config = await readFile(`${WORKSPACE}config.json`, 'utf8');
  await refused(llm.loadModel(bytes), 'INVALID', /config/);
  await refused(llm.loadModel(bytes.slice(0, 100_000), { config }), 'FILE', /./);
  await refused(llm.loadModel(new TextEncoder().encode('no model at all')), 'FILE', /./);
  await refused(llm.loadModel(new TextEncoder().encode('x'.repeat(2000)), { format: 'bin' }), 'FILE', /things are wrong[^]*fix: /);  // a list
  await refused(llm.loadModel(new Uint8Array(0)), 'FILE', /is empty/);
  await refused(llm.loadModel(new Uint8Array(13)), 'FILE', /no model of a known kind/);
  await refused(llm.loadModel('a text'), 'INVALID', /ArrayBuffer/);
  await refused(llm.loadModel(new Blob([bytes.slice(0, 10)]).stream()), 'INVALID', /size/);
  await refused(llm.loadModel(new Blob([bytes.slice(0, 10)]).stream(), { size: 20 }), 'INVALID', /10 of 20/);
  await refused(llm.loadModel(bytes, { config, tokenizer: 'nothing known' }), 'FILE', /./);
  await refused(llm.matmul({ shape: [1, 2], data: [1, 2] }, { shape: [3, 1], data: [1, 2, 3] }), 'SHAPE', /\(1,2\)/);
  await refused(load({ memoryLimit: -1 }), 'INVALID', /memoryLimit/);
  await assert.rejects(llm.loadModel(bytes, { config, signal: AbortSignal.abort() }), { name: 'AbortError' });
  assert.equal((await llm.memoryStats()).live, 0);
});

test('a Blob and a stream are read as the bytes are', async () => {
  const bytes = await readFile(`${WORKSPACE}model.safetensors`), options = { config: JSON.parse(await readFile(`${WORKSPACE}config.json`, 'utf8')),
    tokenizer: await readFile(`${WORKSPACE}tokenizer.json`, 'utf8') };
  const texts = [];
  for (const source of [bytes, new Blob([bytes]), new Blob([bytes]).stream()]) {
    const model = await llm.loadModel(source, { ...options, size: bytes.length });
    texts.push(await write(model, 'The', { maxTokens: 15 }));
    await model.dispose();
  }
  assert.deepEqual(texts, [texts[0], texts[0], texts[0]]);
});

test('what was disposed of or terminated is refused, calls that wait too', async () => {
  const own = await load();
  const { model } = await own.trainCharModel('abcdefgh '.repeat(50), { steps: 1, contextLength: 8, embeddingDim: 8, numLayers: 1, numHeads: 1 });
  await model.dispose();
  await refused(model.encode('a'), 'STATE', /disposed/);
  const waiting = own.trainXor({ steps: 100000 });
  const ended = refused(waiting, 'STATE', /terminated/);
  await own.terminate();
  await ended;
  await refused(own.memoryStats(), 'STATE', /terminated/);
});
