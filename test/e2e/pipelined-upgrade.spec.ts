import { once } from 'node:events';
import { randomBytes, randomUUID } from 'node:crypto';
import { RawConnection } from '../support/network/raw-http.js';
import { beforeSuite, Deployment } from './support/suite.js';

const CREDENTIALS = JSON.stringify({ email: `${randomUUID()}@example.org`, password: 'wrong-password' });
/** Its answer takes a hash, so that what follows at once meets a pending answer. */
const LOGIN =
  `POST /api/v1/auth/login/json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n` +
  `Content-Length: ${CREDENTIALS.length}\r\n\r\n${CREDENTIALS}`;
const DECLINED = 'GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
const CLOSING = 'GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const LARGE = 'GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\n';
const channel = () =>
  `GET /api/v1/ws/session/${randomUUID()} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
  'Sec-WebSocket-Protocol: ergodrive.v1\r\n\r\n';

describe('an upgrade that is sent while answers are pending', () => {
  const deployment = beforeSuite(() => Deployment.ofProcesses());

  /** The status of each answer to requests that are sent at once. */
  const statuses = async (...requests: string[]) => {
    const connection = await RawConnection.open(deployment.apps[0]!.port);
    connection.send(requests.join(''));
    const answers = await connection.receives(requests.length);
    connection.destroy();
    return answers.map(({ status }) => status);
  };

  it('to a live channel is accepted after these answers', async () => {
    await expect(statuses(LOGIN, channel())).resolves.toEqual([401, 101]);
    await expect(statuses(LOGIN, LOGIN, channel())).resolves.toEqual([401, 401, 101]);
  });

  it('to another protocol is answered in order, and so are the requests that follow', async () => {
    await expect(statuses(LOGIN, DECLINED, LOGIN, CLOSING)).resolves.toEqual([401, 200, 401, 200]);
  });

  it('is answered in order also after an answer that does not fit into the buffers', async () => {
    await expect(statuses(LARGE, LARGE, DECLINED)).resolves.toEqual([200, 200, 200]);
  });

  it('a hundred times is answered a hundred times', async () => {
    const upgrades = Array.from({ length: 100 }, () => DECLINED);
    await expect(statuses(LOGIN, ...upgrades)).resolves.toEqual([401, ...upgrades.map(() => 200)]);
  });

  it('is not answered when an earlier answer closes the connection', async () => {
    const closing = LOGIN.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    const connection = await RawConnection.open(deployment.apps[0]!.port);
    connection.send(closing + DECLINED);
    const answers = await connection.closed();
    expect(answers.map(({ status }) => status)).toEqual([401]);
  });

  it('does no harm when the client resets the connection meanwhile', async () => {
    for (let round = 0; round < 100; round += 1) {
      const connection = await RawConnection.open(deployment.apps[0]!.port);
      await new Promise((resolve) => connection.socket.write(LARGE + LOGIN + DECLINED, resolve));
      if (round % 2 === 0) await once(connection.socket, 'data');
      connection.socket.resetAndDestroy();
    }
    expect(deployment.apps[0]!.running).toBe(true);
    await expect(statuses(CLOSING)).resolves.toEqual([200]);
  });
});
