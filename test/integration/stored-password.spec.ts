import { logIn, register } from './accounts.js';
import { appSuite } from './app-suite.js';

describe('a stored password', () => {
  const { app } = appSuite();

  it('is an Argon2id hash of 19 MiB and 2 passes, with a salt of its own', async () => {
    const hashes: string[] = [];
    for (const { id } of [await register(app), await register(app)]) {
      const rows = await app.query('SELECT password_hash FROM users WHERE id = $1', [id]);
      hashes.push((rows as { password_hash: string }[])[0]!.password_hash);
    }
    for (const hash of hashes) {
      expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22,}\$[\w+/]{43,}$/);
    }
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('stays valid however old it is', async () => {
    const member = await register(app);
    await app.query(
      `UPDATE users SET created_at = now() - interval '10 years', updated_at = now() - interval '10 years' WHERE id = $1`,
      [member.id],
    );
    await expect(logIn(app, member)).resolves.toMatchObject({ id: member.id });
  });
});
