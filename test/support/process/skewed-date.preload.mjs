// Loaded by `node --import`: makes this process's wall clock CLOCK_SKEW_MS ahead (or behind, if negative).
const skewMs = Number(process.env.CLOCK_SKEW_MS);
const now = Date.now.bind(Date);
Date.now = () => now() + skewMs;
globalThis.Date = new Proxy(Date, {
  apply: (target) => new target(target.now()).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [target.now()], newTarget),
});
