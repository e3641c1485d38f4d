import type { UserCacheService } from '../cache/user-cache.service.js';
import { Standing } from '../standing/standing.js';
import { DatabaseTimeoutError } from '../common/database-errors.js';
import type { AppConfig } from '../config/app-config.js';
import type { HotStatements } from '../database/hot-statements.js';
import { LiveUserReader } from './live-user.reader.js';

describe('LiveUserReader', () => {
  it('ends the waits of requests as soon as PostgreSQL is proven to be out of reach', async () => {
    const standing = new Standing();
    const statements = { read: () => new Promise(() => undefined) } as unknown as HotStatements;
    const cache = { load: (_: string, read: () => unknown) => read() } as unknown as UserCacheService;
    const config = { database: { timeoutMs: 2 ** 30 } } as AppConfig;
    const reader = new LiveUserReader(statements, cache, standing, config);
    const readings = [reader.read('one'), reader.read('one'), reader.read('two')];
    standing.lose('nobody answers');
    for (const reading of readings) await expect(reading).rejects.toThrow(DatabaseTimeoutError);
  });
});
