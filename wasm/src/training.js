// Training over an Engine, in this thread: a character model by the engine's trainer, XOR on its tape.
import { number, text as checkedText, wholeNumber } from './checks.js';
import { Model, Tokenizer } from './model.js';

/** Learns to continue a text, character by character (GPT-2 family, learned positions, AdamW). */
export class CharTrainer {
  #engine;
  #handle;

  constructor(engine, text, options = {}) {
    const { contextLength = 32, embeddingDim = 64, numLayers = 2, numHeads = 2, batch = 8, learningRate = 2e-3, weightDecay = 0.1,
        seed = 1337 } = options;
    checkedText('what is learned', text);
    this.#engine = engine;
    this.#handle = engine.memory.scratch((s) => {
      const how = s.struct('lls_training_options');
      engine.ask('lls_training_defaults', how);
      engine.memory.write('lls_training_options', how, { context_length: contextLength, embedding_dim: embeddingDim, num_layers: numLayers,
        num_heads: numHeads, batch, learning_rate: learningRate, weight_decay: weightDecay, seed });
      const bytes = engine.memory.utf8(text), from = s.place(bytes.length);
      engine.memory.bytes(from, bytes.length).set(bytes);
      return engine.open('lls_trainer_open', from, BigInt(bytes.length), how);
    });
  }

  /** One step; the loss of its batch before the update. */
  step() {
    return this.#engine.memory.scratch((s) => {
      const loss = s.place(4), norm = s.place(4);
      this.#engine.call('lls_trainer_step', this.#handle, loss, norm);
      return this.#engine.memory.floats(loss, 1)[0];
    });
  }

  /** What it has learned so far, a copy. */
  model() {
    return this.#engine.memory.scratch((s) => {
      const model = s.place(8), tokenizer = s.place(8);
      this.#engine.call('lls_trainer_model', this.#handle, model, tokenizer);
      return new Model(this.#engine, this.#engine.memory.handle(model), new Tokenizer(this.#engine, this.#engine.memory.handle(tokenizer)));
    });
  }

  close() { this.#engine.call('lls_trainer_close', this.#handle); }
}

const CASES = [0, 0, 0, 1, 1, 0, 1, 1];
const TARGETS = [0, 1, 1, 0];

/**
 * A network of two layers learns XOR:  y = sigmoid(tanh(x W1 + b1) W2 + b2),  loss = mean (y - target)^2,  AdamW.
 * Each step records a tape over the weights of now, and asks it for their gradients.
 */
export class XorTrainer {
  #engine;
  #steps = 0;
  #parameters;
  #learningRate;

  constructor(engine, { hidden = 8, learningRate = 0.05, seed = 1 } = {}) {
    wholeNumber('hidden', hidden, 1, 1024);
    wholeNumber('seed', seed, 0, 2 ** 32 - 1);
    number('learningRate', learningRate);
    let state = seed >>> 0;
    const draw = () => {                        // Lehmer's generator with Park and Miller's factor: any spread of small weights will do
      state = Number((BigInt(state || 1) * 48271n) % 2147483647n);
      return state / 2147483647 * 2 - 1;
    };
    const made = (shape) => ({ shape, weight: Float32Array.from({ length: shape[0] * shape[1] }, draw), m: new Float32Array(shape[0] * shape[1]),
        v: new Float32Array(shape[0] * shape[1]) });
    this.#engine = engine;
    this.#learningRate = learningRate;
    this.#parameters = [made([2, hidden]), made([1, hidden]), made([hidden, 1]), made([1, 1])];
  }

  step() {
    this.#steps++;
    return this.#forward((tape, variables, loss, y) => {
      this.#engine.call('lls_tape_backward', tape, loss);
      this.#parameters.forEach((each, i) => this.#update(each, this.#values(tape, variables[i], each.weight.length, 'gradient')));
      return this.#values(tape, loss, 1)[0];
    });
  }

  /** y for (0,0), (0,1), (1,0), (1,1). */
  predictions() { return this.#forward((tape, variables, loss, y) => Array.from(this.#values(tape, y, 4))); }

  close() {}

  #forward(body) {
    const engine = this.#engine, tape = engine.open('lls_tape_open');
    try {
      const tensor = (data, shape, learned) => engine.withFloats(data, (at) => engine.memory.scratch((s) => {
        const place = s.place(4);
        engine.call('lls_tape_tensor', tape, at, s.longs(shape), shape.length, learned ? 1 : 0, place);
        return engine.memory.int32(place);
      }));
      const apply = (operation, ...inputs) => engine.memory.scratch((s) => {
        const place = s.place(4);
        engine.call('lls_tape_apply', tape, s.text(operation), s.ints(inputs), inputs.length, 0, 0n, 0, 0, place);
        return engine.memory.int32(place);
      });
      const x = tensor(CASES, [4, 2], false), targets = tensor(TARGETS, [4, 1], false);
      const variables = this.#parameters.map((each) => tensor(each.weight, each.shape, true));
      const [w1, b1, w2, b2] = variables;
      const hidden = apply('tanh', apply('add', apply('matmul', x, w1), b1));
      const y = apply('sigmoid', apply('add', apply('matmul', hidden, w2), b2));
      return body(tape, variables, apply('mse', y, targets), y);
    } finally {
      engine.call('lls_tape_close', tape);
    }
  }

  #values(tape, variable, size, what = 'value') {
    return this.#engine.withFloats(size, (at) => {
      this.#engine.call(`lls_tape_${what}`, tape, variable, at, BigInt(size));
      return this.#engine.memory.floats(at, size).slice();
    });
  }

  #update(parameter, gradient) {
    const engine = this.#engine, size = parameter.weight.length;
    engine.withFloats(parameter.weight, (weight) => engine.withFloats(gradient, (g) => engine.withFloats(parameter.m, (m) =>
      engine.withFloats(parameter.v, (v) => engine.memory.scratch((s) => {
        const step = s.struct('lls_optimizer_step', { step: this.#steps, learning_rate: this.#learningRate, beta1: 0.9, beta2: 0.999,
            epsilon: 1e-8, weight_decay: 0 });
        engine.call('lls_optimizer', s.text('adamw'), 0, weight, g, s.ints([m, v]), BigInt(size), step);
        parameter.weight = engine.memory.floats(weight, size).slice();
        parameter.m = engine.memory.floats(m, size).slice();
        parameter.v = engine.memory.floats(v, size).slice();
      })))));
  }
}
