// Models, tokenizers and sessions over an Engine, in this thread.
import { text as checkedText, tokenIds } from './checks.js';
import { LlmSysError, invalid } from './error.js';

const MIB = 2 ** 20;
const MAGIC_OF_BIN = 0x616b3432;                // of llama2.c's later versions
const MOST_SIZE = 2 ** 24;                      // of a dimension, as the engine reads them
const mebibytes = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;

/** A counted place for a file that arrives in pieces. */
export class ModelFile {
  #engine;
  #at;

  constructor(engine, size) {
    if (size === 0) throw new LlmSysError('FILE', "the model's file is empty", 'it has 0 bytes', 'choose it again: a download may have failed');
    const { live, limit } = engine.memoryStats();
    if (size > limit - live) {
      throw new LlmSysError('OUT_OF_MEMORY', 'the model does not fit',
          `its file has ${mebibytes(size)}, and ${mebibytes(limit - live)} of ${mebibytes(limit)} are free`,
        'dispose of other models, raise memoryLimit (up to 2 GiB), or take a smaller or quantized one (Q8_0, Q4_0)');
    }
    this.#engine = engine;
    this.size = size;
    this.written = 0;
    this.#at = engine.allocate(size, 'model file');
  }

  write(piece) {
    if (this.written + piece.length > this.size) {
      throw invalid(`the model's file has more than the ${this.size} bytes that were told`, 'its place was made for so many',
          'pass the whole file, or its true size');
    }
    this.#engine.memory.bytes(this.#at + this.written, piece.length).set(piece);
    this.written += piece.length;
  }

  /** "gguf", "safetensors" or "bin", by the first bytes. */
  format() {
    const first = this.#engine.memory.bytes(this.#at, Math.min(16, this.written));
    if (String.fromCharCode(...first.slice(0, 4)) === 'GGUF') return 'gguf';
    if (first.length > 8 && first[8] === 0x7b && first[6] === 0 && first[7] === 0) return 'safetensors';
    if (this.#beginsAsBin()) return 'bin';
    throw new LlmSysError('FILE', 'this is no model of a known kind',
      'it begins neither as GGUF nor as safetensors, and its first numbers are not the sizes of a llama2.c model',
      'choose a .gguf, a .safetensors or a llama2.c .bin');
  }

  // A magic number, or in the first version of the format none: dimension, hidden dimension, layers, heads, key heads.
  #beginsAsBin() {
    const sizes = this.written < 20 ? [] : Array.from(this.#engine.memory.ints(this.#at, 5));
    return sizes[0] === MAGIC_OF_BIN || (sizes.length > 0 && sizes.every((size) => size > 0 && size <= MOST_SIZE));
  }

  /** The weights laid out for the kernels. */
  load({ format = this.format(), config = null, type = null } = {}) {
    if (this.written !== this.size) {
      throw invalid(`the model's file ended after ${this.written} of ${this.size} bytes`, 'it was cut off', 'pass the whole file');
    }
    const engine = this.#engine;
    try {
      return engine.memory.scratch((s) => engine.open('lls_model_load_bytes', this.#at, BigInt(this.size), s.text(format), s.text(config),
          s.text(type)));
    } catch (problem) {
      if (problem.status !== 'OUT_OF_MEMORY') throw problem;
      const { limit } = engine.memoryStats();
      throw new LlmSysError('OUT_OF_MEMORY', 'the model does not fit',
        `its file has ${mebibytes(this.size)} and its weights are laid out beside it, within ${mebibytes(limit)} (${problem.what})`,
        'dispose of other models, raise memoryLimit (up to 2 GiB), or take a smaller or quantized one (Q8_0, Q4_0)');
    }
  }

  close() { this.#engine.release(this.#at); }
}

export class Tokenizer {
  #engine;
  #handle;

  constructor(engine, handle) {
    this.#engine = engine;
    this.#handle = handle;
  }

  static fromBytes(engine, bytes, name) {
    const at = engine.allocate(Math.max(1, bytes.length), 'tokenizer file');
    try {
      engine.memory.bytes(at, bytes.length).set(bytes);
      return new Tokenizer(engine, engine.memory.scratch((s) => engine.open('lls_tokenizer_load_bytes', at, BigInt(bytes.length), s.text(name))));
    } finally {
      engine.release(at);
    }
  }

  encode(text) {
    const { memory } = this.#engine;
    checkedText('what is encoded', text);
    return memory.scratch((s) => {
      const bytes = memory.utf8(text), from = s.place(bytes.length), count = s.place(8);
      memory.bytes(from, bytes.length).set(bytes);
      const ask = (ids, capacity) => this.#engine.call('lls_tokenizer_encode', this.#handle, from, BigInt(bytes.length), 1, ids, BigInt(capacity),
          count);
      ask(0, 0);
      const size = memory.int64(count);
      const ids = s.place(size * 4);
      if (size > 0) ask(ids, size);
      return Array.from(memory.ints(ids, size));
    });
  }

  /** The bytes of ids; a character may begin or end outside. */
  bytesOf(ids) {
    const { memory } = this.#engine;
    return memory.scratch((s) => {
      const from = s.ints(ids), count = s.place(8);
      const ask = (to, capacity) => this.#engine.call('lls_tokenizer_decode', this.#handle, from, BigInt(ids.length), to, BigInt(capacity), count);
      ask(0, 0);
      const size = memory.int64(count);
      const to = s.place(size);
      if (size > 0) ask(to, size);
      return memory.bytes(to, size).slice();
    });
  }

  decode(ids) { return new TextDecoder().decode(this.bytesOf(tokenIds(ids))); }

  end() {
    return this.#engine.memory.scratch((s) => {
      const place = s.place(8);
      this.#engine.call('lls_tokenizer_end', this.#handle, place);
      return this.#engine.memory.int32(place);
    });
  }

  close() { this.#engine.call('lls_tokenizer_close', this.#handle); }
}

export class Model {
  #engine;
  #handle;

  constructor(engine, handle, tokenizer) {
    this.#engine = engine;
    this.#handle = handle;
    this.tokenizer = tokenizer;                 // null: ids in, ids out
    this.closed = false;
  }

  /** The tokenizer that came inside the file, or null. */
  static tokenizerOf(engine, handle) {
    try {
      return new Tokenizer(engine, engine.open('lls_model_tokenizer', handle));
    } catch (problem) {
      if (problem.status !== 'NOT_FOUND') throw problem;
      return null;
    }
  }

  config() {
    return this.#engine.memory.scratch((s) => {
      const at = s.struct('lls_model_config');
      this.#engine.call('lls_model_config_of', this.#handle, at);
      const c = this.#engine.memory.read('lls_model_config', at);
      return { family: this.#engine.memory.text(at, 16), vocabSize: c.vocab_size, contextLength: c.context_length, embeddingDim: c.embedding_dim,
        numLayers: c.num_layers, numHeads: c.num_heads, numKvHeads: c.num_kv_heads, headDim: c.head_dim, hiddenDim: c.hidden_dim,
        normEps: c.norm_eps, ropeTheta: c.rope_theta, parameters: c.parameters, bytes: c.bytes };
    });
  }

  ids(prompt) {
    if (typeof prompt !== 'string') return tokenIds(prompt);
    if (this.tokenizer === null) {
      throw new LlmSysError('NOT_FOUND', 'the model has no tokenizer', 'its file carries none, and none was passed',
          'pass ids, or loadModel(bytes, {tokenizer})');
    }
    return this.tokenizer.encode(prompt);
  }

  /** Logits (T,V) after each id. */
  logits(prompt) { return this.#read(prompt, (ids, count, to) => this.#engine.call('lls_model_logits', this.#handle, ids, BigInt(count), to)); }

  /** Logits and every intermediate under its TransformerLens name. */
  runWithCache(prompt) {
    const { memory } = this.#engine;
    const cache = new Map();
    const show = (hook, data, extents, rank) => {
      const shape = Array.from(new BigInt64Array(memory.buffer(), extents, rank), Number);
      cache.set(memory.text(hook), { shape, data: memory.floats(data, shape.reduce((a, b) => a * b, 1)).slice() });
    };
    const logits = this.#read(prompt, (ids, count, to) =>
      this.#engine.showing(show, () => this.#engine.call('lls_wasm_trace', this.#handle, ids, BigInt(count), to)));
    return { logits, cache };
  }

  #read(prompt, body) {
    const ids = this.ids(prompt), { vocabSize } = this.config();
    return this.#engine.withFloats(ids.length * vocabSize, (to) => this.#engine.memory.scratch((s) => {
      body(s.ints(ids), ids.length, to);
      return { shape: [ids.length, vocabSize], data: this.#engine.memory.floats(to, ids.length * vocabSize).slice() };
    }));
  }

  open(prompt, options) { return new Session(this.#engine, this, this.#handle, this.ids(prompt), options); }

  close() {
    this.closed = true;
    this.tokenizer?.close();
    this.#engine.call('lls_model_close', this.#handle);
  }
}

/** One text being written. */
export class Session {
  #engine;
  #handle;
  #model;
  #tokenizer;
  #alternatives;
  #decoder = new TextDecoder();
  #sampling;
  #last;

  constructor(engine, model, modelHandle, ids, { maxTokens = 128, temperature = 0, topK = 0, topP = 1, seed = 0, slide = false,
      alternatives = 0 } = {}) {
    const { tokenizer } = model;
    this.#engine = engine;
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#alternatives = alternatives;
    this.#sampling = { temperature, topK, topP };
    this.#last = ids[ids.length - 1];
    const end = tokenizer === null ? -1 : tokenizer.end();
    this.#handle = engine.memory.scratch((s) => {
      const options = s.struct('lls_generation_options');
      engine.ask('lls_generation_defaults', options);
      engine.memory.write('lls_generation_options', options, { max_tokens: maxTokens, temperature, top_k: topK, top_p: topP, seed,
        slide: slide ? 1 : 0,
        alternatives, stop_tokens: end < 0 ? 0 : s.ints([end]), stop_token_count: end < 0 ? 0 : 1 });
      return engine.open('lls_session_open', modelHandle, s.ints(ids), BigInt(ids.length), options);
    });
  }

  /** The next token, or why there is none: {done: true, stop}. */
  next() {
    if (this.#model.closed) {
      throw new LlmSysError('STATE', 'the model of this text was disposed of', 'its memory was given back while it wrote',
        'end a text before dispose(): abort it, or leave its loop');
    }
    const { memory } = this.#engine;
    return memory.scratch((s) => {
      const at = s.struct('lls_token');
      this.#engine.call('lls_session_next', this.#handle, at);
      const told = memory.read('lls_token', at);
      const stop = memory.text(told.stop);
      if (told.id < 0) return { done: true, stop };
      const token = { id: told.id, text: this.#textOf(told.id), probability: Math.exp(told.log_probability), alternatives: [], stop };
      if (this.#alternatives > 0) {
        const ids = s.place(this.#alternatives * 4), scores = s.place(this.#alternatives * 4), count = s.place(8);
        this.#engine.call('lls_session_alternatives', this.#handle, ids, scores, this.#alternatives, count);
        const n = memory.int32(count), logs = Array.from(memory.floats(scores, n));
        token.alternatives = Array.from(memory.ints(ids, n)).map((id, i) => ({ id, text: this.#plain(id), probability: Math.exp(logs[i]) }));
      }
      this.#last = told.id;
      return { done: false, token };
    });
  }

  /** How the tokens that follow are chosen; what is left out stays. */
  change(sampling) {
    this.#sampling = { ...this.#sampling, ...sampling };
    const { temperature, topK, topP } = this.#sampling;
    this.#engine.call('lls_session_sampling', this.#handle, temperature, topK, topP);
  }

  // The bytes that an id adds after the one before it: a vocabulary may drop the space that begins a text.
  #added(id) {
    const before = this.#tokenizer.bytesOf([this.#last]).length;
    return this.#tokenizer.bytesOf([this.#last, id]).subarray(before);
  }

  // A character of several tokens comes with the last of them.
  #textOf(id) { return this.#tokenizer === null ? '' : this.#decoder.decode(this.#added(id), { stream: true }); }
  #plain(id) { return this.#tokenizer === null ? '' : new TextDecoder().decode(this.#added(id)); }

  close() { this.#engine.call('lls_session_close', this.#handle); }
}
