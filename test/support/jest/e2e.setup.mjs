import prepareApp from './app.setup.mjs';
import prepareBrowser from './browser.setup.mjs';

export default async function setUp() {
  await prepareApp();
  await prepareBrowser();
}
