// A llama2.c .bin with random weights: for measuring, where no file of that size is at hand.

export const SHAPES = {
  '260K': { dim: 64, hidden: 172, layers: 5, heads: 8, kvHeads: 4, vocab: 512, context: 512 },              // as stories260K
  '15M': { dim: 288, hidden: 768, layers: 6, heads: 6, kvHeads: 6, vocab: 32000, context: 256 },            // as stories15M
};
const HEADER = 7 * 4;

/** Bytes of the file: seven whole numbers, then every matrix in the order of llama2.c's legacy format, output table shared. */
export function randomModel({ dim, hidden, layers, heads, kvHeads, vocab, context }) {
  const keys = dim / heads * kvHeads, angles = context * dim / heads;
  const random = (count) => ({ count, spread: 0.1 }), ones = (count) => ({ count, spread: 0 });
  const parts = [random(vocab * dim), ones(layers * dim), random(layers * dim * dim), random(layers * keys * dim), random(layers * keys * dim),
    random(layers * dim * dim), ones(layers * dim), random(layers * hidden * dim), random(layers * dim * hidden), random(layers * hidden * dim),
    ones(dim), ones(angles)];
  const bytes = new Uint8Array(HEADER + 4 * parts.reduce((sum, { count }) => sum + count, 0));
  new Int32Array(bytes.buffer, 0, 7).set([dim, hidden, layers, heads, kvHeads, vocab, context]);
  const floats = new Float32Array(bytes.buffer, HEADER);
  let at = 0, state = 1;
  for (const { count, spread } of parts) {
    for (const end = at + count; at < end; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      floats[at] = spread === 0 ? 1 : (state / 2 ** 32 - 0.5) * spread;
    }
  }
  return bytes;
}
