/** How what a suite started is ended, in the order of preference. */
const RELEASES = ['stop', 'down', 'drop', 'remove', 'close'];

/** Of what is running, oldest first. */
const releases: (() => Promise<void>)[] = [];

/**
 * Starts something before the tests of the `describe` that calls this, and stops it after them, last started first.
 * @returns what was started, which can be used in hooks and tests alone
 */
export function beforeSuite<Started extends object>(start: () => Started | Promise<Started>): Started {
  let started: Started | undefined;
  beforeAll(async () => {
    releases.push(async () => {
      if (started !== undefined) await release(started);
    });
    started = await start();
  });
  afterAll(() => releases.pop()?.());
  return standIn(() => {
    if (started === undefined) throw new Error('only hooks and tests can use what a suite starts');
    return started;
  });
}

async function release(started: object): Promise<void> {
  const name = RELEASES.find((each) => typeof Reflect.get(started, each) === 'function');
  if (name !== undefined) await (Reflect.get(started, name) as () => unknown).call(started);
}

/** Behaves as the object that the function returns by then. */
function standIn<Value extends object>(valueOf: () => Value): Value {
  return new Proxy({} as Value, {
    get: (_, name) => {
      const value = valueOf();
      const member: unknown = Reflect.get(value, name);
      return typeof member === 'function' ? (member.bind(value) as unknown) : member;
    },
    set: (_, name, member) => Reflect.set(valueOf(), name, member),
    has: (_, name) => Reflect.has(valueOf(), name),
    ownKeys: () => Reflect.ownKeys(valueOf()),
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(valueOf(), name),
  });
}
