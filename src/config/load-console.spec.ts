import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemsOfConfiguration as problemsOf } from '../../test/support/problems-of-configuration.js';
import { contrastOf } from './contrast.js';
import { loadConfig } from './load-config.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  JWT_SECRET: 'a-secret-of-more-than-32-bytes-for-this',
  ISSUER_URL: 'https://auth.example.org',
  DATABASE_URL: 'postgresql://localhost/auth',
};
const consoleOf = (variables: Record<string, string>) =>
  loadConfig({ NODE_ENV: 'test', DATA_DIR: '/tmp', JWT_SECRET: PRODUCTION.JWT_SECRET, ...variables }).console;

describe('the configuration of the pages', () => {
  it('is on in development and test, off in production, and as CONSOLE says', () => {
    expect(consoleOf({})).toBeDefined();
    expect(consoleOf({ CONSOLE: 'off' })).toBeUndefined();
    expect(consoleOf(PRODUCTION)).toBeUndefined();
    expect(consoleOf({ ...PRODUCTION, CONSOLE: 'on' })).toBeDefined();
    expect(problemsOf({ CONSOLE: 'yes' })).toEqual(['CONSOLE must be on or off']);
  });

  it('takes the name of CONSOLE_NAME, of the sender of mails, or of the application', () => {
    const MAIL_FROM = 'Example <no-reply@example.org>';
    expect(consoleOf({ CONSOLE_NAME: 'Pages', MAIL_FROM })?.name).toBe('Pages');
    expect(consoleOf({ MAIL_FROM })?.name).toBe('Example');
    expect(consoleOf({ APP_NAME: 'auth' })?.name).toBe('auth');
  });

  it('refuses a colour without enough contrast, and makes a lighter one for dark pages', () => {
    for (const color of ['#ffdd00', '#6c8ce6', '#ffffff'])
      expect(problemsOf({ CONSOLE_COLOR: color })).toEqual([
        expect.stringMatching(/^CONSOLE_COLOR must have a contrast of at least 4\.5:1/),
      ]);
    expect(problemsOf({ CONSOLE_COLOR: 'blue' })).toEqual(['CONSOLE_COLOR must be a colour such as #1d4ed8']);
    for (const color of ['#1d4ed8', '#000000', '#8a1c1c', '#0b5d3b']) {
      const { light, dark } = consoleOf({ CONSOLE_COLOR: color })!.color;
      expect(light).toBe(color);
      expect(contrastOf(dark, '#242831')).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('computes the contrast of WCAG', () => {
    expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it('reads a logo, and refuses what is none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'logo-'));
    try {
      const [logo, text, large] = ['logo.svg', 'logo.txt', 'large.png'].map((name) => join(folder, name));
      writeFileSync(logo!, '<svg xmlns="http://www.w3.org/2000/svg"/>');
      writeFileSync(text!, 'a');
      writeFileSync(large!, Buffer.alloc(262_145));
      expect(consoleOf({ CONSOLE_LOGO: logo! })?.logo?.type).toBe('image/svg+xml');
      for (const path of [text!, large!, join(folder, 'missing.png')])
        expect(problemsOf({ CONSOLE_LOGO: path })).toEqual([expect.stringMatching(/^CONSOLE_LOGO must be/)]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
