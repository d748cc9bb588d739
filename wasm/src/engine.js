// The engine in this thread: every call returns when it is done. worker.js runs one of these behind index.js; a worker of one's own may too.
import createModule from '../dist/engine.js';
import { matrix as checkedMatrix, shown, text } from './checks.js';
import { LlmSysError, invalid } from './error.js';
import { Memory } from './memory.js';

const ABI = 1;                                  // LLS_ABI_VERSION of llmsys.h
const STATUS = ['OK', 'INVALID', 'SHAPE', 'NOT_FOUND', 'FILE', 'OUT_OF_MEMORY', 'UNSUPPORTED', 'NUMERIC', 'CANCELLED', 'STATE', 'INTERNAL'];
const OWNER = 'javascript';
export const MOST_MEMORY = 2 ** 31 - 2 ** 16;   // of one engine: what it is built for
const DEFAULT_MEMORY = 2 ** 30;

export class Engine {
  #module;
  #shown = null;

  /** wasm: the bytes of engine.wasm or a compiled module. memoryLimit: of all tensors together, in bytes. */
  static async create({ wasm, memoryLimit = DEFAULT_MEMORY } = {}) {
    const engine = new Engine();
    let memory;
    if (!(wasm instanceof WebAssembly.Module || wasm instanceof ArrayBuffer || ArrayBuffer.isView(wasm))) {
      throw invalid(`an engine cannot be made of ${shown(wasm)}`, 'it is the bytes of engine.wasm, or its compiled module',
        'leave wasm out, or pass what engine.wasm holds');
    }
    try {
      const compiled = wasm instanceof WebAssembly.Module ? wasm : await WebAssembly.compile(wasm);
      engine.#module = await createModule({
        instantiateWasm(imports, done) {
          WebAssembly.instantiate(compiled, imports).then((instance) => {
            memory = Object.values(instance.exports).find((each) => each instanceof WebAssembly.Memory);
            done(instance, compiled);
          });
          return {};
        },
        showHook: (...place) => engine.#shown(...place),
      });
    } catch (problem) {
      if (!(problem instanceof WebAssembly.CompileError)) throw problem;
      throw new LlmSysError('UNSUPPORTED', 'the engine cannot run here', `it is WebAssembly with SIMD and exceptions: ${problem.message}`,
        'use a browser of 2022 or later, or node 20');
    }
    engine.memory = new Memory(engine.#module, () => memory.buffer);
    engine.call('lls_require_abi', ABI);
    engine.limitMemory(memoryLimit);
    return engine;
  }

  /** A function of llmsys.h whose status must be OK. */
  call(name, ...values) {
    const status = this.#module[`_${name}`](...values);
    if (status !== 0) throw LlmSysError.fromLines(STATUS[status] ?? 'INTERNAL', this.memory.text(this.#module._lls_last_error()));
  }

  /** Functions that return no status. */
  ask(name, ...values) { return this.#module[`_${name}`](...values); }

  /** A handle that a function writes to its last argument. */
  open(name, ...values) {
    return this.memory.scratch((s) => {
      const place = s.place(8);
      this.call(name, ...values, place);
      return this.memory.handle(place);
    });
  }

  /** Counted memory for something large: bytes for `owner`, until `release`. */
  allocate(bytes, owner = OWNER) {
    return this.memory.scratch((s) => {
      const place = s.place(8);
      this.call('lls_allocate', BigInt(bytes), s.text(owner), place);
      return this.memory.pointer(place);
    });
  }

  release(at) { this.call('lls_free', at); }

  /** body(address) with floats that are copied in, or with room for `count` of them; given back afterwards. */
  withFloats(values, body) {
    const count = typeof values === 'number' ? values : values.length;
    const at = this.allocate(count * 4);
    try {
      if (typeof values !== 'number') this.memory.floats(at, count).set(values);
      return body(at);
    } finally {
      this.release(at);
    }
  }

  // ---- implementations and memory ---------------------------------------------------------------------------------------------------------

  version() { return this.memory.text(this.ask('lls_version')); }

  /** The implementations of a slot, or of all. */
  kernels(slot = null) {
    if (slot !== null) text('a slot', slot);
    const found = this.#implementations(slot);
    if (found.length > 0) return found;
    const slots = [...new Set(this.#implementations(null).map((each) => each.slot))];
    throw new LlmSysError('NOT_FOUND', `there is no slot ${slot}`, `the slots are ${slots.join(', ')}`, 'name one of them, or none for all');
  }

  #implementations(slot) {
    return this.memory.scratch((s) => {
      const name = s.text(slot), place = s.place(8), info = s.struct('lls_implementation_info');
      this.call('lls_implementations', name, place);
      return Array.from({ length: this.memory.int32(place) }, (_, i) => {
        this.call('lls_implementation', name, i, info);
        const told = this.memory.read('lls_implementation_info', info);
        const texts = ['slot', 'algorithm', 'name', 'numerics', 'summary', 'reference'].map((key) => [key, this.memory.text(told[key]) ?? '']);
        return { ...Object.fromEntries(texts), ranking: told.ranking, usable: told.usable !== 0, serving: told.serving !== 0 };
      });
    });
  }

  use(slot, name) {
    text('a slot', slot);
    text('the name of an implementation', name);
    this.memory.scratch((s) => this.call('lls_use', s.text(slot), s.text(name)));
  }

  limitMemory(bytes) {
    if (!(Number.isInteger(bytes) && bytes > 0 && bytes <= MOST_MEMORY)) {
      throw invalid(`memoryLimit cannot be ${bytes}`, `it is a whole number of bytes from 1 to ${MOST_MEMORY}`,
          'leave it out, or pass for example 2 ** 29');
    }
    this.call('lls_memory_limit', BigInt(bytes));
  }

  /** Bytes that live and that lived at most, of all and by owner. */
  memoryStats() {
    const counts = (at) => {
      const s = this.memory.read('lls_memory_stats', at);
      return { live: s.live_bytes, peak: s.peak_bytes, allocations: s.allocations, frees: s.frees, limit: s.limit_bytes };
    };
    return this.memory.scratch((s) => {
      const stats = s.struct('lls_memory_stats'), name = s.place(64), place = s.place(8);
      this.call('lls_memory_total', stats);
      const total = counts(stats);
      this.call('lls_memory_owners', place);
      const owners = Array.from({ length: this.memory.int32(place) }, (_, i) => {
        this.call('lls_memory_owner', i, name, 64, stats);
        const { live, peak, allocations, frees } = counts(stats);
        return { owner: this.memory.text(name), live, peak, allocations, frees };
      });
      return { ...total, heap: this.memory.buffer().byteLength, owners };
    });
  }

  // ---- products ---------------------------------------------------------------------------------------------------------------------------

  /** C (M,N) = A (M,K) B (K,N) + bias (N). */
  matmul(a, b, options) {
    const { bias = null, name = null } = options ?? {};
    const [m, k] = checkedMatrix('a', a).shape, [k2, n] = checkedMatrix('b', b).shape;
    if (k !== k2) {
      throw new LlmSysError('SHAPE', `matmul got a (${a.shape}) and b (${b.shape})`, 'a is (M,K) and b is (K,N) with one K',
          'check which one is transposed');
    }
    if (bias !== null && (bias.length !== n || typeof bias !== 'object')) {
      throw new LlmSysError('SHAPE', `matmul got a bias of ${bias.length ?? shown(bias)}`, `the result (${m},${n}) has ${n} columns`,
          'pass one number a column');
    }
    return this.withFloats(a.data, (left) => this.withFloats(b.data, (right) => this.withFloats(m * n, (result) => this.memory.scratch((s) => {
      const matrix = (data, rows, columns) => s.struct('lls_matrix', { data, rows, columns, row_stride: columns, column_stride: 1 });
      const added = bias === null ? 0 : s.place(n * 4);
      if (bias !== null) this.memory.floats(added, n).set(bias);
      this.call('lls_matmul', s.text(name), matrix(left, m, k), matrix(right, k, n), added, matrix(result, m, n), 0);
      return { shape: [m, n], data: this.memory.floats(result, m * n).slice() };
    }))));
  }

  /** Shows each place of a trace to `shown` while `body` runs. */
  showing(shown, body) {
    this.#shown = shown;
    try {
      return body();
    } finally {
      this.#shown = null;
    }
  }
}
