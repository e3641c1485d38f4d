// Runs what a documented `docker` command runs in the image, from `dist/` and on a folder of this machine instead of /config:
//   node docker-stand-in.mjs ROOT COMPOSE_FILE FOLDER ARGUMENTS…
// Only `docker run` and `docker compose run` do something.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const WITH_VALUE = ['--entrypoint', '--user', '--volume'];
const FLAGS = ['--rm', '--no-TTY'];
const [root, composeFile, folder, ...given] = process.argv.slice(2);

/** The options before the first other argument, and what comes from there on. */
function split(args) {
  const options = {};
  for (let rest = args; ;) {
    const [first, value] = rest;
    if (!first?.startsWith('--')) return { options, rest };
    if (!WITH_VALUE.includes(first) && !FLAGS.includes(first)) throw new Error(`${first} is not known here`);
    options[first] = value;
    rest = rest.slice(WITH_VALUE.includes(first) ? 2 : 1);
  }
}

function run([program, ...args], config) {
  const inImage = { node: process.execPath };
  const here = (text) => text.replace(/^dist\//, `${join(root, 'dist')}/`).replace(/\/config\b/, config);
  const { status } = spawnSync(inImage[program] ?? program, args.map(here), { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

if (given[0] === 'run') {
  const { options, rest } = split(given.slice(1));
  const [source, target] = options['--volume'].split(':');
  if (target !== '/config') throw new Error('the folder must be at /config');
  run(rest.slice(1), source);
} else if (given[0] === 'compose' && given[1] === 'run') {
  const { options, rest } = split(given.slice(2));
  const { services } = parse(readFileSync(join(root, composeFile), 'utf8'), { merge: true });
  const { entrypoint } = services[rest[0]];
  const program = options['--entrypoint'] === undefined ? entrypoint : [options['--entrypoint']];
  run([...program, ...rest.slice(1)], folder);
}
