import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppProcess } from '../support/app/app-process.js';
import { api } from '../support/app/api-client.js';
import { MailFolder } from '../support/mail/mail-folder.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { waitFor } from '../support/wait-for.js';
import { WITH_INSPECTOR } from './support/inspector.js';
import { Deployment, PASSWORD } from './support/suite.js';
import { workerHeaps } from './support/worker-heaps.js';

const canary = (name: string) => `canary${name}${randomBytes(16).toString('hex')}`;

describe('the heap of the process', () => {
  it('holds no password and no token of a mail once the request that sent it was answered', async () => {
    const [password, wrong, next] = [canary('password'), canary('wrong'), canary('next')];
    const mails = await MailFolder.make();
    const cwd = await makeTemporaryDirectory('heap');
    const deployment = await Deployment.ofProcesses();
    // Node collects garbage before it writes the snapshot.
    const env = {
      ...deployment.environment,
      ...mails.variables,
      NODE_OPTIONS: `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${cwd}`,
    };
    const app = await AppProcess.start({ env });
    const client = api(app.url);
    const account = { email: `${canary('mail')}@example.org`, full_name: 'A' };
    const logIn = (secret: string) =>
      client.post('/api/v1/auth/login/json', { email: account.email, password: secret });
    expect((await client.post('/api/v1/auth/register', { ...account, password })).status).toBe(201);
    expect((await logIn(password)).status).toBe(200);
    expect((await logIn(wrong)).status).toBe(401);
    const token = await mails.token(account.email, 'account/reset-password');
    const reset = { token, new_password: next };
    expect((await client.post('/api/v1/auth/reset-password', reset)).status).toBe(200);
    // The parser and the buffers of the connection have had another request since.
    for (let count = 0; count < 20; count++) expect((await logIn(PASSWORD)).status).toBe(401);
    process.kill(app.pid, 'SIGUSR2');
    const snapshot = await waitFor(
      async () => {
        const file = (await readdir(cwd)).find((name) => name.endsWith('.heapsnapshot'));
        const text = file === undefined ? '' : await readFile(join(cwd, file), 'latin1');
        return text.trimEnd().endsWith('}') ? text : undefined;
      },
      { what: 'the whole snapshot', timeoutMs: 60_000, intervalMs: 500 },
    );
    expect(snapshot?.includes('SessionVerdictService')).toBe(true);
    for (const secret of [password, wrong, next, token])
      expect(snapshot?.includes(secret.slice(0, 20))).toBe(false);
    client.close();
    await app.stop();
    await deployment.stop();
    await Promise.all([removeTemporaryDirectory(cwd), mails.remove()]);
  }, 120_000);
});

describe('the heap of the threads that hash', () => {
  it('holds no password once the request that sent it was answered', async () => {
    const [password, wrong, next] = [canary('password'), canary('wrong'), canary('next')];
    const deployment = await Deployment.ofProcesses({ instances: [WITH_INSPECTOR] });
    const { client } = await deployment.accounts().signUp({ password });
    const change = (current_password: string, new_password: string) =>
      client.post('/api/v1/users/me/change-password', { current_password, new_password });
    expect((await change(wrong, next)).status).toBe(403);
    expect((await change(password, next)).status).toBe(200);
    const heaps = await workerHeaps(deployment.apps[0]!);
    // The threads that have hashed are among them: each keeps the module of its functions.
    expect(heaps.filter((heap) => heap.includes('password-hash.worker.mjs'))).not.toEqual([]);
    for (const heap of heaps)
      for (const secret of [password, wrong, next]) expect(heap.includes(secret.slice(0, 20))).toBe(false);
    await deployment.stop();
  }, 120_000);
});
