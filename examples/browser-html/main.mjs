import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Serves the page and, unbuilt, the modules of the client.
const { PORT = '5173', SERVICE_URL = 'http://localhost:8000' } = process.env;
const CLIENT = join(dirname(fileURLToPath(import.meta.resolve('@ergodrive/client'))), '..', 'esm');
const HERE = fileURLToPath(new URL('.', import.meta.url));

// A script of somebody else could use the session while the page is open: only those of this origin run.
const POLICY = [
  "default-src 'self'",
  `connect-src ${SERVICE_URL} ${SERVICE_URL.replace(/^http/, 'ws')}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

async function fileOf(path) {
  if (path === '/') {
    const page = await readFile(join(HERE, 'index.html'), 'utf8');
    return page.replace('http://localhost:8000', SERVICE_URL);
  }
  if (path === '/app.mjs' || path === '/texts.mjs') return readFile(join(HERE, path));
  const name = /^\/client\/((?:[\w-]+\/)*[\w.-]+\.js)$/.exec(path)?.[1];
  return name === undefined ? undefined : readFile(join(CLIENT, name));
}

createServer(async ({ url }, response) => {
  const file = await fileOf(url).catch(() => undefined);
  if (file === undefined) return response.writeHead(404).end();
  const type = url === '/' ? 'text/html' : 'text/javascript';
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': POLICY });
  response.end(file);
}).listen(Number(PORT), 'localhost', () => console.log(`listening on http://localhost:${PORT}`));
