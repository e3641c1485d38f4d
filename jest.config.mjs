import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const rootDir = fileURLToPath(new URL('.', import.meta.url));
const support = '<rootDir>/test/support';

const shared = {
  rootDir,
  testMatch: ['**/*.spec.ts'],
  runtime: `${support}/jest/native.runtime.cjs`,
  testEnvironment: `${support}/jest/native.environment.mjs`,
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: {},
};

/** A global setup runs only when the selection has a spec of its project: unit specs start no service. */
const needs = (what) => ({
  globalSetup: `${support}/jest/${what}.setup.mjs`,
  globalTeardown: `${support}/jest/services.teardown.mjs`,
});

const projects = [
  { displayName: 'unit', folder: 'src' },
  { displayName: 'bench', folder: 'bench' },
  { displayName: 'verifier', folder: 'packages/verifier' },
  { displayName: 'runtime', folder: 'test/runtime' },
  { displayName: 'support', folder: 'test/support', ...needs('browser') },
  { displayName: 'mutants', folder: 'test/mutants' },
  { displayName: 'contracts', folder: 'test/contracts', ...needs('services') },
  { displayName: 'integration', folder: 'test/integration', ...needs('services') },
  { displayName: 'e2e', folder: 'test/e2e', ...needs('e2e') },
  { displayName: 'client', folder: 'packages/client', ...needs('app') },
  { displayName: 'tools', folder: 'test/tools', ...needs('app') },
  { displayName: 'packages', folder: 'test/packages', ...needs('packages') },
  { displayName: 'fuzz', folder: 'test/fuzz', ...needs('app') },
  { displayName: 'faults', folder: 'test/faults', ...needs('app') },
  { displayName: 'cluster', folder: 'test/cluster', ...needs('app') },
];

export default {
  rootDir,
  testSequencer: `${support}/jest/longest-first.sequencer.mjs`,
  reporters: ['default', `${support}/jest/table.reporter.mjs`],
  maxWorkers: 3,
  // A worker keeps the modules of every suite that it ran: without a limit it grows to 3 GB and spends its time on collecting
  // garbage.
  workerIdleMemoryLimit: '1GB',
  testTimeout: 120_000,
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts'],
  projects: projects
    .filter(({ folder }) => existsSync(`${rootDir}${folder}`))
    .map(({ folder, ...project }) => ({ ...shared, ...project, roots: [`<rootDir>/${folder}`] })),
};
