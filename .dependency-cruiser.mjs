// The folders of src/, and the folders each may import. Everything not listed is forbidden. The imports run one way:
// live -> auth -> sessions -> users -> commands -> mail, audit, log -> cache -> redis, database -> standing -> http, common, config.
// limits, health -> redis; health -> mail; auth, events, oauth -> keys; oauth, events -> clients -> sessions.
const ground = ['http', 'common', 'config'];
/** What a flow that begins or ends with a mail stands on. */
const flows = ['auth', 'sessions', 'users', 'commands', 'one-time-tokens', 'mail', 'database', ...ground];
const folders = {
  config: [],
  common: ['config'],
  http: ['common', 'config'],
  keys: ground,
  redis: ground,
  standing: ground,
  database: ['standing', ...ground],
  cache: ['redis', 'standing', 'database', ...ground],
  log: ['cache', 'redis', 'standing', 'database', ...ground],
  limits: ['redis', 'database', ...ground],
  audit: ['standing', 'database', ...ground],
  mail: ['database', ...ground],
  'one-time-tokens': ['database', ...ground],
  commands: ['audit', 'log', 'mail', 'database', ...ground],
  users: ['commands', 'one-time-tokens', 'mail', 'audit', 'log', 'limits', 'database', ...ground],
  sessions: ['users', 'commands', 'mail', 'audit', 'log', 'cache', 'standing', 'database', ...ground],
  auth: [
    'keys',
    'sessions',
    'users',
    'commands',
    'mail',
    'audit',
    'limits',
    'cache',
    'standing',
    'database',
    ...ground,
  ],
  recovery: [...flows, 'audit'],
  addresses: flows,
  registration: flows,
  erasure: [...flows, 'audit', 'log', 'limits'],
  invitations: [...flows, 'audit'],
  notices: ['sessions', 'users', 'one-time-tokens', 'mail', 'limits', 'database', ...ground],
  'link-pages': ground,
  console: ['mail', ...ground],
  clients: [
    'sessions',
    'users',
    'commands',
    'mail',
    'audit',
    'log',
    'limits',
    'standing',
    'database',
    ...ground,
  ],
  oauth: [
    'auth',
    'clients',
    'keys',
    'sessions',
    'users',
    'commands',
    'one-time-tokens',
    'limits',
    'database',
    ...ground,
  ],
  moving: ['users', 'audit', 'database', ...ground],
  live: ['auth', 'sessions', 'log', 'database', ...ground],
  events: ['clients', 'keys', 'log', 'standing', 'database', ...ground],
  health: ['mail', 'cache', 'redis', 'standing', 'database', ...ground],
  tracing: ['cache', ...ground],
};

const spec = '\\.spec\\.ts$';

/** Forbids a folder every file of src/ that is neither its own nor in a folder it may import. */
const imports = Object.entries(folders).map(([folder, allowed]) => ({
  name: `imports-of-${folder}`,
  comment: `src/${folder} may import ${allowed.length > 0 ? allowed.join(', ') : 'no other folder'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...imports,
    {
      name: 'unknown-folder',
      comment: 'A new folder of src/ must be given its imports in this file first.',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(folders).join('|')})/` },
    },
    {
      name: 'store-by-one-way',
      comment:
        'The store of the cache is asked through TrustedCache, and that by BlacklistService and UserCacheService, which alone know its keys.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cache/', spec] },
      to: { path: '^src/cache/(cache-store|trusted-cache|entry-keys|.+\\.store)\\.ts$' },
    },
    {
      name: 'tracing-on-demand',
      comment: 'Without tracing, nothing of it is loaded: src/main.ts imports it when it is configured.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/tracing/' },
      to: { path: ['^src/tracing/', 'node_modules/@opentelemetry/'], dynamic: false },
    },
    {
      name: 'migrations-are-listed',
      comment: 'A migration that migrations/index.ts does not list never runs.',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/database/migrations/', reachable: false },
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
      comment: 'Nothing reaches this module: delete it, or import it where it belongs .',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '^src/main\\.ts$',
          // Served to browsers.
          '\\.client\\.mjs$',
          // Loaded by path: suites and their set-up by Jest, benchmarks by hand.
          '\\.(spec|test|e2e-spec)\\.ts$',
          '\\.d\\.ts$',
          '^test/',
          '^bench/',
          '^examples/',
          '^packages/[^/]+/test/',
        ],
      },
      to: {},
    },
    {
      name: 'packages-alone',
      comment:
        'A package ships without the rest of the repository. Its tests and generators may use test/support.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/', pathNot: ['^packages/[^/]+/(test/|generate|build)', spec] },
      to: { path: ['^(src|test|bench)/', '^packages/'], pathNot: '^packages/$1/src/' },
    },
    {
      name: 'package-tests-without-src',
      comment: 'What a package shows, it shows without the code of the application.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^src/' },
    },
    {
      name: 'packages-declare-what-they-need',
      comment: 'A package is installed without the devDependencies.',
      severity: 'error',
      // What browsers get of the console has its dependencies in it.
      from: { path: '^packages/[^/]+/src/', pathNot: [spec, '^packages/console/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer', 'type-only'] },
    },
    {
      name: 'examples-alone',
      comment:
        'An example shows what a service of its own can do: it has packages, and nothing of the application.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|test|bench)/' },
    },
    {
      name: 'tools-alone',
      comment: 'A tool sees a deployment as its clients do. It has packages, and the types of the client.',
      severity: 'error',
      from: { path: '^tools/' },
      to: { path: ['^(src|test|bench)/', '^packages/'], pathNot: '^packages/client/src/generated/types' },
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
      // An optional peer counts as both declared and not.
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      // The browser resolves it.
      from: { pathNot: '^examples/browser-html/app\\.mjs$' },
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
    // What has a package.json of its own is installed in its folder, when it is needed.
    exclude: {
      path: [
        '(^|/)dist/',
        '^packages/client/src/generated/',
        '^test/packages/registry/node_modules/',
        '^bench/refusal/peers/',
      ],
    },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
