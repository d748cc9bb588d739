// The other side of index.js: an engine in a worker, which does one request after another.
import { text as checkedText } from './checks.js';
import { Engine } from './engine.js';
import { LlmSysError } from './error.js';
import { Model, ModelFile, Tokenizer } from './model.js';
import { CharTrainer, XorTrainer } from './training.js';

const LONGEST_TURN = 30;                        // ms of training before others get their turn

class Requests {
  #engine = null;
  #objects = new Map();
  #last = 0;

  async start({ wasm, memoryLimit }) {
    this.#engine = await Engine.create({ wasm, memoryLimit });
    return this.#engine.version();
  }

  #keep(object) {
    this.#objects.set(++this.#last, object);
    return this.#last;
  }

  #get(id) {
    const found = this.#objects.get(id);
    if (found === undefined) throw new LlmSysError('STATE', 'this was disposed of', 'its memory was given back', 'use it before dispose()');
    return found;
  }

  dispose(id) {
    this.#get(id).close();
    this.#objects.delete(id);
  }

  matmul(a, b, options) { return this.#engine.matmul(a, b, options); }
  kernels(slot) { return this.#engine.kernels(slot); }
  use(slot, name) { return this.#engine.use(slot, name); }
  memoryStats() { return this.#engine.memoryStats(); }

  fileOpen(size) { return this.#keep(new ModelFile(this.#engine, size)); }
  fileWrite(id, piece) { this.#get(id).write(piece); }
  fileLoad(id, { tokenizer = null, ...options }) {
    const handle = this.#get(id).load(options);
    let model;
    try {
      model = new Model(this.#engine, handle, tokenizer === null ? Model.tokenizerOf(this.#engine, handle)
          : Tokenizer.fromBytes(this.#engine, tokenizer, 'the tokenizer'));
    } catch (problem) {
      this.#engine.call('lls_model_close', handle);
      throw problem;
    }
    return this.#told(model);
  }
  #told(model) { return { id: this.#keep(model), config: model.config(), hasTokenizer: model.tokenizer !== null }; }

  encode(id, text) { return this.#get(id).ids(checkedText('what is encoded', text)); }
  decode(id, ids) { return this.#get(id).tokenizer.decode(ids); }
  logits(id, prompt) { return this.#get(id).logits(prompt); }
  runWithCache(id, prompt) { return this.#get(id).runWithCache(prompt); }

  generate(id, prompt, options) { return this.#keep(this.#get(id).open(prompt, options)); }
  next(id) { return this.#get(id).next(); }
  change(id, sampling) { this.#get(id).change(sampling); }

  charTrainer(text, options) { return this.#keep(new CharTrainer(this.#engine, text, options)); }
  xorTrainer(options) { return this.#keep(new XorTrainer(this.#engine, options)); }
  /** At most `count` steps, or those of one turn; their losses. */
  train(id, count) {
    const trainer = this.#get(id), losses = [], until = performance.now() + LONGEST_TURN;
    do losses.push(trainer.step()); while (losses.length < count && performance.now() < until);
    return losses;
  }
  trained(id) { return this.#told(this.#get(id).model()); }
  predictions(id) { return this.#get(id).predictions(); }
}

function listen(port) {
  const requests = new Requests();
  port.onmessage = async ({ data: { id, method, values } }) => {
    try {
      port.postMessage({ id, value: await requests[method](...values) });
    } catch (problem) {
      const { status = 'INTERNAL', what = String(problem?.message ?? problem), why = 'the worker met something unexpected',
          fix = 'report it with what you called' } = problem;
      port.postMessage({ id, problem: { status, what, why, fix } });
    }
  };
}

if (typeof self === 'object' && typeof self.postMessage === 'function') {
  listen(self);
} else {                                        // node
  const { parentPort } = await import('node:worker_threads');
  listen({ postMessage: (message) => parentPort.postMessage(message), set onmessage(hear) { parentPort.on('message', (data) => hear({ data })); } });
}
