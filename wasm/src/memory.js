// The engine's memory as JavaScript sees it: bytes, texts and structs of llmsys.h.
//
// Memory that grows gets a new ArrayBuffer, so a view is made where it is used and never kept over a call of the engine.

import { number, wholeNumber } from './checks.js';

const READ = {
  i32: (view, at) => view.getInt32(at, true),
  u32: (view, at) => view.getUint32(at, true),
  i64: (view, at) => Number(view.getBigInt64(at, true)),
  u64: (view, at) => view.getBigUint64(at, true),
  f32: (view, at) => view.getFloat32(at, true),
  f64: (view, at) => view.getFloat64(at, true),
  pointer: (view, at) => view.getUint32(at, true),
};
const WRITE = {
  i32: (view, at, value) => view.setInt32(at, value, true),
  u32: (view, at, value) => view.setUint32(at, value, true),
  i64: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  u64: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  f32: (view, at, value) => view.setFloat32(at, value, true),
  f64: (view, at, value) => view.setFloat64(at, value, true),
  pointer: (view, at, value) => view.setUint32(at, value, true),
};

const WHOLE = { i32: [-(2 ** 31), 2 ** 31 - 1], u32: [0, 2 ** 32 - 1], i64: [-(2n ** 63n), 2n ** 63n - 1n], u64: [0n, 2n ** 64n - 1n],
  pointer: [0, 2 ** 32 - 1] };
const asWritten = (field) => field.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

export class Memory {
  #module;
  #structs = new Map();
  #decoder = new TextDecoder();
  #encoder = new TextEncoder();

  constructor(module, buffer) {
    this.#module = module;
    this.buffer = buffer;                       // () => the ArrayBuffer of now
    for (const line of this.text(module._lls_wasm_layout()).trim().split('\n')) {
      const [type, field, kind, offset, size] = line.split(' ');
      if (!this.#structs.has(type)) this.#structs.set(type, { size: Number(size), fields: new Map() });
      this.#structs.get(type).fields.set(field, { kind, offset: Number(offset) });
    }
  }

  bytes(at, count) { return new Uint8Array(this.buffer(), at, count); }
  floats(at, count) { return new Float32Array(this.buffer(), at, count); }
  ints(at, count) { return new Int32Array(this.buffer(), at, count); }
  int32(at) { return READ.i32(new DataView(this.buffer()), at); }
  int64(at) { return READ.i64(new DataView(this.buffer()), at); }
  handle(at) { return READ.u64(new DataView(this.buffer()), at); }
  pointer(at) { return READ.pointer(new DataView(this.buffer()), at); }

  /** A terminated text; null for no address. */
  text(at, most = 1 << 20) {
    if (at === 0) return null;
    const all = new Uint8Array(this.buffer());
    const end = all.indexOf(0, at);
    return this.#decoder.decode(all.slice(at, Math.min(end, at + most)));
  }

  utf8(text) { return this.#encoder.encode(text); }

  sizeOf(type) { return this.#structs.get(type).size; }

  /** All numbers and addresses of a struct. */
  read(type, at) {
    const view = new DataView(this.buffer());
    return Object.fromEntries([...this.#structs.get(type).fields].map(([name, f]) => [name, READ[f.kind](view, at + f.offset)]));
  }

  write(type, at, values) {
    const view = new DataView(this.buffer());
    for (const [name, value] of Object.entries(values)) {
      const { kind, offset } = this.#structs.get(type).fields.get(name);
      if (kind in WHOLE) wholeNumber(asWritten(name), value, ...WHOLE[kind]); else number(asWritten(name), value);
      WRITE[kind](view, at + offset, value);
    }
  }

  /** Small things of one call: places are given back when `body` ends. */
  scratch(body) {
    const taken = [];
    const place = (size) => {
      const at = this.#module._malloc(Math.max(size, 8));
      if (at === 0) throw new RangeError('the engine has no memory for the values of a call');
      taken.push(at);
      return at;
    };
    const scratch = {
      place,
      struct: (type, values = {}) => {
        const at = place(this.sizeOf(type));
        this.bytes(at, this.sizeOf(type)).fill(0);
        this.write(type, at, values);
        return at;
      },
      text: (text) => {
        if (text === null || text === undefined) return 0;
        const bytes = this.utf8(text);
        const at = place(bytes.length + 1);
        this.bytes(at, bytes.length).set(bytes);
        this.bytes(at + bytes.length, 1)[0] = 0;
        return at;
      },
      ints: (values) => {
        const at = place(values.length * 4);
        this.ints(at, values.length).set(values);
        return at;
      },
      doubles: (values) => {
        const at = place(values.length * 8);
        new Float64Array(this.buffer(), at, values.length).set(values);
        return at;
      },
      longs: (values) => {
        const at = place(values.length * 8);
        new BigInt64Array(this.buffer(), at, values.length).set(values.map(BigInt));
        return at;
      },
    };
    try {
      return body(scratch);
    } finally {
      taken.forEach((at) => this.#module._free(at));
    }
  }
}
