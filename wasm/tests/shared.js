// What the tests have in common: where files lie, and what stands there.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const WORKSPACE = `${ROOT}workspace/model/`;
export const CORPUS = `${ROOT}workspace/corpus/stories.txt`;

/** Folder of models and oracles that do not belong to the sources; tests that need it are skipped without. */
export const SHARED = process.env.LLMSYS_SHARED && existsSync(process.env.LLMSYS_SHARED) ? process.env.LLMSYS_SHARED : null;
export const needsShared = { skip: SHARED === null ? 'LLMSYS_SHARED names no folder' : false };

/** The same numbers each time, -1 to 1. */
export function numbers(count, seed = 1) {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
