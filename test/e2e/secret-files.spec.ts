import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { api } from '../support/app/api-client.js';
import { AppProcess } from '../support/app/app-process.js';
import { makeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis } from '../support/redis/test-redis.js';

describe('a start with secrets in files', () => {
  const SECRET = randomUUID() + randomUUID();
  let folder: string;
  beforeAll(async () => (folder = await makeTemporaryDirectory('secrets')));

  const write = async (name: string, content: string) => {
    const file = join(folder, name);
    await writeFile(file, `${content}\n`, { mode: 0o400 });
    return file;
  };

  it('works in production without a secret in the environment', async () => {
    const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    const admin = { email: 'admin@example.org', password: 'correct horse battery' };
    const app = await AppProcess.start({
      env: {
        NODE_ENV: 'production',
        MANAGEMENT_PORT: '',
        JWT_SECRET_FILE: await write('jwt', SECRET),
        DATABASE_URL_FILE: await write('database', database.url),
        DATABASE_DIRECT_URL_FILE: await write('direct', database.url),
        REDIS_URL_FILE: await write('redis', redis.url),
        ADMIN_EMAIL: admin.email,
        ADMIN_PASSWORD_FILE: await write('admin', admin.password),
      },
    });
    const { status } = await api(app.url).post('/api/v1/auth/login/json', admin);
    expect(status).toBe(200);
    expect((await api(app.url).get('/health/ready')).status).toBe(200);
    await app.stop();
  });

  it('ends with a message that names the variable and the path of a file that is not usable', async () => {
    const file = await write('jwt-and-variable', SECRET);
    const absent = join(folder, 'absent');
    const outcome = await AppProcess.start({
      env: { JWT_SECRET: SECRET, JWT_SECRET_FILE: file, REDIS_URL_FILE: absent },
    }).catch((error: unknown) => String(error));
    expect(outcome).toContain('exited with code 1');
    expect(outcome).toContain('JWT_SECRET and JWT_SECRET_FILE must not be set together');
    expect(outcome).toContain(`REDIS_URL_FILE (${absent}) cannot be read (ENOENT)`);
    expect(outcome).not.toContain(SECRET);
  });
});
