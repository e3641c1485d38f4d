import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { waitFor } from '../../test/support/wait-for.js';
import { SERVICE_ACTOR } from '../common/actor.js';
import type { AppConfig } from '../config/app-config.js';
import { BreachedPasswords } from './breached-passwords.js';

const PASSWORD = 'correct horse battery';
const BY = { ...SERVICE_ACTOR, requestId: 'request-1' };
const hashOf = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();
const ELSEWHERE = { location: '/elsewhere' };
const OTHERS = Array.from({ length: 900 }, (_, index) => `${hashOf(`other ${index}`).slice(5)}:${index % 7}`);
const listWith = (...lines: string[]) => [...lines, ...OTHERS].sort().join('\r\n');

describe('BreachedPasswords', () => {
  let server: Server;
  let respond: RequestListener;
  let requests: { url: string | undefined; padding: unknown }[];
  let logged: string[];
  let breached: BreachedPasswords;
  beforeEach(async () => {
    requests = [];
    logged = [];
    const keep = (line: { msg: string; request_id: string }): void => {
      expect(line.request_id).toBe(BY.requestId);
      logged.push(line.msg);
    };
    jest.spyOn(Logger.prototype, 'log').mockImplementation(keep);
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(keep);
    server = createServer((request, response) => {
      requests.push({ url: request.url, padding: request.headers['add-padding'] });
      respond(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    breached = lookUpAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}/range`);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const lookUpAt = (hibpUrl: string | undefined) =>
    new BreachedPasswords({ passwords: { hibpUrl } } as unknown as AppConfig);
  const answers =
    (body: string, status = 200): RequestListener =>
    (_request, response) =>
      void response.writeHead(status).end(body);

  it('finds a password by the first five digits of its hash, and sends no more', async () => {
    respond = answers(listWith(`${hashOf(PASSWORD).slice(5)}:3`));
    await expect(breached.includes(PASSWORD, BY)).resolves.toBe(true);
    expect(requests).toEqual([{ url: `/range/${hashOf(PASSWORD).slice(0, 5)}`, padding: 'true' }]);
    await expect(breached.includes('another horse', BY)).resolves.toBe(false);
    expect(logged).toEqual([]);
  });

  it('looks the password up as it is hashed, in NFKC', async () => {
    respond = answers(listWith(`${hashOf('Zoë Müller').slice(5)}:1`));
    await expect(breached.includes('Zoe\u0308 Mu\u0308ller', BY)).resolves.toBe(true);
  });

  it('does not count padding', async () => {
    respond = answers(listWith(`${hashOf(PASSWORD).slice(5)}:0`));
    await expect(breached.includes(PASSWORD, BY)).resolves.toBe(false);
    expect(logged).toEqual([]);
  });

  it('sends no request without a URL', async () => {
    await expect(lookUpAt(undefined).includes(PASSWORD, BY)).resolves.toBe(false);
    expect(requests).toEqual([]);
  });

  const found = `${hashOf(PASSWORD).slice(5)}:3`;
  it.each<[string, RequestListener, RegExp]>([
    ['does not answer', () => undefined, /time/],
    ['answers without end', (_, response) => void response.write(listWith(found)), /time/],
    ['answers too much', (_, response) => void response.end(listWith(found).repeat(20)), /too large/],
    ['answers garbage', answers(`<html>${found}</html>`), /not a list/],
    ['answers garbage between hashes', answers(listWith(found, 'garbage')), /not a list/],
    ['answers nothing', answers(''), /not a list/],
    ['answers an error', answers(listWith(found), 503), /503/],
    ['answers an error with garbage', answers('<html>', 429), /429/],
    ['redirects', (_, response) => void response.writeHead(302, ELSEWHERE).end(), /fetch failed/],
    ['closes the connection', (request) => void request.socket.destroy(), /fetch failed/],
  ])('accepts every password when the service %s, and logs it once', async (_, behaviour, reason) => {
    respond = behaviour;
    await expect(breached.includes(PASSWORD, BY)).resolves.toBe(false);
    const two = [breached.includes(PASSWORD, BY), breached.includes(PASSWORD, BY)];
    await expect(Promise.all(two)).resolves.toEqual([false, false]);
    expect(logged).toEqual([expect.stringMatching(reason)]);
    expect(logged.join()).not.toContain(hashOf(PASSWORD).slice(0, 5));
    expect(requests.every(({ url }) => url?.startsWith('/range/'))).toBe(true);
    respond = answers(listWith(found));
    await expect(breached.includes(PASSWORD, BY)).resolves.toBe(true);
    expect(logged).toHaveLength(2);
    expect(logged[1]).toMatch(/again/);
  });

  it('looks up ten passwords at a time, accepts more unchecked, and logs that once', async () => {
    const held: (() => void)[] = [];
    respond = (_, response) => void held.push(() => response.end(listWith(found)));
    const checks = Array.from({ length: 10 }, () => breached.includes(PASSWORD, BY));
    await waitFor(() => Promise.resolve(held.length === 10), { what: 'ten questions' });
    const two = [breached.includes(PASSWORD, BY), breached.includes(PASSWORD, BY)];
    await expect(Promise.all(two)).resolves.toEqual([false, false]);
    expect(requests).toHaveLength(10);
    expect(logged).toEqual([expect.stringMatching(/unchecked/)]);
    for (const answer of held) answer();
    await expect(Promise.all(checks)).resolves.toEqual(Array.from({ length: 10 }, () => true));
    respond = answers(listWith(found));
    await expect(breached.includes(PASSWORD, BY)).resolves.toBe(true);
    expect(logged).toHaveLength(1);
  });

  it('accepts every password when nothing listens', async () => {
    const unreachable = lookUpAt('http://127.0.0.1:1');
    await expect(unreachable.includes(PASSWORD, BY)).resolves.toBe(false);
    await expect(unreachable.includes(PASSWORD, BY)).resolves.toBe(false);
    expect(logged).toEqual([expect.stringMatching(/cannot be looked up/)]);
  });
});
