// The engine in this thread: products against float64, kernels of one class, memory to the byte.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { Engine } from '../src/engine.js';
import { numbers } from './shared.js';

let engine;
before(async () => {
  engine = await Engine.create({ wasm: await readFile(new URL('../dist/engine.wasm', import.meta.url)) });
});

const matrix = (rows, columns, seed) => ({ shape: [rows, columns], data: numbers(rows * columns, seed) });

function exact(a, b, bias) {
  const [m, k] = a.shape, n = b.shape[1], c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) {
    let sum = bias ? bias[j] : 0;
    for (let l = 0; l < k; l++) sum += a.data[i * k + l] * b.data[l * n + j];
    c[i * n + j] = sum;
  }
  return c;
}

test('every product of every kernel is the float64 one, at awkward sizes', () => {
  for (const { name } of engine.kernels('matmul')) {
    for (const [m, k, n] of [[1, 1, 1], [1, 13, 207], [2, 64, 16], [3, 5, 9], [4, 32, 33], [5, 207, 7], [13, 13, 13], [64, 100, 63],
        [131, 70, 130]]) {
      const a = matrix(m, k, 2), b = matrix(k, n, 3), bias = numbers(n, 4);
      for (const added of [null, bias]) {
        const { shape, data } = engine.matmul(a, b, { name, bias: added }), expected = exact(a, b, added);
        assert.deepEqual(shape, [m, n]);
        data.forEach((y, i) => assert.ok(Math.abs(y - expected[i]) <= 1e-6 * (k + 1), `${name} ${m},${k},${n} at ${i}: ${y}, ${expected[i]}`));
      }
    }
  }
});

test('a product of nothing and a wide one', () => {
  assert.deepEqual(engine.matmul(matrix(2, 0), matrix(0, 3)).data, new Float32Array(6));
  const a = matrix(3, 1500, 5), b = matrix(1500, 20, 6), expected = exact(a, b);
  engine.matmul(a, b).data.forEach((y, i) => assert.ok(Math.abs(y - expected[i]) <= 2e-3));
});

test('the kernel for registers serves, others are one use away, and auto gives the choice back', () => {
  const serving = () => engine.kernels('matmul').find((each) => each.serving).name;
  assert.equal(serving(), 'packed-wasm-int8');
  engine.use('matmul', 'naive');
  assert.equal(serving(), 'naive');
  engine.use('matmul', 'auto');
  assert.equal(serving(), 'packed-wasm-int8');
  assert.ok(new Set(engine.kernels().map((each) => each.slot)).size >= 10);
});

test('errors tell what, why and what to do', () => {
  assert.throws(() => engine.matmul(matrix(2, 3), matrix(4, 5)), (problem) => problem.status === 'SHAPE' && /\(2,3\).*\(4,5\)/.test(problem.what)
      && problem.fix !== '');
  assert.throws(() => engine.use('matmul', 'fastest'), (problem) => problem.status === 'NOT_FOUND' && problem.why !== '' && problem.fix !== '');
});

test('memory is counted by owner, limited, and given back', () => {
  const before = engine.memoryStats().live;
  const at = engine.allocate(1000, 'a test');
  const told = engine.memoryStats();
  assert.equal(told.live, before + 1000);
  assert.equal(told.owners.find((each) => each.owner === 'a test').live, 1000);
  engine.release(at);
  assert.equal(engine.memoryStats().live, before);
  assert.throws(() => engine.release(at), (problem) => problem.status === 'INVALID');
});

test('a size beyond 32 bits is refused, not cut to what is left of it', () => {
  engine.call('lls_memory_limit', 0n);
  for (const size of [2 ** 32, 2 ** 32 + 64, 2 ** 33 + 1000]) {
    assert.throws(() => engine.allocate(size), (problem) => problem.status === 'OUT_OF_MEMORY');
  }
  engine.limitMemory(2 ** 30);
  assert.equal(engine.memoryStats().live, 0);
});
