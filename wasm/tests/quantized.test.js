// Q8_0 and Q4_0 weights: the kernel in whole numbers against its definition, computed here number by number, and every kernel against float64.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { Engine } from '../src/engine.js';
import { numbers } from './shared.js';

const TYPES = { q8_0: { number: 3, bytes: 34 }, q4_0: { number: 4, bytes: 18 } };       // lls_dtype; bytes of a block of 32
const MOST_HALF = 65504;

let engine;
before(async () => {
  engine = await Engine.create({ wasm: await readFile(new URL('../dist/engine.wasm', import.meta.url)) });
});

/** A half of 16 bits as a number. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = bits >> 10 & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Blocks of a matrix (N,K) as a file holds them: random codes, scales of every kind of half unless `scale` gives one. */
function weights(type, n, k, { seed = 1, scale = null } = {}) {
  const { bytes } = TYPES[type], file = new Uint8Array(n * k / 32 * bytes), random = numbers(file.length, seed);
  file.forEach((_, i) => { file[i] = Math.floor((random[i] + 1) * 128) & 255; });
  const view = new DataView(file.buffer);
  for (let block = 0; block < file.length / bytes; block++) {
    let bits = scale ?? view.getUint16(block * bytes, true) & 0xBFFF;                     // below 2 unless told: subnormal ones and zeros too
    if (scale === null && block % 7 === 0) bits &= 0x83FF;
    view.setUint16(block * bytes, bits, true);
  }
  const code = (row, column) => {
    const block = row * (k / 32) + (column >> 5), place = column & 31;
    if (type === 'q8_0') return view.getInt8(block * bytes + 2 + place);
    return (view.getUint8(block * bytes + 2 + place % 16) >> (place < 16 ? 0 : 4) & 15) - 8;
  };
  return { file, rows: n, columns: k, type, code, scale: (row, block) => half(view.getUint16((row * (k / 32) + block) * bytes, true)) };
}

/** lls_matmul_weights. */
function product(name, a, m, w, bias) {
  const bytes = engine.allocate(Math.max(1, w.file.length));
  try {
    engine.memory.bytes(bytes, w.file.length).set(w.file);
    return engine.withFloats(a, (left) => engine.withFloats(m * w.rows, (result) => engine.memory.scratch((s) => {
      const matrix = (data, rows, columns) => s.struct('lls_matrix', { data, rows, columns, row_stride: columns, column_stride: 1 });
      const added = bias === null ? 0 : s.place(w.rows * 4);
      if (bias !== null) engine.memory.floats(added, w.rows).set(bias);
      engine.call('lls_matmul_weights', s.text(name), matrix(left, m, w.columns),
        s.struct('lls_weights', { data: bytes, type: TYPES[w.type].number, rows: w.rows, columns: w.columns }), added, matrix(result, m, w.rows));
      return engine.memory.floats(result, m * w.rows).slice();
    })));
  } finally {
    engine.release(bytes);
  }
}

/** Class q8-blocks-mul-add: x in codes of 8 bits with a scale a block, whole sums, the last product rounded before it is added. */
function inBlocks(a, m, w, bias) {
  const f = Math.fround, blocks = w.columns / 32, y = new Float32Array(m * w.rows);
  const nearest = (x) => { const low = Math.floor(x), part = x - low; return part > 0.5 || (part === 0.5 && low % 2 !== 0) ? low + 1 : low; };
  for (let row = 0; row < m; row++) {
    for (let n = 0; n < w.rows; n++) {
      let sum = bias === null ? 0 : bias[n];
      for (let block = 0; block < blocks; block++) {
        const x = Array.from({ length: 32 }, (_, i) => a[row * w.columns + 32 * block + i]), most = Math.max(...x.map(Math.abs));
        const finite = Number.isFinite(most), counts = finite && most >= 2 ** -120;
        let whole = 0;
        if (counts) x.forEach((each, i) => { whole += nearest(f(each * f(127 / most))) * w.code(n, 32 * block + i); });
        sum = f(sum + f(whole * f(w.scale(n, block) * (!finite ? NaN : counts ? f(most / 127) : 0))));
      }
      y[row * w.rows + n] = sum;
    }
  }
  return y;
}

const same = (found, expected, told) => found.forEach((y, i) =>
  assert.ok(Object.is(y, expected[i]) || y === expected[i], `${told} at ${i}: ${y}, ${expected[i]}`));

test('the kernel in whole numbers gives the bits of its definition, at awkward sizes, with and without a bias', () => {
  for (const type of Object.keys(TYPES)) {
    for (const [m, n, k] of [[1, 1, 32], [1, 33, 64], [2, 13, 96], [3, 207, 32], [4, 31, 224], [5, 64, 288], [13, 7, 32], [1, 100, 0], [0, 5, 32]]) {
      const a = numbers(m * k, 3), w = weights(type, n, k, { seed: m + n });
      for (const bias of [null, numbers(n, 4)]) {
        same(product('packed-wasm-int8', a, m, w, bias), inBlocks(a, m, w, bias), `${type} ${m},${n},${k}`);
      }
    }
  }
});

test('blocks of zeros, of the least numbers and of what is not finite', () => {
  for (const type of Object.keys(TYPES)) {
    const w = weights(type, 40, 96);
    for (const odd of [0, -0, 2 ** -126, 2 ** -149, -(2 ** -119), 3.4e38, Infinity, -Infinity, NaN]) {
      const a = numbers(2 * 96, 5);
      a.fill(odd, 32, 64);
      a[96 + 70] = odd;
      same(product('packed-wasm-int8', a, 2, w, null), inBlocks(a, 2, w, null), `${type} with ${odd}`);
    }
  }
});

test('a scale of any half: zeros, subnormal, the largest, infinite', () => {
  const a = numbers(64, 6);
  for (const scale of [0x0000, 0x8000, 0x0001, 0x83FF, 0x0400, 0x3C00, 0xC248, 0x7BFF, 0x7C00, 0xFC00, 0x7E00]) {
    const w = weights('q8_0', 5, 64, { scale });
    same(product('packed-wasm-int8', a, 1, w, null), inBlocks(a, 1, w, null), `scale ${half(scale)}`);
  }
  assert.equal(half(0x7BFF), MOST_HALF);
});

test('every kernel comes near the float64 product of the weights', () => {
  for (const type of Object.keys(TYPES)) {
    const [m, n, k] = [3, 37, 160], a = numbers(m * k, 7), w = weights(type, n, k, { scale: 0x2E66 });                     // about 0.1
    for (const { name, numerics } of engine.kernels('matmul')) {
      const found = product(name, a, m, w, null);
      for (let row = 0; row < m; row++) {
        for (let column = 0; column < n; column++) {
          let exact = 0, size = 0;
          for (let i = 0; i < k; i++) {
            const weight = w.scale(column, i >> 5) * w.code(column, i);
            exact += a[row * k + i] * weight;
            size += Math.abs(weight);
          }
          const most = numerics.startsWith('q8-blocks') ? size / 254 + 1e-3 : 1e-6 * size;                            // half a step of x in 127
          const error = Math.abs(found[row * n + column] - exact);
          assert.ok(error <= most, `${type} ${name} (${row},${column}): off by ${error}, at most ${most}`);
        }
      }
    }
  }
});
