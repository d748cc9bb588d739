// What callers pass, looked at before it reaches the engine's memory: a wrong type is told by name, and nothing is read that is not there.
import { LlmSysError, invalid } from './error.js';

const MOST_ID = 2 ** 31 - 1;

/** A value as a message shows it. */
export function shown(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return typeof value === 'object' || typeof value === 'function' ? `a ${value.constructor?.name ?? typeof value}` : String(value);
}

export function wholeNumber(name, value, least, most) {
  const counts = typeof value === 'bigint' || Number.isInteger(value);
  if (!counts || value < least || value > most) {
    throw invalid(`${name} cannot be ${shown(value)}`, `it is a whole number from ${least} to ${most}`, 'correct it, or leave it out');
  }
  return value;
}

/** NaN and ranges are the engine's to refuse: it knows them. */
export function number(name, value) {
  if (typeof value !== 'number') throw invalid(`${name} cannot be ${shown(value)}`, 'it is a number', 'correct it, or leave it out');
  return value;
}

export function text(name, value) {
  if (typeof value !== 'string') throw invalid(`${name} cannot be ${shown(value)}`, 'it is a text', 'pass a string');
  return value;
}

/** Token ids as an array of whole numbers; which of them a model knows is the engine's to say. */
export function tokenIds(value) {
  if (typeof value !== 'object' || value === null || !Number.isInteger(value.length)) {
    throw invalid(`${shown(value)} is no list of token ids`, 'ids are whole numbers in an array or a typed array',
      'pass a text, or for example [1, 2]');
  }
  return Array.from(value, (id) => wholeNumber('a token id', id, -MOST_ID - 1, MOST_ID));
}

/** An operand of a product: {shape: [rows, columns], data} with one number for each place. */
export function matrix(name, value) {
  const shape = value?.shape;
  if (!Array.isArray(shape) || shape.length !== 2 || !shape.every((extent) => Number.isInteger(extent) && extent >= 0 && extent <= MOST_ID)) {
    throw new LlmSysError('SHAPE', `matmul got ${name} ${Array.isArray(shape) ? `(${shape})` : shown(value)}`,
      'it is {shape: [rows, columns], data}, rows and columns whole numbers from 0 on',
      'pass for example {shape: [2, 3], data: new Float32Array(6)}');
  }
  const count = value.data?.length;
  if (count !== shape[0] * shape[1] || typeof value.data === 'string') {
    throw new LlmSysError('SHAPE', `matmul got ${name} (${shape}) with ${Number.isInteger(count) ? `${count} numbers` : shown(value.data)}`,
      `a matrix of this shape has ${shape[0] * shape[1]}`, 'pass one number for each place, row after row');
  }
  return value;
}
