// What ./llmsys bench wasm measures. By hand:
//
//   node wasm/bench/run.js [--names matmul,decode] [--sizes 256,512] [--rounds 9] [--modules FOLDER] [--scalar FOLDER] [--native LIBRARY]
//                          [--model FILE] [--dist FOLDER] [--json]
//
// Rows go to stdout, in the fields of ./llmsys bench; what could not take part is told on stderr.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hasEngine } from './contestants.js';
import { measureDecode } from './decode.js';
import { measureProducts } from './matmul.js';
import { table } from './table.js';

const BENCHMARKS = ['matmul', 'decode'];
const MOST_ROUNDS = 1000, MOST_SIZE = 4096;
const OPTIONS = ['--names', '--sizes', '--rounds', '--modules', '--scalar', '--native', '--model', '--dist'];

class Wrong extends Error {
  constructor(status, what, why, fix) {
    super(`error: ${what}\nwhy: ${why}\nfix: ${fix}`);
    this.status = status;
  }
}
const misused = (what, why, fix) => new Wrong(2, what, why, fix);

function wholeNumber(option, text, most) {
  if (!/^[1-9]\d{0,8}$/.test(text) || Number(text) > most) {
    throw misused(`${option} cannot be ${text}`, `it is a whole number from 1 to ${most}`,
      `write for example ${option} ${option === '--sizes' ? 256 : 9}`);
  }
  return Number(text);
}

function parse(words) {
  const given = new Map();
  let json = false;
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '--json') json = true;
    else if (!OPTIONS.includes(words[i])) {
      throw misused(`bench wasm does not know ${words[i]}`, `its options are ${OPTIONS.join(', ')} and --json`, 'see ./llmsys bench --help');
    } else if (++i >= words.length) throw misused(`${words[i - 1]} needs a value`, 'nothing follows it', `write ${words[i - 1]} VALUE`);
    else given.set(words[i - 1], words[i]);
  }
  const path = (option) => {
    const value = given.get(option) ?? null;
    if (value !== null && !existsSync(value)) throw misused(`${option} ${value} is not there`, 'no file or folder has this name', 'check the path');
    return value;
  };
  const names = (given.get('--names') ?? BENCHMARKS.join()).split(',');
  const unknown = names.find((name) => !BENCHMARKS.includes(name));
  if (unknown !== undefined) {
    throw misused(`nothing is measured under the name ${unknown}`, `there are ${BENCHMARKS.join(' and ')}`, 'write for example --names decode');
  }
  return { json, names, sizes: (given.get('--sizes') ?? '256,512').split(',').map((each) => wholeNumber('--sizes', each, MOST_SIZE)),
    rounds: wholeNumber('--rounds', given.get('--rounds') ?? '9', MOST_ROUNDS), modules: path('--modules') ?? process.cwd(), scalar: path('--scalar'),
    library: path('--native'), model: path('--model'), dist: path('--dist') ?? fileURLToPath(new URL('../dist', import.meta.url)) };
}

async function main() {
  const request = { ...parse(process.argv.slice(2)), remark: (text) => console.error(`llmsys: ${text}`) };
  for (const folder of [request.dist, request.scalar]) {
    if (folder !== null && !hasEngine(folder)) {
      throw new Wrong(1, 'there is no engine to measure', `${folder} has no engine.js and engine.wasm`, 'run ./llmsys build wasm');
    }
  }
  const rows = [];
  if (request.names.includes('matmul')) rows.push(...await measureProducts(request));
  if (request.names.includes('decode')) rows.push(...await measureDecode(request));
  console.log(request.json ? JSON.stringify(rows) : table(rows));
}

try {
  await main();
} catch (problem) {
  const { what = 'the measuring stopped', why = problem.message, fix = 'report it with the options that you gave' } = problem;
  console.error(problem instanceof Wrong ? problem.message : `error: ${what}\nwhy: ${why}\nfix: ${fix}`);
  process.exitCode = problem instanceof Wrong ? problem.status : 1;
}
