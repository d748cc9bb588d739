// llmsys in a page or in node: load() starts a worker with an engine; everything else is asked of it, and never blocks.
import { shown, wholeNumber } from './checks.js';
import { LlmSysError, invalid } from './error.js';

export { LlmSysError };

const PIECE = 2 ** 20;                          // bytes of a model's file that are handed over at a time
const MOST_STEPS = 1e9;
const isNode = typeof process === 'object' && process.versions?.node !== undefined && typeof Worker === 'undefined';

async function startWorker(url) {
  if (!isNode) return new Worker(url, { type: 'module' });
  const { Worker: NodeWorker } = await import('node:worker_threads');
  const worker = new NodeWorker(url);
  return {
    postMessage: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
    set onmessage(hear) { worker.on('message', (data) => hear({ data })); },
    set onerror(hear) { worker.on('error', hear); },
  };
}

async function bytesOfEngine() {
  const url = new URL('../dist/engine.wasm', import.meta.url);
  if (isNode) return (await import('node:fs/promises')).readFile(url);
  const answer = await fetch(url);
  if (!answer.ok) throw new LlmSysError('NOT_FOUND', `cannot load ${url}`, `the answer was ${answer.status}`,
      'build it with ./llmsys build wasm, and serve dist/ beside src/');
  return new Uint8Array(await answer.arrayBuffer());
}

/** Requests to the worker, and their answers. */
class Channel {
  #worker;
  #waiting = new Map();
  #last = 0;
  #ended = null;

  constructor(worker) {
    this.#worker = worker;
    worker.onmessage = ({ data: { id, value, problem } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (problem) reject(new LlmSysError(problem.status, problem.what, problem.why, problem.fix)); else resolve(value);
    };
    worker.onerror = (problem) => this.#end(new LlmSysError('INTERNAL', 'the worker stopped', String(problem?.message ?? problem),
        'load() a new one'));
  }

  ask(method, ...values) {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      try {
        this.#worker.postMessage({ id, method, values });
      } catch (problem) {                       // a function, a symbol, …
        throw invalid(`${method} got what cannot be handed to its worker`, problem.message, 'pass numbers, texts, arrays and plain objects of them');
      }
      this.#waiting.set(id, { resolve, reject });
    });
  }

  terminate() {
    this.#end(new LlmSysError('STATE', 'the engine was terminated', 'terminate() was called, and all its memory went with it', 'load() a new one'));
    return this.#worker.terminate();
  }

  #end(problem) {
    this.#ended ??= problem;
    this.#waiting.forEach(({ reject }) => reject(this.#ended));
    this.#waiting.clear();
  }
}

/** Starts an engine in a worker of its own. */
export async function load({ memoryLimit, wasm } = {}) {
  const channel = new Channel(await startWorker(new URL('./worker.js', import.meta.url)));
  try {
    return new LlmSys(channel, await channel.ask('start', { wasm: wasm ?? await bytesOfEngine(), memoryLimit }));
  } catch (problem) {
    channel.terminate();
    throw problem;
  }
}

export class LlmSys {
  #channel;

  constructor(channel, version) {
    this.#channel = channel;
    this.version = version;
  }

  matmul(a, b, options) { return this.#channel.ask('matmul', a, b, options); }
  kernels(slot) { return this.#channel.ask('kernels', slot); }
  use(slot, name) { return this.#channel.ask('use', slot, name); }
  memoryStats() { return this.#channel.ask('memoryStats'); }

  async loadModel(source, given) {
    const { config, tokenizer, format, type, size, onProgress, signal } = given ?? {};
    signal?.throwIfAborted();
    const { total, pieces } = piecesOf(source, size, signal);
    const file = await this.#channel.ask('fileOpen', total);
    try {
      let loaded = 0;
      for await (const piece of pieces) {
        signal?.throwIfAborted();
        await this.#channel.ask('fileWrite', file, piece);
        loaded += piece.length;
        onProgress?.({ phase: 'read', loaded, total });
      }
      signal?.throwIfAborted();
      onProgress?.({ phase: 'lay out', loaded, total });
      const options = { config: config === undefined || typeof config === 'string' ? config : JSON.stringify(config), format, type,
        tokenizer: tokenizer === undefined ? null : await bytesOf(tokenizer) };
      const told = await this.#channel.ask('fileLoad', file, options);
      onProgress?.({ phase: 'ready', loaded, total });
      return new Model(this.#channel, told);
    } finally {
      await this.#channel.ask('dispose', file);
    }
  }

  async trainCharModel(text, given) {
    const { steps = 200, onStep, signal, ...options } = given ?? {};
    wholeNumber('steps', steps, 0, MOST_STEPS);
    return this.#train(await this.#channel.ask('charTrainer', text, options), steps, onStep, signal,
      async (trainer, losses) => ({ model: new Model(this.#channel, await this.#channel.ask('trained', trainer)), losses }));
  }

  async trainXor(given) {
    const { steps = 300, onStep, signal, ...options } = given ?? {};
    wholeNumber('steps', steps, 0, MOST_STEPS);
    return this.#train(await this.#channel.ask('xorTrainer', options), steps, onStep, signal,
      async (trainer, losses) => ({ predictions: await this.#channel.ask('predictions', trainer), losses }));
  }

  // Other requests get their turn between the turns of training; an abort ends it with what was learned.
  async #train(trainer, steps, onStep, signal, end) {
    try {
      const losses = [];
      while (losses.length < steps && !signal?.aborted) {
        for (const loss of await this.#channel.ask('train', trainer, steps - losses.length)) {
          losses.push(loss);
          onStep?.({ step: losses.length, steps, loss });
        }
      }
      return await end(trainer, losses);
    } finally {
      await this.#channel.ask('dispose', trainer);
    }
  }

  /** Ends the worker; all memory goes with it. */
  async terminate() { await this.#channel.terminate(); }
  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() { await this.terminate(); }
}

export class Model {
  #channel;
  #id;
  #disposed = null;

  constructor(channel, { id, config, hasTokenizer }) {
    this.#channel = channel;
    this.#id = id;
    this.config = config;
    this.hasTokenizer = hasTokenizer;
  }

  encode(text) { return this.#channel.ask('encode', this.#id, text); }
  decode(ids) { return this.#channel.ask('decode', this.#id, ids); }
  logits(prompt) { return this.#channel.ask('logits', this.#id, prompt); }
  runWithCache(prompt) { return this.#channel.ask('runWithCache', this.#id, prompt); }
  generate(prompt, given) {
    const { signal, ...options } = given ?? {};
    return new Generation(this.#channel, this.#id, prompt, options, signal);
  }

  /** Gives the memory back; a second time it does nothing. */
  dispose() { return this.#disposed ??= this.#channel.ask('dispose', this.#id); }
}

/** Tokens as they are written: for await (const token of generation). */
export class Generation {
  #channel;
  #start;
  #signal;
  #session = null;
  #changes = {};

  constructor(channel, model, prompt, options, signal) {
    this.#channel = channel;
    this.#start = () => channel.ask('generate', model, prompt, options);
    this.#signal = signal;
    this.stop = null;                           // why it ended: "length", "end", "stop", "context", "cancelled"
  }

  /** Another temperature, topK or topP from the next token on. */
  async change(sampling) {
    this.#changes = { ...this.#changes, ...sampling };
    if (this.#session !== null) await this.#channel.ask('change', this.#session, sampling);
  }

  async *[Symbol.asyncIterator]() {
    if (this.#session !== null || this.stop !== null) {
      throw new LlmSysError('STATE', 'this text is being written already', 'a generation is read once', 'call generate() again');
    }
    if (this.#signal?.aborted) {
      this.stop = 'cancelled';
      return;
    }
    this.#session = await this.#start();
    try {
      if (Object.keys(this.#changes).length > 0) await this.#channel.ask('change', this.#session, this.#changes);
      while (true) {
        if (this.#signal?.aborted) {
          this.stop = 'cancelled';
          return;
        }
        const { done, stop, token } = await this.#channel.ask('next', this.#session);
        if (done) {
          this.stop = stop;
          return;
        }
        if (token.stop !== null) this.stop = token.stop;
        yield token;
      }
    } finally {
      this.stop ??= 'cancelled';
      const session = this.#session;
      this.#session = null;
      await this.#channel.ask('dispose', session);
    }
  }
}

// ---- where a model's bytes come from ---------------------------------------------------------------------------------------------------------

const asBytes = (source) => (source instanceof ArrayBuffer ? new Uint8Array(source)
  : ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : null);

async function bytesOf(source) {
  return asBytes(source) ?? (source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : new TextEncoder().encode(source));
}

function piecesOf(source, size, signal) {
  const bytes = asBytes(source);
  if (bytes !== null) return { total: bytes.length, pieces: cut(bytes) };
  if (source instanceof Blob) return { total: source.size, pieces: streamed(source.stream(), signal) };
  if (source instanceof ReadableStream && Number.isInteger(size)) return { total: size, pieces: streamed(source, signal) };
  throw invalid(`a model cannot be loaded from ${shown(source)}`,
      'its bytes are an ArrayBuffer, a typed array, a Blob or File, or a ReadableStream with {size}',
    'pass one of them, for example await (await fetch(url)).arrayBuffer()');
}

function* cut(bytes) {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.slice(at, at + PIECE);
}

// An abort ends it where it is, also while it waits for bytes that do not come.
async function* streamed(stream, signal) {
  const reader = stream.getReader(), cancel = () => reader.cancel(signal.reason);
  signal?.addEventListener('abort', cancel);
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) yield* cut(value);
  } finally {
    signal?.removeEventListener('abort', cancel);
    await reader.cancel();
  }
}
