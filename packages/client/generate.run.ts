import { AppProcess } from '../../test/support/app/app-process.js';
import { ensureBuilt } from '../../test/support/app/app-build.js';
import { GENERATED, generateClient } from './generate.js';

await ensureBuilt();
// With its defaults: the embedded PostgreSQL, and a cache in memory. Roles of one's own become a type of the client.
const { ROLES = '', DEFAULT_ROLE = '' } = process.env;
const app = await AppProcess.start({ env: { ROLES, DEFAULT_ROLE } });
try {
  const response = await fetch(`${app.url}/api/docs-json`);
  await generateClient((await response.json()) as object, GENERATED);
} finally {
  await app.stop();
}
