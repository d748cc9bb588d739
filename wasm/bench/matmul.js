// f32 products beside onnxruntime-web on its wasm backend, one thread each, in turn in one run:
//
//   node wasm/bench/matmul.js [--sizes 256,512] [--modules FOLDER]       FOLDER has node_modules/onnxruntime-web
//
// A contestant's figure is its median over the rounds; a round is many products, inputs and results on its own side of the door.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Engine } from '../src/engine.js';

const word = (name, otherwise) => { const i = process.argv.indexOf(name); return i < 0 ? otherwise : process.argv[i + 1]; };
const SIZES = word('--sizes', '256,512').split(',').map(Number);
const ROUNDS = 15, LEAST = 60;                  // ms of a round

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** A MatMul of two inputs as an ONNX model, in protobuf: field number and wire type, then the value. */
function model(n) {
  const varint = (value) => { const out = []; do { out.push((value & 127) | (value > 127 ? 128 : 0)); value = Math.floor(value / 128);
      } while (value > 0); return out; };
  const bytes = (field, value) => { const data = typeof value === 'string' ? [...Buffer.from(value)] : value;
      return [...varint(field * 8 + 2), ...varint(data.length), ...data]; };
  const number = (field, value) => [...varint(field * 8), ...varint(value)];
  const shape = [...bytes(1, number(1, n)), ...bytes(1, number(1, n))];
  const floats = bytes(1, [...number(1, 1), ...bytes(2, shape)]);         // TypeProto.tensor_type: element type 1 is float
  const value = (name) => [...bytes(1, name), ...bytes(2, floats)];
  const node = [...bytes(1, 'a'), ...bytes(1, 'b'), ...bytes(2, 'c'), ...bytes(4, 'MatMul')];
  const graph = [...bytes(1, node), ...bytes(2, 'g'), ...bytes(11, value('a')), ...bytes(11, value('b')), ...bytes(12, value('c'))];
  return new Uint8Array([...number(1, 8), ...bytes(7, graph), ...bytes(8, [...bytes(1, ''), ...number(2, 13)])]);
}

async function peer() {
  try {
    const ort = createRequire(`${word('--modules', process.cwd())}/`)('onnxruntime-web');
    ort.env.wasm.numThreads = 1;
    return ort;
  } catch {
    return null;
  }
}

const engine = await Engine.create({ wasm: await readFile(new URL('../dist/engine.wasm', import.meta.url)) });
const ort = await peer();
const company = ort ? `onnxruntime-web ${ort.env.versions.web}, one thread each`
  : 'alone: no onnxruntime-web (npm install it somewhere, --modules names that folder)';
console.log(`node ${process.version}, ${company}`);
for (const n of SIZES) {
  const a = Float32Array.from({ length: n * n }, () => Math.random() - 0.5), b = Float32Array.from({ length: n * n }, () => Math.random() - 0.5);
  const at = [a, b, n * n].map((each) => {
    const place = engine.allocate(n * n * 4);
    if (typeof each !== 'number') engine.memory.floats(place, n * n).set(each);
    return place;
  });
  const contestants = [];
  engine.memory.scratch((s) => {                // given back with the engine: the products run until the end
    const matrices = at.map((data) => s.struct('lls_matrix', { data, rows: n, columns: n, row_stride: n, column_stride: 1 }));
    const kept = matrices.map((from) => { const to = engine.allocate(64);
        engine.memory.bytes(to, 64).set(engine.memory.bytes(from, engine.memory.sizeOf('lls_matrix'))); return to; });
    contestants.push({ name: 'llmsys', multiply: () => engine.call('lls_matmul', 0, kept[0], kept[1], 0, kept[2], 0) });
  });
  if (ort) {
    const session = await ort.InferenceSession.create(model(n), { executionProviders: ['wasm'] });
    const feeds = { a: new ort.Tensor('float32', a, [n, n]), b: new ort.Tensor('float32', b, [n, n]) };
    const { c } = await session.run(feeds);
    contestants[0].multiply();
    const mine = engine.memory.floats(at[2], n * n);
    if (!c.data.every((y, i) => Math.abs(y - mine[i]) < 1e-3)) throw new Error('the two do not come to the same product');
    contestants.push({ name: 'onnxruntime-web', multiply: () => session.run(feeds) });
  }
  const figures = contestants.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { multiply }] of contestants.entries()) {
      let count = 0;
      const began = performance.now();
      do { const waits = multiply(); if (waits) await waits; count++; } while (performance.now() - began < LEAST);
      if (round > 1) figures[i].push(2 * n ** 3 * count / (performance.now() - began) / 1e6);
    }
  }
  const [ours, theirs] = figures.map(median);
  const beside = theirs ? `, onnxruntime-web ${theirs.toFixed(1)} GFLOP/s, ratio ${(ours / theirs).toFixed(2)}` : '';
  console.log(`matmul ${n}: llmsys ${ours.toFixed(1)} GFLOP/s${beside}`);
}
