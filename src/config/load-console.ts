import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { ConfigurationError } from './configuration.error.js';
import type { ConsoleConfig, Logo } from './console-config.js';
import { contrastOf, lightened } from './contrast.js';
import type { Environment } from './environment.js';

/** WCAG 2.2, 1.4.3, for text. */
const LEAST_CONTRAST = 4.5;
/** The darkest background of light pages, and the lightest one of dark pages, on which the colour is used (styles/base.css). */
const LIGHT_BACKGROUND = '#eceef2';
const DARK_BACKGROUND = '#242831';
const LOGO_TYPES: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
};
const MAX_LOGO_BYTES = 262_144;

/** @throws ConfigurationError */
export function loadConsole(environment: Environment): ConsoleConfig | undefined {
  const { CONSOLE, NODE_ENV, CONSOLE_NAME, MAIL_FROM, APP_NAME, CONSOLE_LOGO } = environment;
  const name = CONSOLE_NAME ?? /^"?([^"<]+?)"? *</.exec(MAIL_FROM ?? '')?.[1] ?? APP_NAME;
  const look = { name, logo: logoOf(CONSOLE_LOGO), color: colorsOf(environment) };
  const isOn = (CONSOLE ?? (NODE_ENV === 'production' ? 'off' : 'on')) === 'on';
  return isOn ? look : undefined;
}

/** Links and the text on buttons must be readable, so a colour without enough contrast is refused; that of dark pages is made of it. */
function colorsOf({ CONSOLE_COLOR: color }: Environment): ConsoleConfig['color'] {
  // A rule of the variable says what is wrong with it.
  if (!/^#[0-9a-f]{6}$/i.test(color)) return { light: '#1d4ed8', dark: '#1d4ed8' };
  if (contrastOf(color, LIGHT_BACKGROUND) < LEAST_CONTRAST)
    throw new ConfigurationError([
      `CONSOLE_COLOR must have a contrast of at least ${LEAST_CONTRAST}:1 to ${LIGHT_BACKGROUND}: take a darker one`,
    ]);
  return { light: color, dark: lightened(color, DARK_BACKGROUND, LEAST_CONTRAST) };
}

function logoOf(path: string | undefined): Logo | undefined {
  if (path === undefined) return undefined;
  const type = LOGO_TYPES[extname(path).toLowerCase()];
  const rule =
    'CONSOLE_LOGO must be the path of an SVG, PNG or WebP file of at most 256 KiB that can be read';
  if (type === undefined) throw new ConfigurationError([rule]);
  const content = read(path);
  if (content === undefined || content.length > MAX_LOGO_BYTES) throw new ConfigurationError([rule]);
  return { type, content };
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
