import { existsSync, readFileSync } from 'node:fs';
import { PROMISE_WITNESSES } from '../faults/faults/promise-witnesses.js';

/** Witnesses that are no faults, by the situation of the README's table: suites that `npm test` runs. */
const OTHER_WITNESSES: Readonly<Record<string, string>> = {
  'the clocks of instances differ by minutes, or instances have different `ACCESS_TOKEN_EXPIRE_MINUTES`':
    'test/faults/promises.spec.ts',
  'another service verifies tokens by [the verifier](packages/verifier/README.md)':
    'test/e2e/verifier.spec.ts',
};

// Jest runs from the project's root.
const [, table = ''] = /^## The promises\n+((?:\|.*\n)+)/m.exec(readFileSync('README.md', 'utf8')) ?? [];
const situations = table
  .trim()
  .split('\n')
  .slice(2)
  .map((row) => row.split(' | ', 1)[0]!.replace(/^\| /, ''));

describe('the promises of the README', () => {
  it('each have a witness that npm test runs', () => {
    expect([...Object.keys(PROMISE_WITNESSES), ...Object.keys(OTHER_WITNESSES)].sort()).toEqual(
      [...situations].sort(),
    );
    expect(Object.values(PROMISE_WITNESSES).filter((faults) => faults.length === 0)).toEqual([]);
    expect(Object.values(OTHER_WITNESSES).filter((suite) => !existsSync(suite))).toEqual([]);
  });
});
