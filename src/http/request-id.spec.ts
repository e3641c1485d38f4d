import type { IncomingMessage } from 'node:http';
import { requestIds } from './request-id.js';

const withHeader = (value?: string) => ({ headers: { 'x-request-id': value } }) as unknown as IncomingMessage;

describe('requestIds', () => {
  it('makes ids that differ, in one process and between processes', () => {
    const [one, other] = [requestIds(0), requestIds(0)];
    const ids = Array.from({ length: 100 }, () => [one(withHeader()), other(withHeader())]).flat();
    expect(new Set(ids).size).toBe(200);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{12}-[0-9a-z]+$/);
  });

  it('ignores X-Request-Id without a trusted proxy', () =>
    expect(requestIds(0)(withHeader('5f0c9a1be27d4e'))).not.toBe('5f0c9a1be27d4e'));

  it('uses a well-formed X-Request-Id of a trusted proxy', () => {
    const id = '0b9f4a3e-6a3c-4a7e-9a57-3d1c6f0f7b11';
    expect(requestIds(1)(withHeader(id))).toBe(id);
  });

  it.each([undefined, '', 'short', 'x'.repeat(65), 'with space', 'line\nbreak', '{"a":1}aa', 'ümlautümlaut'])(
    'makes an id of its own instead of %j',
    (value) => expect(requestIds(1)(withHeader(value))).toMatch(/^[0-9a-f]{12}-[0-9a-z]+$/),
  );
});
