import { fork } from 'node:child_process';
import { once } from 'node:events';
import { TcpProxy } from '../../../test/support/network/tcp-proxy.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { createVerifier, type Verifier, type VerifierError } from '../src/index.js';
import { IssuerServer } from './issuer-server.js';
import { CLIENT } from './test-issuer.js';

describe('a verifier on a real network', () => {
  let server: IssuerServer;
  let proxy: TcpProxy;
  let verifier: Verifier;
  const errors: string[] = [];
  beforeEach(async () => {
    server = await IssuerServer.start(async (port) => {
      proxy = await TcpProxy.start({ host: '127.0.0.1', port });
      return `http://${proxy.host}:${proxy.port}`;
    });
    errors.length = 0;
    const onError = ({ message }: Error) => errors.push(message);
    verifier = await createVerifier({ issuer: server.issuer.url, ...CLIENT, onError });
    await waitFor(() => verifier.status().fresh, { what: 'the feed to be followed' });
  });
  afterEach(async () => {
    await verifier.close();
    await proxy.close();
    await server.stop();
  });

  const outcome = (token: string) =>
    verifier.verify(token).then(
      () => 'accepted',
      (error: unknown) => (error as VerifierError).code,
    );

  it.each(['blackhole', 'cut'] as const)(
    'is unavailable during a network fault of the kind %s, and knows afterwards what was revoked',
    async (fault) => {
      const { token, session } = await server.issuer.logIn();
      const live = await server.issuer.logIn();
      expect(await outcome(token)).toBe('accepted');
      await proxy[fault]();
      server.issuer.revoke(session);
      await waitFor(() => !verifier.status().fresh, { what: 'the bound to pass' });
      expect(await outcome(token)).toBe('unavailable');
      await proxy.pass();
      await waitFor(() => verifier.status().fresh, { what: 'the feed to be followed again' });
      expect(await outcome(token)).toBe('token_revoked');
      expect(await outcome(live.token)).toBe('accepted');
      expect(verifier.status().restarts).toBe(1);
      expect(errors).not.toEqual([]);
    },
  );

  it('accepts nothing by an old answer after its process was stopped and continued', async () => {
    const { token, session } = await server.issuer.logIn();
    const child = fork(new URL('./receiver.process.mjs', import.meta.url), {
      env: { ...process.env, ISSUER: server.issuer.url, ...CLIENT },
      execArgv: [],
    });
    try {
      const [ready] = (await once(child, 'message')) as [string];
      expect(ready).toBe('fresh');
      child.send(token);
      expect(await once(child, 'message')).toEqual(['accepted', undefined]);
      child.kill('SIGSTOP');
      const stoppedMs = performance.now();
      server.issuer.revoke(session);
      child.send(token);
      await waitFor(() => performance.now() - stoppedMs > 2000, { what: 'the bound to pass' });
      child.kill('SIGCONT');
      expect(await once(child, 'message')).toEqual(['token_revoked', undefined]);
      child.send('close');
      const [code] = (await once(child, 'exit')) as [number];
      expect(code).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
