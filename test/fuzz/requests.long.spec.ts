// The same suites with forty times the requests that they send in `npm test`.
process.env['FUZZ_RUNS'] ??= '20000';
await import('./openapi.spec.js');
await import('./sockets.spec.js');
await import('./frames.spec.js');
