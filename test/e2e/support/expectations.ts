import type { ApiResponse } from '../../support/app/api-client.js';
import { expectSafety } from '../../support/safety.js';

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: { field: string; message: string }[];
}

/** RFC 9457, in the shape that this API promises, whatever the failure. */
export function expectProblem(response: ApiResponse<unknown>, status: number, code?: string): ProblemBody {
  const body = response.body as ProblemBody;
  expect({ status: response.status, code: body.code }).toEqual({ status, code: code ?? body.code });
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json\b/);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    request_id: expect.stringMatching(/^[\w.~-]{8,64}$/),
    code: expect.stringMatching(/^[a-z_]+$/),
  });
  if (status === 401) expect(response.headers['www-authenticate']).toMatch(/^Bearer\b/);
  return body;
}

/** A token that was good and is not any more: RFC 6750 §3.1, with the words of the first version of this service. */
export function expectRevoked(response: ApiResponse<unknown>): void {
  expectSafety(() => expect(response.status).not.toBeLessThan(400));
  const body = expectProblem(response, 401, 'token_revoked');
  expect(body.detail).toBe('Token has been revoked');
}
