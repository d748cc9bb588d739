// Who writes in decode.js: an engine of some folder, and the native library. Both take (bytes or folder of a model, type) and write greedily.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A folder that is gone when the process ends. */
export function scratchFolder() {
  const folder = mkdtempSync(`${tmpdir()}/llmsys-bench-`);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The engine of folder `dist`, in this thread: src/ finds dist/ beside itself, so a package is made of both. */
export async function wasmEngine(name, dist, scratch) {
  const home = `${scratch}/${name}`;
  cpSync(here('../src'), `${home}/src`, { recursive: true });
  cpSync(here('../package.json'), `${home}/package.json`);
  cpSync(dist, `${home}/dist`, { recursive: true });
  const [{ Engine }, { ModelFile, Model }] = await Promise.all(['engine', 'model'].map((each) => import(pathToFileURL(`${home}/src/${each}.js`))));
  return { engine: await Engine.create({ wasm: readFileSync(`${home}/dist/engine.wasm`) }), ModelFile, Model };
}

/** The same as someone who writes. */
export async function wasmWriter(name, dist, scratch) {
  const { engine, ModelFile, Model } = await wasmEngine(name, dist, scratch);
  return { name,
    open({ bytes, config }, type) {
      const file = new ModelFile(engine, bytes.length);
      try {
        file.write(bytes);
        const model = new Model(engine, file.load({ config, type }), null);
        return { write: (prompt, count) => written(model, prompt, count), close: () => model.close() };
      } finally {
        file.close();
      }
    } };
}

function written(model, prompt, maxTokens) {
  const session = model.open(prompt, { maxTokens, alternatives: -1 }), ids = [], began = performance.now();
  for (let step = session.next(); !step.done; step = session.next()) ids.push(step.token.id);
  const speed = 1000 * ids.length / (performance.now() - began);
  session.close();
  return { speed, ids };
}

/** The native library on one thread, by native_decode.c; a process for each text. Null where there is no C compiler. */
export function nativeWriter(library, scratch) {
  const program = `${scratch}/native_decode`;
  try {
    execFileSync('cc', ['-O2', '-I', here('../../native/include'), here('native_decode.c'), library, '-o', program], { stdio: 'ignore' });
  } catch {
    return null;
  }
  const environment = { ...process.env, LD_LIBRARY_PATH: library.replace(/\/[^/]*$/, ''), DYLD_LIBRARY_PATH: library.replace(/\/[^/]*$/, '') };
  return { name: 'native',
    open({ bytes, path }, type) {
      if (!path) {
        path = `${scratch}/native.bin`;
        writeFileSync(path, bytes);
      }
      return { write(prompt, count) {
        const said = execFileSync(program, [path, type ?? 'as-is', String(count), ...prompt.map(String)], { encoding: 'utf8', env: environment });
        const [speed, ...ids] = said.trim().split(/\s+/).map(Number);
        return { speed, ids };
      }, close() {} };
    } };
}

/** Whether a folder has a whole engine. */
export const hasEngine = (folder) => existsSync(`${folder}/engine.wasm`) && existsSync(`${folder}/engine.js`);
