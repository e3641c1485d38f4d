import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Member } from '../e2e/support/accounts.js';
import { RawConnection } from '../support/network/raw-http.js';
import { bytesOf, closeCodeOf, type Frame, frames } from './support/frames.js';
import { RUNS, SEED } from './support/settings.js';
import { Target } from './support/target.js';

const LONG_MS = 600_000;
/** How many channels the suite opens for each request of the whole run. */
const SHARE = 0.02;
const BATCH = 10;
/** What RFC 6455 §7.4.1 gives to what a client may do wrong, then the codes of docs/live-channel.md. */
const CODES = [1000, 1002, 1003, 1005, 1007, 1008, 1009, 4401, 4408, 4429];
const PING = { fin: true, reserved: 0, opcode: 9, masked: true, payload: Buffer.from('x') };
const TEXT = { ...PING, opcode: 1, payload: Buffer.from('{"type":"ping"}') };
const GOODBYE = { ...PING, opcode: 8, payload: Buffer.from([0x03, 0xe8]) };

describe(`frames on the live channel (seed ${SEED})`, () => {
  let target: Target;
  let member: Member;

  beforeAll(async () => {
    target = await Target.start();
    member = await target.deployment.accounts().signUp();
  });
  afterAll(() => target.stop());

  /** The code with which the service closes after the frames and a goodbye. */
  const closeCodeAfter = async (sent: readonly Frame[], token = member.tokens.access_token) => {
    const connection = await RawConnection.open(target.app.port);
    connection.send(
      `GET /api/v1/ws/session/${member.sessionId} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
        `Sec-WebSocket-Protocol: ergodrive.v1, bearer.${token}\r\n\r\n`,
    );
    const [answer] = await connection.receives(1, 30_000);
    expect(answer?.status).toBe(101);
    connection.send(Buffer.concat([...sent, GOODBYE].map(bytesOf)));
    // A frame that claims more than it has is waited for.
    connection.socket.end();
    await connection.closed(30_000);
    const { rest } = connection;
    connection.destroy();
    return closeCodeOf(rest);
  };

  it.each<[string, Frame[], number]>([
    ['without a mask', [{ ...TEXT, masked: false }], 1002],
    ['with a reserved bit', [{ ...TEXT, reserved: 4 }], 1002],
    ['of an unknown kind', [{ ...TEXT, opcode: 3 }], 1002],
    ['that continue nothing', [{ ...TEXT, opcode: 0 }], 1002],
    ['that begin a message within another', [{ ...TEXT, fin: false }, TEXT], 1002],
    ['of control in fragments', [{ ...PING, fin: false }], 1002],
    ['of control beyond 125 bytes', [{ ...PING, payload: Buffer.alloc(126) }], 1002],
    ['of text that is no UTF-8', [{ ...TEXT, payload: Buffer.from('c0af', 'hex') }], 1007],
    ['beyond 8 KiB', [{ ...TEXT, payload: Buffer.alloc(8193, 'x') }], 1009],
    ['that claim a terabyte', [{ ...TEXT, claimed: 2 ** 40 }], 1009],
    [
      'whose fragments exceed 8 KiB',
      [
        { ...TEXT, fin: false, payload: Buffer.alloc(8000, 'x') },
        { ...TEXT, opcode: 0, payload: Buffer.alloc(8000, 'x') },
      ],
      1009,
    ],
    ['of 1,000 pings', Array.from({ length: 1000 }, () => PING), 4429],
    ['of 1,000 texts', Array.from({ length: 1000 }, () => TEXT), 4429],
  ])('%s close the channel with the documented code', async (_, sent, code) => {
    await expect(closeCodeAfter(sent)).resolves.toBe(code);
  });

  it(
    'at random close the channel with a documented code',
    async () => {
      const before = await target.digest();
      const batch = fc.array(fc.tuple(frames, fc.boolean()), { minLength: BATCH, maxLength: BATCH });
      await fc.assert(
        fc.asyncProperty(batch, async (channels) => {
          const codes = await Promise.all(
            channels.map(([sent, hasToken]) => closeCodeAfter(sent, hasToken ? undefined : 'x.y.z')),
          );
          // None where the client's last frame was incomplete.
          for (const code of codes) expect([undefined, ...CODES]).toContain(code);
        }),
        { seed: SEED, numRuns: Math.ceil((RUNS * SHARE) / BATCH), endOnFailure: true },
      );
      expect(await target.digest()).toBe(before);
    },
    LONG_MS,
  );

  it('leave the application unharmed', () => target.expectUnharmed(), LONG_MS);
});
