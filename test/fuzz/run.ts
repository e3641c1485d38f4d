import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const JEST = [
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  ...['--selectProjects', 'fuzz', '--testPathIgnorePatterns', '[.]long[.]spec', '--passWithNoTests=false'],
];
const { values, positionals } = parseArgs({
  options: { seed: { type: 'string' }, runs: { type: 'string' } },
  allowPositionals: true,
});
const env = {
  ...process.env,
  ...(values.seed === undefined ? {} : { FUZZ_SEED: values.seed }),
  FUZZ_RUNS: values.runs ?? '20000',
};
const jest = spawn(process.execPath, [...JEST, ...positionals], { env, stdio: 'inherit' });
jest.on('exit', (code) => (process.exitCode = code ?? 1));
