// f32 products (n,n)(n,n) beside the build without SIMD and onnxruntime-web on its wasm backend, one thread each, with inputs and results on each
// one's own side of the door.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { scratchFolder, wasmEngine } from './contestants.js';
import { inTurn, rowsOf } from './rounds.js';

const LEAST = 60;                               // ms of a round

/** A MatMul of two inputs as an ONNX model, in protobuf: field number and wire type, then the value. */
function onnxModel(n) {
  const varint = (value) => {
    const out = [];
    do { out.push((value & 127) | (value > 127 ? 128 : 0)); value = Math.floor(value / 128); } while (value > 0);
    return out;
  };
  const bytes = (field, value) => {
    const data = typeof value === 'string' ? [...Buffer.from(value)] : value;
    return [...varint(field * 8 + 2), ...varint(data.length), ...data];
  };
  const number = (field, value) => [...varint(field * 8), ...varint(value)];
  const shape = [...bytes(1, number(1, n)), ...bytes(1, number(1, n))];
  const floats = bytes(1, [...number(1, 1), ...bytes(2, shape)]);         // TypeProto.tensor_type: element type 1 is float
  const value = (name) => [...bytes(1, name), ...bytes(2, floats)];
  const node = [...bytes(1, 'a'), ...bytes(1, 'b'), ...bytes(2, 'c'), ...bytes(4, 'MatMul')];
  const graph = [...bytes(1, node), ...bytes(2, 'g'), ...bytes(11, value('a')), ...bytes(11, value('b')), ...bytes(12, value('c'))];
  return new Uint8Array([...number(1, 8), ...bytes(7, graph), ...bytes(8, [...bytes(1, ''), ...number(2, 13)])]);
}

function onnxruntime(modules) {
  try {
    const ort = createRequire(`${modules}/`)('onnxruntime-web');
    ort.env.wasm.numThreads = 1;
    return ort;
  } catch {
    return null;
  }
}

/** An engine with its own copy of a and b. */
function llmsysProduct(name, engine, n, a, b) {
  const at = [a, b, n * n].map((each) => {
    const place = engine.allocate(n * n * 4);
    if (typeof each !== 'number') engine.memory.floats(place, n * n).set(each);
    return place;
  });
  const size = engine.memory.sizeOf('lls_matrix');
  const matrices = at.map((data) => {
    const place = engine.allocate(size);
    engine.memory.bytes(place, size).fill(0);
    engine.memory.write('lls_matrix', place, { data, rows: n, columns: n, row_stride: n, column_stride: 1 });
    return place;
  });
  return { name, multiply: () => engine.call('lls_matmul', 0, matrices[0], matrices[1], 0, matrices[2], 0),
    result: () => engine.memory.floats(at[2], n * n).slice(), close: () => [...at, ...matrices].forEach((each) => engine.release(each)) };
}

async function onnxProduct(ort, n, a, b) {
  const session = await ort.InferenceSession.create(onnxModel(n), { executionProviders: ['wasm'] });
  const feeds = { a: new ort.Tensor('float32', a, [n, n]), b: new ort.Tensor('float32', b, [n, n]) };
  return { name: `onnxruntime-web ${ort.env.versions.web}`, multiply: () => session.run(feeds), result: async () => (await session.run(feeds)).c.data,
    close: () => session.release() };
}

/** Rows for each size. */
export async function measureProducts({ dist, scalar, modules, sizes, rounds, remark }) {
  const scratch = scratchFolder(), rows = [], ort = onnxruntime(modules);
  const engines = [['packed-wasm', await wasmEngine('wasm', dist, scratch)]];
  if (scalar) engines.push(['scalar', await wasmEngine('scalar', scalar, scratch)]);
  if (!ort) remark('without onnxruntime-web: npm install it in some folder, and --modules names that folder');
  for (const n of sizes) {
    const [a, b] = [1, 2].map(() => Float32Array.from({ length: n * n }, () => Math.random() - 0.5));
    const contestants = engines.map(([name, { engine }]) => llmsysProduct(name, engine, n, a, b));
    if (ort) contestants.push(await onnxProduct(ort, n, a, b));
    contestants[0].multiply();
    const expected = contestants[0].result();
    for (const { name, multiply, result } of contestants) {
      await multiply();
      if (!(await result()).every((y, i) => Math.abs(y - expected[i]) < 1e-3)) throw new Error(`${name} does not come to our product of ${n}`);
    }
    const medians = await inTurn(contestants, rounds, async ({ multiply }) => {
      let count = 0;
      const began = performance.now();
      do { const waits = multiply(); if (waits) await waits; count++; } while (performance.now() - began < LEAST);
      return 2 * n ** 3 * count / (performance.now() - began) / 1e6;
    });
    rows.push(...rowsOf('matmul', 'packed-wasm', `${n}x${n}x${n}`, 'GFLOP/s', contestants, medians));
    for (const each of contestants) await each.close();
  }
  return rows;
}
