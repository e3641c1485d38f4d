import { Client } from 'pg';
import { PostgresServer } from './postgres-server.js';
import { descendantsOf, isAlive } from '../process/process-tree.js';

describe('PostgresServer', () => {
  let postgres: PostgresServer;

  beforeAll(async () => {
    postgres = await PostgresServer.start({ durability: 'process' });
  });

  afterAll(() => postgres.stop());

  it('keeps commits through a crash of all its processes, on the same port', async () => {
    const database = await postgres.createDatabase();
    const client = new Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('CREATE TABLE kept (id int)');
    await client.query('INSERT INTO kept VALUES (1)');
    const processes = [postgres.pid, ...descendantsOf(postgres.pid)];
    expect(processes.length).toBeGreaterThan(4);

    await postgres.kill9();
    expect(processes.filter(isAlive)).toEqual([]);
    await expect(postgres.query('SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await postgres.restart();

    const name = new URL(database.url).pathname.slice(1);
    await expect(postgres.query('SELECT id FROM kept', [], name)).resolves.toEqual([{ id: 1 }]);
    expect(postgres.output).toContain('was not properly shut down');
    await database.drop();
  });

  it('restarts in good order', async () => {
    await postgres.restart();
    expect(postgres.output).not.toContain('was not properly shut down');
    await expect(postgres.query('SELECT $1::int AS one', [1])).resolves.toEqual([{ one: 1 }]);
  });

  it('answers nothing while frozen, open connections included, and answers once thawed', async () => {
    const client = new Client({ connectionString: postgres.url() });
    await client.connect();
    postgres.freeze();
    const answers = Promise.all([client.query('SELECT 1'), postgres.query('SELECT 1')]);
    const first = await Promise.race([
      answers,
      new Promise((resolve) => setTimeout(resolve, 200, 'silence')),
    ]);
    expect(first).toBe('silence');
    postgres.thaw();
    await expect(answers).resolves.toHaveLength(2);
    await client.end();
  });

  it('acknowledges a commit before it is written unless asked', async () => {
    const fast = await PostgresServer.start();
    await expect(fast.query('SHOW synchronous_commit')).resolves.toEqual([{ synchronous_commit: 'off' }]);
    await expect(postgres.query('SHOW synchronous_commit')).resolves.toEqual([{ synchronous_commit: 'on' }]);
    await fast.kill9();
    await fast.stop();
    expect(isAlive(fast.pid)).toBe(false);
  });
});
