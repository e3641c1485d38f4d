import { DueErasuresService } from '../../src/erasure/due-erasures.service.js';
import { register } from './accounts.js';
import { CommandFixture } from './command-fixture.js';
import { eraseMe } from './erasures.js';

describe('an erasure', () => {
  let fixture: CommandFixture;

  beforeAll(async () => {
    fixture = await CommandFixture.start();
  });
  afterAll(() => fixture.stop());

  it('is refused to one of the two last admins who erase themselves at once', async () => {
    const admins = [await fixture.registerAdmin(), await fixture.registerAdmin()];
    const answers = await fixture.together(
      admins,
      admins.map((admin) => () => eraseMe(fixture.app, admin)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
  });
});

describe('an erasure after some days', () => {
  let fixture: CommandFixture;

  beforeAll(async () => {
    fixture = await CommandFixture.start({ DELETION_GRACE_DAYS: '7' });
    // The test erases by itself.
    await fixture.app.get(DueErasuresService).onApplicationShutdown();
  });
  afterAll(() => fixture.stop());

  it('is not done when it is taken back in the moment in which its day comes', async () => {
    const { app, operator } = fixture;
    const member = await register(app);
    await eraseMe(app, member);
    await operator.query(`UPDATE users SET deletion_due_at = now() - interval '1 s' WHERE id = $1`, [
      member.id,
    ]);
    await operator.query('BEGIN');
    await operator.query('UPDATE users SET is_active = true WHERE id = $1', [member.id]);
    const erased = app.get(DueErasuresService).eraseDue();
    await fixture.waiting(1);
    await operator.query('COMMIT');
    await expect(erased).resolves.toBe(0);
    await expect(operator.query('SELECT FROM users WHERE id = $1', [member.id])).resolves.toMatchObject({
      rowCount: 1,
    });
  });
});
