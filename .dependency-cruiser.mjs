// The rooms of src/, and the rooms each may import. Everything not listed is forbidden.
// The chain runs one way: live -> auth -> sessions -> users -> audit, cache -> database -> config.
const rooms = {
  config: [],
  common: ['config'],
  database: ['common', 'config'],
  cache: ['database', 'common', 'config'],
  audit: ['database', 'common', 'config'],
  users: ['audit', 'cache', 'database', 'common', 'config'],
  sessions: ['users', 'audit', 'cache', 'database', 'common', 'config'],
  auth: ['sessions', 'users', 'audit', 'cache', 'database', 'common', 'config'],
  live: ['auth', 'sessions', 'users', 'cache', 'common', 'config'],
  health: ['cache', 'database', 'common', 'config'],
};

const spec = '\\.spec\\.ts$';

/** Forbids a room every file of src/ that is neither its own nor in a room it may import. */
const arrows = Object.entries(rooms).map(([room, allowed]) => ({
  name: `arrows-of-${room}`,
  comment: `src/${room} may import ${allowed.length > 0 ? allowed.join(', ') : 'no other room'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...arrows,
    {
      name: 'unknown-room',
      comment: 'A new folder of src/ must be given its arrows in this file first.',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(rooms).join('|')})/` },
    },
    {
      name: 'no-circular',
      comment: 'A circle has no layer, and in ESM its classes can be undefined when a decorator reads them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment:
        'Nothing reaches this module: delete it, or import it where it belongs (a migration: migrations/index.ts).',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '^src/main\\.ts$',
          // Loaded by path: suites and their set-up by Jest, benchmarks by hand.
          '\\.(spec|test|e2e-spec)\\.ts$',
          '\\.d\\.ts$',
          '^test/',
          '^bench/',
        ],
      },
      to: {},
    },
    {
      name: 'src-not-to-test',
      comment: 'What ships never needs test/ or bench/. A spec beside the code may use test/support.',
      severity: 'error',
      from: { path: '^src/', pathNot: spec },
      to: { path: ['^test/', '^bench/', spec] },
    },
    {
      name: 'spec-to-support-only',
      severity: 'error',
      from: { path: `^src/.*${spec}` },
      to: { path: ['^test/', '^bench/'], pathNot: '^test/support/' },
    },
    {
      name: 'no-dev-dependencies-in-src',
      comment: 'The production image is installed without devDependencies.',
      severity: 'error',
      from: { path: '^src/', pathNot: spec },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'] },
    },
    {
      name: 'no-undeclared-dependencies',
      comment: 'Name it in package.json; a package that is there by luck of hoisting can leave by luck too.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-deprecated-core',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['core'], path: '^(punycode|domain|constants|sys|_linklist|_stream_wrap)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
