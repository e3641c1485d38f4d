import prepareApp from './app.setup.mjs';
import prepareBrowser from './browser.setup.mjs';

const { prepareGateways } = await import('../gateway/gateway.ts');
const { preparePrometheus } = await import('../prometheus/prometheus.ts');

export default async function setUp() {
  await prepareApp();
  await prepareBrowser();
  await prepareGateways();
  await preparePrometheus();
}
