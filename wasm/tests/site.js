// The page's folder behind a server on loopback, as ./llmsys wasm-demo puts it together, for a test's time.
import { cp, mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, normalize } from 'node:path';
import { CORPUS, ROOT, WORKSPACE } from './shared.js';

const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript' };

async function assembled() {
  const site = `${ROOT}wasm/target/test-site`;
  await mkdir(`${site}/model`, { recursive: true });
  for (const each of ['demo', 'src', 'dist']) await cp(`${ROOT}wasm/${each}`, `${site}/${each}`, { recursive: true });
  for (const each of ['model.safetensors', 'config.json', 'tokenizer.json']) await cp(WORKSPACE + each, `${site}/model/${each}`);
  await cp(CORPUS, `${site}/model/stories.txt`);
  return site;
}

/** asked: the paths that were asked for. */
export async function serveSite() {
  const site = await assembled(), asked = [];
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://here').pathname).replace(/\/$/, '/index.html');
    asked.push(path);
    try {
      const bytes = await readFile(site + path);
      response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/demo/`, asked, close: () =>
      new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}
