import startSharedServices from './services.setup.mjs';

const { ensureBuilt } = await import('../app/app-build.ts');

export default async function setUp() {
  await ensureBuilt();
  await startSharedServices();
}
