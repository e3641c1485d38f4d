import { changesBetween, type ClientRow } from './clients-file.changes.js';
import type { RegisteredEntry } from './clients-file.entry.js';
import { CREATE, END, SET_SECRETS, UPDATE } from './clients-file.statements.js';

const secrets = { secretHash: Buffer.alloc(32, 1), previousSecretHash: null, previousSecretExpiresAt: null };
const earlier = { previousSecretHash: Buffer.alloc(32), previousSecretExpiresAt: new Date(1) };
const entry: RegisteredEntry = { id: 'orders', name: 'Orders', scopes: ['events'], ...secrets };
const row: ClientRow = {
  ...secrets,
  id: '0b9d6f2e-3c58-4a0e-9a4d-8d9f0a6c1e57',
  clientId: 'orders',
  managedBy: 'file',
  name: 'Orders',
  scopes: ['events'],
  endedAt: null,
};
const revoked = { id: 'orders', isRevoked: true } as const;
const ended = { ...row, endedAt: new Date(0) };
const statements = (...args: Parameters<typeof changesBetween>) =>
  changesBetween(...args).changes.map(({ statement }) => statement);

describe('a client that a file describes', () => {
  it('is made when there is none', () => expect(statements([entry], [])).toEqual([CREATE]));

  it('is not touched when it is as the file says', () => {
    const sameSecrets = { ...entry, secretHash: Buffer.alloc(32, 1) };
    expect(changesBetween([sameSecrets], [row])).toEqual({ changes: [], revoked: [], warnings: [] });
  });

  it.each([
    ['name', { name: 'Other' }, [UPDATE]],
    ['scopes', { scopes: ['password'] }, [UPDATE]],
    ['secret', { secretHash: Buffer.alloc(32, 2) }, [SET_SECRETS]],
    ['earlier secret', earlier, [SET_SECRETS]],
    ['name and secret', { name: 'Other', secretHash: Buffer.alloc(32, 2) }, [UPDATE, SET_SECRETS]],
  ] as const)('is changed for another %s', (_, others, expected) =>
    expect(statements([{ ...entry, ...others }], [row])).toEqual(expected),
  );

  it('is taken back from the API when its entry comes back', () =>
    expect(statements([entry], [{ ...row, managedBy: null }])).toEqual([UPDATE]));

  it('is left to the API once when its entry vanishes, with a warning each time', () => {
    const { changes, warnings } = changesBetween([], [row]);
    expect(changes).toEqual([{ statement: UPDATE, values: [row.id, 'Orders', ['events'], null], row }]);
    expect(warnings).toEqual([expect.stringContaining('orders is no longer in the file and goes on')]);
    const later = changesBetween([], [{ ...row, managedBy: null }]);
    expect(later).toEqual({ changes: [], revoked: [], warnings });
  });

  it('is ended once when the file revokes it, and its sessions each time', () => {
    expect(statements([revoked], [row])).toEqual([END]);
    expect(changesBetween([revoked], [ended])).toEqual({ changes: [], revoked: [ended], warnings: [] });
    expect(changesBetween([revoked], [])).toEqual({ changes: [], revoked: [], warnings: [] });
  });

  it('stays refused after its end whatever the file says, with a warning', () => {
    expect(changesBetween([{ ...entry, name: 'Other' }], [ended])).toEqual({
      changes: [],
      revoked: [],
      warnings: [expect.stringContaining('orders has ended and stays refused')],
    });
    expect(changesBetween([], [ended])).toEqual({ changes: [], revoked: [], warnings: [] });
  });
});
