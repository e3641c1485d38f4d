import fc from 'fast-check';
import type { Member } from '../e2e/support/accounts.js';
import { RawConnection } from '../support/network/raw-http.js';
import { defectOf } from './support/oracle.js';
import { RUNS, SEED } from './support/settings.js';
import { type SocketCase, socketCorpus } from './support/socket-corpus.js';
import { Target } from './support/target.js';

const LONG_MS = 600_000;
/** How many connections the suite opens for each request of the whole run. */
const SHARE = 0.02;
const PIPELINED = 20;
/** How long an answer is awaited where none need come. */
const UNANSWERED_MS = 500;
/** Bytes after which a service that still waits would wait for more: they end each half request. */
const END = '\r\n\r\n\r\n\r\n';

describe(`bytes on a socket (seed ${SEED})`, () => {
  let target: Target;
  let member: Member;

  beforeAll(async () => {
    target = await Target.start();
    member = await target.deployment.accounts().signUp();
  });
  afterAll(() => target.stop());

  /** The answers to the bytes. Then the client ends its side, so that the service ends the connection. */
  const exchange = async (bytes: string | Buffer, expected = 1, timeoutMs = 30_000) => {
    const connection = await RawConnection.open(target.app.port);
    connection.send(bytes);
    await connection.receives(expected, timeoutMs).catch(() => undefined);
    connection.socket.end();
    const answers = await connection.closed(30_000);
    const { rest } = connection;
    connection.destroy();
    return { answers, rest: rest.toString('latin1') };
  };

  it(
    'of the corpus are refused or answered once, and change nothing',
    async () => {
      const before = await target.digest();
      const check = async ({ name, bytes, statuses }: SocketCase) => {
        const { answers, rest } = await exchange(bytes, 1, statuses ? 30_000 : UNANSWERED_MS);
        const [first] = answers;
        const isOther = statuses !== undefined && !(first && statuses.includes(first.status));
        // Only what was refused may be followed by another refusal; a 200 would be the smuggled request.
        const isSmuggled = answers.slice(1).some(({ status }) => status < 400);
        const defects =
          name === 'a wrong handshake' ? [] : answers.flatMap((answer) => defectOf(answer) ?? []);
        const got = answers.map(({ status }) => status);
        return isOther || isSmuggled || rest !== '' || defects.length > 0
          ? [{ name, got, rest, defects }]
          : [];
      };
      const found: object[] = [];
      for (const one of socketCorpus(member.tokens.access_token)) found.push(...(await check(one)));
      expect(found).toEqual([]);
      expect(await target.digest()).toBe(before);
    },
    LONG_MS,
  );

  it(
    'that are cut, repeated or replaced at random get no 5xx',
    async () => {
      const seeds = socketCorpus(member.tokens.access_token).map(({ bytes }) =>
        Buffer.from(bytes as string, 'latin1'),
      );
      const mutation = fc.record({
        bytes: fc.constantFrom(...seeds),
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        insert: fc.oneof(
          fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array)),
          fc.constantFrom(
            ...['\r\n', '\r', '\n', '\u0000', ':', ' ', '\t', 'chunked', ',', ';'].map((text) =>
              Buffer.from(text),
            ),
          ),
        ),
        drop: fc.nat(12),
      });
      const connections = fc.array(mutation, { minLength: 10, maxLength: 10 });
      const before = await target.digest();
      await fc.assert(
        fc.asyncProperty(connections, async (mutations) => {
          const exchanges = mutations.map(({ bytes, at, insert, drop }) => {
            const index = Math.floor(at * bytes.length);
            return exchange(
              Buffer.concat([
                bytes.subarray(0, index),
                insert,
                bytes.subarray(index + drop),
                Buffer.from(END),
              ]),
              1,
              UNANSWERED_MS,
            );
          });
          for (const { answers } of await Promise.all(exchanges)) {
            const refusals = answers.filter(({ headers }) => headers['content-type'] !== 'text/html');
            expect(refusals.flatMap((answer) => defectOf(answer) ?? [])).toEqual([]);
          }
        }),
        { seed: SEED, numRuns: Math.ceil((RUNS * SHARE) / 10), endOnFailure: true },
      );
      expect(await target.digest()).toBe(before);
    },
    LONG_MS,
  );

  it('that are pipelined get their own answers, in order', async () => {
    const others = await Promise.all(Array.from({ length: 4 }, () => target.deployment.accounts().signUp()));
    const me = ({ tokens }: Member) =>
      `GET /api/v1/users/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${tokens.access_token}\r\n\r\n`;
    const emails = await Promise.all(
      others.map(async () => {
        const order = Array.from({ length: PIPELINED }, (_, index) => others[index % others.length]!);
        const { answers } = await exchange(order.map(me).join(''), PIPELINED);
        return answers.map(({ body }, index) => (JSON.parse(body) as Member).email === order[index]?.email);
      }),
    );
    expect(emails.flat()).toEqual(Array.from({ length: PIPELINED * others.length }, () => true));
  });

  it('leave the application unharmed', () => target.expectUnharmed(), LONG_MS);
});
