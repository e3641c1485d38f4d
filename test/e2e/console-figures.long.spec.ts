import type { Browser, CDPSession } from 'playwright-core';
import { launchBrowser } from '../support/app/browser.js';
import { ConsoleSuite } from './support/console-suite.js';

const MAX_BYTES = 150 * 1024;
const ROUNDS = 3;
const CPU_SLOWDOWN = 4;
/** Lighthouse's "slow 4G": 150 ms, 1.6 Mbit/s down, 750 kbit/s up. */
const SLOW_4G = {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6 * 1024 * 1024) / 8,
  uploadThroughput: (750 * 1024) / 8,
};
const OBSERVE = `globalThis.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: 'longtask', buffered: true });`;
const FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";

interface Figures {
  /** As they were sent: compressed, with headers. */
  readonly bytes: number;
  readonly requests: number;
  readonly firstPaintMs: number;
  /** From the navigation until the form takes what is typed. */
  readonly usableMs: number;
  readonly longTasksMs: readonly number[];
}

describe('/account on a slow phone', () => {
  let suite: ConsoleSuite;
  let browser: Browser;
  beforeAll(async () => {
    suite = await ConsoleSuite.start();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await suite.stop();
  });

  it(`transfers at most ${MAX_BYTES / 1024} KiB until somebody can sign in`, async () => {
    const rounds: Figures[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push(await measure(browser, `${suite.url}/account`));
    const bytes = Math.max(...rounds.map((each) => each.bytes));
    process.stdout.write(
      `/account, CPU ${CPU_SLOWDOWN} times slower, slow 4G:\n${rounds.map(lineOf).join('\n')}\n`,
    );
    expect(rounds.every(({ firstPaintMs, usableMs }) => firstPaintMs > 0 && usableMs > 0)).toBe(true);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
  });
});

/** Loads the page with an empty cache. */
async function measure(browser: Browser, url: string): Promise<Figures> {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 }, locale: 'en-GB' });
  const page = await context.newPage();
  await page.addInitScript(OBSERVE);
  const devTools = await context.newCDPSession(page);
  const traffic = await slowDown(devTools);
  await page.goto(url, { waitUntil: 'commit' });
  await page.getByLabel('E-mail address').fill('ada@example.org');
  const usableMs = await evaluate<number>(devTools, 'performance.now()');
  await page.waitForLoadState('networkidle');
  const figures = {
    ...traffic,
    usableMs,
    firstPaintMs: (await evaluate<number | undefined>(devTools, FIRST_PAINT)) ?? NaN,
    longTasksMs: await evaluate<number[]>(devTools, 'longTasks'),
  };
  await context.close();
  return figures;
}

/** Counts what is sent, until the page is closed. */
async function slowDown(devTools: CDPSession): Promise<{ bytes: number; requests: number }> {
  const traffic = { bytes: 0, requests: 0 };
  devTools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    traffic.bytes += encodedDataLength;
    traffic.requests += 1;
  });
  await devTools.send('Network.enable');
  await devTools.send('Network.emulateNetworkConditions', SLOW_4G);
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  return traffic;
}

/** Past the policy of the page, which forbids what Playwright evaluates. */
async function evaluate<Value>(devTools: CDPSession, expression: string): Promise<Value> {
  const { result } = await devTools.send('Runtime.evaluate', { expression, returnByValue: true });
  return result.value as Value;
}

const lineOf = ({ bytes, requests, firstPaintMs, usableMs, longTasksMs }: Figures): string =>
  [
    `${(bytes / 1024).toFixed(1)} KiB in ${requests} answers`,
    `first contentful paint ${firstPaintMs.toFixed(0)} ms`,
    `form usable ${usableMs.toFixed(0)} ms`,
    `long tasks ${longTasksMs.length === 0 ? 'none' : longTasksMs.map((each) => `${each.toFixed(0)} ms`).join(', ')}`,
  ].join('; ');
