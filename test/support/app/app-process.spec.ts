import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { api, type ApiClient } from './api-client.js';
import { AppProcess } from './app-process.js';
import { isAlive } from '../process/process-tree.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';

const APP = `
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
if (process.env.FAIL) { console.error('bad configuration'); process.exit(3); }
const server = createServer(async (request, response) => {
  const { method, url, headers } = request;
  if (url === '/health/live') return response.end('ok');
  const seen = { method, url, headers, body: await text(request), env: process.env, cwd: process.cwd() };
  response.writeHead(418, { 'content-type': 'application/problem+json' }).end(JSON.stringify(seen));
});
server.listen(Number(process.env.PORT), process.env.HOST, () => console.log('listening'));
process.on('SIGTERM', () => { server.close(() => process.exit(7)); server.closeAllConnections(); });
`;

interface Seen {
  method: string;
  headers: Record<string, string>;
  body: string;
  env: Record<string, string>;
  cwd: string;
}

describe('AppProcess with ApiClient', () => {
  let folder: string;
  let entry: string;
  let app: AppProcess;
  let client: ApiClient;

  beforeAll(async () => {
    folder = await makeTemporaryDirectory('entry');
    entry = join(folder, 'main.mjs');
    await writeFile(entry, APP);
    app = await AppProcess.start({ entry, env: { EXTRA: 'yes' } });
    client = api(app.url);
  });

  afterAll(async () => {
    await app.stop();
    await removeTemporaryDirectory(folder);
  });

  it('runs in a clean environment and a private folder', async () => {
    const { status, body } = await client.get<Seen>('/');
    expect(status).toBe(418);
    const names = ['EXTRA', 'HOME', 'HOST', 'ISSUER_URL', 'NODE_ENV', 'PATH', 'PORT'];
    expect(Object.keys(body.env).sort()).toEqual(names);
    expect(body.cwd).not.toBe(process.cwd());
    expect(app.output).toContain('listening');
  });

  it('sends JSON, forms and bearer tokens', async () => {
    const json = await client.as('secret').post<Seen>('/', { a: 1 });
    expect(json.body).toMatchObject({ method: 'POST', body: '{"a":1}' });
    expect(json.body.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/json',
    });
    const form = await client.put<Seen>('/', new URLSearchParams({ a: 'b c' }));
    expect(form.body.body).toBe('a=b+c');
    expect(form.body.headers).not.toHaveProperty('authorization');
    expect(form.durationMs).toBeGreaterThan(0);
  });

  it('freezes, thaws, crashes and restarts on the same port', async () => {
    app.freeze();
    await expect(client.get('/', { timeoutMs: 100 })).rejects.toThrow();
    app.thaw();
    await expect(client.get('/')).resolves.toMatchObject({ status: 418 });
    await app.kill9();
    await expect(client.get('/')).rejects.toThrow();
    expect(app.exitCode).toBeNull();
    await app.restart();
    await expect(client.get('/')).resolves.toMatchObject({ status: 418 });
  });

  it('stops in good order and removes its folder', async () => {
    const other = await AppProcess.start({ entry });
    const { cwd } = (await api(other.url).get<Seen>('/')).body;
    await expect(other.stop()).resolves.toBe(7);
    expect(isAlive(other.pid)).toBe(false);
    expect(existsSync(cwd)).toBe(false);
  });

  it('shows the output of an app that exits instead of starting', async () => {
    const failing = AppProcess.start({ entry, env: { FAIL: '1' } });
    await expect(failing).rejects.toThrow('the app exited with code 3:\nbad configuration');
  });
});
