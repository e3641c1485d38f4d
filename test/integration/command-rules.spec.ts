import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Command } from '../../src/commands/command.js';
import { CommandsService } from '../../src/commands/commands.service.js';
import { type Actor, SERVICE_ACTOR } from '../../src/common/actor.js';
import { User } from '../../src/users/user.entity.js';
import { register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { databaseOfSuite } from './app-suite.js';

describe.each(['a server', 'the embedded database'])('a command on %s', (place) => {
  const database = databaseOfSuite();
  let app: AppInProcess;
  let by: Actor;

  beforeAll(async () => {
    app = await AppInProcess.start(place === 'a server' ? { DATABASE_URL: database.url } : {});
    const { id, sessionId } = await register(app);
    by = { ...SERVICE_ACTOR, id, sessionId };
  });

  const run = <T>(act: (command: Command) => Promise<T>) => app.get(CommandsService).run(by, [], act);
  const rename = (entities: EntityManager, fullName: string) =>
    entities.update(User, { id: by.id ?? '' }, { fullName });
  const nameNow = async () =>
    ((await app.query('SELECT full_name FROM users')) as { full_name: string }[])[0]?.full_name;

  it('writes entities and lines of the audit trail together', async () => {
    await run(async (command) => {
      await rename(await command.entities(), 'renamed');
      await command.note('user.activated', { userId: by.id });
    });
    await expect(nameNow()).resolves.toBe('renamed');
    const [line] = (await app.query(
      `SELECT actor_id FROM audit_events WHERE action = 'user.activated'`,
    )) as object[];
    expect(line).toEqual({ actor_id: by.id });
  });

  it('fails when a statement of it failed and the error was caught', async () => {
    const before = await nameNow();
    const swallowed = run(async (command) => {
      const entities = await command.entities();
      await rename(entities, 'lost');
      await entities.query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow('a statement of the transaction had failed');
    await expect(nameNow()).resolves.toBe(before);
  });

  it('survives a failed statement in a savepoint', async () => {
    await run(async (command) => {
      const entities = await command.entities();
      await rename(entities, 'saved');
      await entities.transaction((inner) => inner.query('SELECT 1 / 0')).catch(() => undefined);
    });
    await expect(nameNow()).resolves.toBe('saved');
  });

  it('fails when it has not checked the caller', async () => {
    const unchecked = run((command) => command.note('user.activated', {}));
    await expect(unchecked).rejects.toThrow('a command has not checked its caller');
  });

  it('fails by a statement that says nothing of the caller', async () => {
    const silent = {
      name: `silent_${randomUUID()}`,
      text: 'SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text[]',
    };
    await expect(run((command) => command.act(silent, []))).rejects.toThrow('answers no caller_role');
  });

  it('is the only time in which its entities work', async () => {
    const before = await nameNow();
    const kept = await run((command) => command.entities());
    await expect(rename(kept, 'late')).rejects.toThrow('released');
    await expect(nameNow()).resolves.toBe(before);
  });
});
