import { chromium, type Browser } from 'playwright-core';
import { serviceBinary } from '../process/service-binary.js';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where a Chromium is (`CHROMIUM_PATH` names another), installed if need be. Throws MissingServiceError. */
export async function chromiumPath(): Promise<string> {
  const given = process.env['CHROMIUM_PATH'];
  return (
    given ??
    // The shell has no window: a suite on it takes half the processor time of a whole browser.
    serviceBinary({
      names: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'],
      debianPackage: 'chromium-headless-shell',
    })
  );
}

/**
 * Starts a Chromium with an empty profile. Close it; a suite that forgets has it closed at its end.
 * @param args of the command line, in addition
 */
export async function launchBrowser(...args: string[]): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: await chromiumPath(),
    args: [...ARGUMENTS, ...args],
  });
  rememberResource(browser, () => browser.close());
  browser.once('disconnected', () => forgetResource(browser));
  return browser;
}
