import startSharedServices from './services.setup.mjs';

const { chromiumPath } = await import('../app/browser.ts');

export default async function setUp() {
  await chromiumPath();
  await startSharedServices();
}
