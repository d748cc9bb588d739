// The page: an engine in a worker, a model, and what a person does with them.
import { load } from '../src/index.js';
import { LossCurve } from './curve.js';
import { attempt, bytes, cell, element, Problem, row, say, trade } from './page.js';
import { WrittenText } from './written.js';

const SAMPLERS = {
  greedy: { temperature: 0, topK: 0, topP: 1 },
  temperature: { temperature: 0.8, topK: 0, topP: 1 },
  'top-k': { temperature: 1, topK: 5, topP: 1 },
  'top-p': { temperature: 1, topK: 0, topP: 0.9 },
};
const ALTERNATIVES = 8;
const CORPUS = 60_000;                          // characters that the small model learns from

let llm, model = null, generation = null, abort = null, writing = Promise.resolve();

// ---- model -----------------------------------------------------------------------------------------------------------------------------------

async function take(source, options, name) {
  const progress = element('model-progress');
  progress.hidden = false;
  try {
    const next = await llm.loadModel(source, { ...options, onProgress: ({ loaded, total }) => { progress.value = loaded / total; } });
    await adopt(next, name);
  } finally {
    progress.hidden = true;
    progress.value = 0;
    await showMemory();
  }
}

async function adopt(next, name) {
  const before = model;
  abort?.abort();                               // what the old model still writes ends first
  await writing;
  model = next;
  await before?.dispose();
  const c = model.config;
  element('model-told').textContent = [`${name}: ${c.family}`, `${c.parameters.toLocaleString('en')} parameters in ${bytes(c.bytes)}`,
    `${c.numLayers} layers`, `context ${c.contextLength}`, `${c.vocabSize} tokens.`].join(', ');
  element('start').disabled = !model.hasTokenizer;
  say(model.hasTokenizer ? `${name} is ready.` : `${name} has no tokenizer: choose it together with the model's file.`);
}

const fetched = async (path) => {
  const answer = await fetch(new URL(`../model/${path}`, import.meta.url));
  if (!answer.ok) throw new Problem(`${path} is not here`, `the server answered ${answer.status}`, 'start the page with ./llmsys wasm-demo');
  return answer;
};

async function loadShipped() {
  say('Loading the shipped model…');
  const [weights, config, tokenizer] = await Promise.all(['model.safetensors', 'config.json', 'tokenizer.json'].map(fetched));
  await take(await weights.blob(), { config: await config.text(), tokenizer: await tokenizer.arrayBuffer() }, 'The shipped model');
}

async function loadFiles(files) {
  const named = (test) => files.find((file) => test(file.name.toLowerCase()));
  const config = named((name) => name === 'config.json');
  const tokenizer = named((name) => name !== 'config.json' && (/^tok/.test(name) || name.endsWith('.model')));
  const weights = files.find((file) => file !== config && file !== tokenizer);
  if (!weights) {
    throw new Problem('there is no model among these files', `chosen: ${files.map(({ name }) => name).join(', ')}`,
      'choose a .gguf, .bin or .safetensors, and what belongs to it, together');
  }
  if (weights.name.toLowerCase().endsWith('.safetensors') && !config) {
    throw new Problem(`${weights.name} does not say what model it belongs to`, 'its config.json was not chosen with it',
      'choose model.safetensors, config.json and tokenizer.json together');
  }
  say(`Loading ${weights.name}…`);
  await take(weights, { config: await config?.text(), tokenizer: await tokenizer?.arrayBuffer() }, weights.name);
}

// ---- write -----------------------------------------------------------------------------------------------------------------------------------

async function write() {
  const prompt = element('prompt').value, text = new WrittenText(prompt);
  abort = new AbortController();
  trade('start', 'stop');
  say('Writing…');
  const began = performance.now();
  let count = 0;
  try {
    generation = model.generate(prompt, { ...SAMPLERS[element('sampler').value], maxTokens: Number(element('tokens').value), slide: true,
      seed: Math.floor(Math.random() * 2 ** 31), alternatives: ALTERNATIVES, signal: abort.signal });
    for await (const token of generation) {
      text.add(token);
      count++;
      const speed = (1000 * count / (performance.now() - began)).toFixed(0);
      element('speed').textContent = `${count} tokens, ${speed} a second, with ${element('sampler').value} and ${element('matmul').value}`;
    }
    say(`Wrote ${count} tokens (${generation.stop}).`);
  } finally {
    text.end();
    generation = null;
    trade('stop', 'start');
    await showMemory();
  }
}

async function offerKernels() {
  const kernels = await llm.kernels('matmul');
  element('matmul').replaceChildren(...kernels.map(({ name, summary, serving }) => new Option(name, name, serving, serving)));
  kernels.forEach(({ summary }, i) => { element('matmul').options[i].title = summary; });
}

// ---- train -----------------------------------------------------------------------------------------------------------------------------------

async function train(name, run, end) {
  const curve = new LossCurve(name), controller = new AbortController(), buttons = ['xor', 'chars'].map(element);
  element('stop-training').onclick = () => controller.abort();
  const begun = document.activeElement === element('chars') ? 'chars' : 'xor';
  trade(begun, 'stop-training');
  buttons.forEach((button) => { button.disabled = true; });
  say(`${name}…`);
  let drawn = 0;
  try {
    const outcome = await run({ signal: controller.signal, onStep: ({ step, steps, loss }) => {
      curve.add(loss);
      if (performance.now() - drawn < 100 && step !== steps) return;
      drawn = performance.now();
      curve.draw();
      element('train-told').textContent = `Step ${step} of ${steps}: loss ${loss.toFixed(4)}`;
    } });
    curve.draw();
    await end(outcome, curve);
  } finally {
    buttons.forEach((button) => { button.disabled = false; });
    trade('stop-training', begun);
    await showMemory();
  }
}

const learnXor = () => train('Learning XOR', (how) => llm.trainXor({ steps: 400, ...how }), ({ predictions }, curve) => {
  const [a, b, c, d] = predictions.map((y) => y.toFixed(2));
  element('train-told').textContent = `0 xor 0 = ${a}, 0 xor 1 = ${b}, 1 xor 0 = ${c}, 1 xor 1 = ${d}`;
  say(`XOR is learned. ${curve.words()}`);
});

const learnCharacters = () => train('Learning characters', async (how) => {
  const text = (await (await fetched('stories.txt')).text()).slice(0, CORPUS);
  return llm.trainCharModel(text, { steps: 1500, ...how });
}, async (outcome, curve) => {
  await adopt(outcome.model, 'The model that learned here');
  element('prompt').value = 'The ';
  element('train-told').textContent = curve.words();
  say(`The character model is learned, and writes above. ${curve.words()}`);
});

// ---- memory ----------------------------------------------------------------------------------------------------------------------------------

async function showMemory() {
  const { live, peak, heap, limit, owners } = await llm.memoryStats();
  element('memory-told').textContent = `Live ${bytes(live)}, peak ${bytes(peak)}, limit ${bytes(limit)}; `
    + `the engine has ${bytes(heap)} of this machine's memory.`;
  element('owners').replaceChildren(...owners.map((each) =>
    row(cell(each.owner || 'others', { heading: true }), cell(bytes(each.live), { number: true }), cell(bytes(each.peak), { number: true }))));
}

async function watchMemory() {
  while (true) {
    if (!document.hidden) await showMemory();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

// ---- begin -----------------------------------------------------------------------------------------------------------------------------------

element('write-form').onsubmit = (event) => {
  event.preventDefault();
  writing = attempt(write);
};
element('stop').onclick = () => abort?.abort();
element('sampler').onchange = () => attempt(async () => generation?.change(SAMPLERS[element('sampler').value]));
element('matmul').onchange = () => attempt(() => llm.use('matmul', element('matmul').value));
element('shipped').onclick = () => attempt(loadShipped);
element('files').onchange = () => attempt(() => loadFiles([...element('files').files]));
element('xor').onclick = () => attempt(learnXor);
element('chars').onclick = () => attempt(learnCharacters);
window.addEventListener('pagehide', () => llm?.terminate());

await attempt(async () => {
  llm = await load();
  await offerKernels();
  ['shipped', 'files', 'xor', 'chars'].forEach((id) => { element(id).disabled = false; });
  watchMemory();
  await loadShipped();
});
