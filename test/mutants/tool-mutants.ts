import type { Mutant } from './mutant.js';

const LOAD_SPEC = ['test/tools/load.long.spec.ts'] as const;
const FAILURES_SPEC = ['test/tools/doctor-failures.long.spec.ts'] as const;

/** What the commands of `tools` must find and leave. */
export const TOOL_MUTANTS: readonly Mutant[] = [
  {
    name: 'the doctor forgives an old state that lasts a moment',
    file: 'tools/doctor/staleness.ts',
    text: 'if (olds === 0) return { ms, stalenessMs };',
    replacement: 'if (olds >= 0) return { ms, stalenessMs };',
    specs: FAILURES_SPEC,
    test: 'for a moment',
  },
  {
    name: 'the doctor asks only the first address after a change',
    file: 'tools/doctor/examination.ts',
    text: 'measureStaleness(() => send(client), stateOf, since)',
    replacement: 'measureStaleness(() => send(client && this.entry), stateOf, since)',
    specs: FAILURES_SPEC,
    test: 'finds the instance that accepts the access token',
  },
  {
    name: 'the doctor takes an answer of any status for the end of a refresh token',
    file: 'tools/doctor/checks/refresh-checks.ts',
    text: '    if (answer.status === 200)\n',
    replacement: '    if (answer.status === 200) return { ms: answer.ms };\n    if (answer.status === 201)\n',
    specs: FAILURES_SPEC,
    test: 'a refresh token that is exchanged twice',
  },
  {
    name: 'the doctor ends with 0 when a promise is broken',
    file: 'tools/doctor/doctor.ts',
    text: "return { result: 'failed', exit_code: EXIT.broken };\n  if (error instanceof UsageError)",
    replacement: "return { result: 'failed', exit_code: EXIT.ok };\n  if (error instanceof UsageError)",
    specs: FAILURES_SPEC,
    test: 'a discovery document of another issuer',
  },
  {
    name: 'the doctor leaves its sessions when it is interrupted',
    file: 'tools/doctor/clean-up.ts',
    text: 'const ends = [...examination.sessions].map(',
    replacement: 'const ends = [...examination.sessions].slice(0, 0).map(',
    specs: ['test/tools/doctor.long.spec.ts'],
    test: 'when it is interrupted',
  },
  {
    name: 'the load is sent to any host without consent',
    file: 'tools/load/arguments.ts',
    text: 'LOOPBACK.test(hostname) || confirmed === hostname',
    replacement: 'hostname !== confirmed || confirmed === hostname',
    specs: LOAD_SPEC,
    test: 'the host is not this machine',
  },
  {
    name: 'the load looks at no token after its logout',
    file: 'tools/load/users.ts',
    text: 'counts.accepted += 1;',
    replacement: 'counts.accepted += 0;',
    specs: LOAD_SPEC,
    test: 'accepted after the logout',
  },
  {
    name: 'the load leaves its sessions when it could not be sent',
    file: 'tools/load/main.ts',
    text: 'const end = await users.end();',
    replacement:
      'const end = code === EXIT.unexamined ? { ended: 0, live: 0, accepted: 0 } : await users.end();',
    specs: LOAD_SPEC,
    test: 'when the service lets it make no more',
  },
];
