// Says once on which Node this project is supported, where it runs on another one (docs/adr/0059-which-versions-of-node.md).
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
/** The oldest version on which `npm start` and `npm test` work. */
const OLDEST = '20.19.0';

const parts = (version) => version.split('.').map(Number);
const isAtLeast = (version, least) => {
  const index = parts(version).findIndex((part, place) => part !== parts(least)[place]);
  return index === -1 || parts(version)[index] > parts(least)[index];
};
const { node } = process.versions;
const oldestOfLines = engines.node.split(' || ').map((range) => range.replace('^', ''));
const isSupported = oldestOfLines.some(
  (oldest) => parts(oldest)[0] === parts(node)[0] && isAtLeast(node, oldest),
);
if (!isAtLeast(node, OLDEST)) {
  console.error(`Node ${node} is too old: take Node ${oldestOfLines.join(', ')}, or newer of these lines.`);
  process.exitCode = 1;
} else if (!isSupported)
  console.error(
    `Node ${node} works, but is not supported: supported are ${oldestOfLines.join(', ')} and newer of these lines.`,
  );
