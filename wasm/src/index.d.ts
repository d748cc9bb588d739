/** A tensor: numbers in rows, row-major. shape (R,C) or deeper. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** An operand: plain arrays of numbers will do. */
export interface TensorLike {
  shape: readonly number[];
  data: ArrayLike<number>;
}

export interface LoadOptions {
  /** Bytes of all tensors together, 1 to 2^31 - 2^16; 2^30 when left out. What does not fit is refused with an LlmSysError. */
  memoryLimit?: number;
  /** engine.wasm, when it is not served as dist/engine.wasm beside src/. */
  wasm?: BufferSource | WebAssembly.Module;
}

/** Starts an engine in a worker of its own. */
export function load(options?: LoadOptions): Promise<LlmSys>;

export interface Implementation {
  slot: string;
  algorithm: string;
  name: string;
  /** Equal class, equal bits. */
  numerics: string;
  summary: string;
  reference: string;
  ranking: number;
  usable: boolean;
  /** Whether it is what its algorithm uses now. */
  serving: boolean;
}

/** Bytes and numbers of allocations. */
export interface OwnerStats {
  owner: string;
  live: number;
  peak: number;
  allocations: number;
  frees: number;
}

export interface MemoryStats extends Omit<OwnerStats, 'owner'> {
  limit: number;
  /** Bytes that the engine has taken from the browser; it never gives them back before terminate(). */
  heap: number;
  /** In order of name. */
  owners: OwnerStats[];
}

export interface Progress {
  phase: 'read' | 'lay out' | 'ready';
  /** Bytes. */
  loaded: number;
  total: number;
}

export interface ModelOptions {
  /** Text or object of a config.json: needed for safetensors. */
  config?: string | object;
  /** Content of a tokenizer.json, tokenizer.model, tokenizer.bin, … when the model's file has none inside. */
  tokenizer?: BufferSource | Blob | string;
  /** Found out by the first bytes when left out. */
  format?: 'bin' | 'gguf' | 'safetensors';
  /** What matrices are held in; as they are when left out. */
  type?: 'as-is' | 'f32' | 'f16' | 'bf16' | 'q8_0' | 'q4_0';
  /** Bytes, for a ReadableStream. */
  size?: number;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface TrainOptions {
  steps?: number;
  seed?: number;
  learningRate?: number;
  onStep?: (told: { step: number; steps: number; loss: number }) => void;
  /** Ends the training with what was learned. */
  signal?: AbortSignal;
}

export interface CharOptions extends TrainOptions {
  contextLength?: number;
  embeddingDim?: number;
  numLayers?: number;
  numHeads?: number;
  batch?: number;
  weightDecay?: number;
}

export class LlmSys {
  readonly version: string;
  /** C (M,N) = A (M,K) B (K,N) + bias (N). name: one implementation; what serves the slot when left out. */
  matmul(a: TensorLike, b: TensorLike, options?: { bias?: ArrayLike<number> | null; name?: string | null }): Promise<Tensor>;
  /** Those of a slot, or of all: the fields of each, and who serves. */
  kernels(slot?: string): Promise<Implementation[]>;
  /** From the next token or step on; "auto" gives the choice back to the ranking. */
  use(slot: string, name: string): Promise<void>;
  memoryStats(): Promise<MemoryStats>;
  /**
   * A llama2.c .bin, a .gguf, or .safetensors with its config. Pieces go straight into the engine's memory.
   * An abort rejects with the signal's reason, as fetch does.
   */
  loadModel(source: BufferSource | Blob | ReadableStream<Uint8Array>, options?: ModelOptions): Promise<Model>;
  /** A small character model (GPT-2 family) that learns to continue a text. losses: of each step's batch, in nats a character. */
  trainCharModel(text: string, options?: CharOptions): Promise<{ model: Model; losses: number[] }>;
  /** y = sigmoid(tanh(x W1 + b1) W2 + b2) learns XOR. predictions: for (0,0), (0,1), (1,0), (1,1). */
  trainXor(options?: TrainOptions & { hidden?: number }): Promise<{ predictions: number[]; losses: number[] }>;
  /** Ends the worker; all its memory goes with it. */
  terminate(): Promise<void>;
}

export interface ModelConfig {
  family: string;
  vocabSize: number;
  contextLength: number;
  embeddingDim: number;
  numLayers: number;
  numHeads: number;
  numKvHeads: number;
  headDim: number;
  hiddenDim: number;
  normEps: number;
  ropeTheta: number;
  parameters: number;
  /** Bytes of the weights as they are held. */
  bytes: number;
}

export interface Sampling {
  /** 0: the likeliest token, always. */
  temperature?: number;
  /** 0: off. */
  topK?: number;
  /** 1: off. */
  topP?: number;
}

export interface GenerateOptions extends Sampling {
  maxTokens?: number;
  seed?: number;
  /** When the context is full: true forgets its first half, false stops. */
  slide?: boolean;
  /** So many of the likeliest tokens are told with each token. */
  alternatives?: number;
  signal?: AbortSignal;
}

export interface Choice {
  id: number;
  text: string;
  /** Before temperature and filters, 0 to 1. */
  probability: number;
}

export interface Token extends Choice {
  alternatives: Choice[];
  /** Why this is the last one, or null. */
  stop: string | null;
}

export class Model {
  readonly config: ModelConfig;
  readonly hasTokenizer: boolean;
  encode(text: string): Promise<number[]>;
  decode(ids: ArrayLike<number>): Promise<string>;
  /** Logits (T,V) after each id. */
  logits(prompt: string | ArrayLike<number>): Promise<Tensor>;
  /** Logits and every intermediate under its TransformerLens name: "blocks.0.attn.hook_pattern". */
  runWithCache(prompt: string | ArrayLike<number>): Promise<{ logits: Tensor; cache: Map<string, Tensor> }>;
  generate(prompt: string | ArrayLike<number>, options?: GenerateOptions): Generation;
  /** Gives its memory back; a second time it does nothing, and any other call is refused with status STATE, texts that it still writes too. */
  dispose(): Promise<void>;
}

/** Read once. Leaving the loop ends it. */
export class Generation implements AsyncIterable<Token> {
  readonly stop: string | null;
  /** From the next token on; what is left out stays. */
  change(sampling: Sampling): Promise<void>;
  [Symbol.asyncIterator](): AsyncGenerator<Token, void, void>;
}

/** What went wrong, why, and what to do about it. */
export class LlmSysError extends Error {
  readonly status: 'INVALID' | 'SHAPE' | 'NOT_FOUND' | 'FILE' | 'OUT_OF_MEMORY' | 'UNSUPPORTED' | 'NUMERIC' | 'CANCELLED' | 'STATE' | 'INTERNAL';
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}
