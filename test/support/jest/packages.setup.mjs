import '../typescript.register.mjs';

const { ensureAllBuilt } = await import('../app/app-build.ts');
const { installRegistry } = await import('../../packages/support/registry.ts');

export default async function setUp() {
  await ensureAllBuilt();
  await installRegistry();
}
