import type { ConsoleConfig, Logo } from '../config/console-config.js';

const SPECIAL: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The icon of the pages without a logo: the first letter of the name on the colour, which has the contrast for white. */
export function iconOf({ name, color }: Pick<ConsoleConfig, 'name' | 'color'>): Logo {
  const [first = ''] = name;
  const letter = first.toUpperCase().replace(/[&<>]/g, (each) => SPECIAL[each] ?? each);
  const text = `<text x="16" y="23" font-family="sans-serif" font-size="20" font-weight="700" text-anchor="middle" fill="#fff">${letter}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${color.light}"/>${text}</svg>`;
  return { type: 'image/svg+xml', content: Buffer.from(svg) };
}
