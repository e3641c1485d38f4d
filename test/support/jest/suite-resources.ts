const releases = new Map<unknown, () => Promise<void>>();

/**
 * Remembers what a suite opened, so that it is released at the suite's end even if the suite forgot or
 * failed before it could. Whatever releases itself calls {@link forgetResource}.
 */
export function rememberResource(owner: unknown, release: () => Promise<void>): void {
  releases.set(owner, release);
}

export function forgetResource(owner: unknown): void {
  releases.delete(owner);
}

/** Leaves what a global set-up opened to its own teardown: where Jest runs suites in its own process, they share this module. */
export function leaveToTeardown(): void {
  releases.clear();
}

/** Releases what is left, last opened first. One failure does not keep the others from being released. */
async function releaseResources(): Promise<void> {
  const failures: unknown[] = [];
  for (const [owner, release] of [...releases].reverse()) {
    await release().catch((error: unknown) => failures.push(error));
    releases.delete(owner);
  }
  if (failures.length > 0) throw new AggregateError(failures, 'some test resources could not be released');
}

// The environment of suites is JavaScript, which Jest loads by itself, and finds the function here.
Reflect.set(globalThis, Symbol.for('suite-resources.release'), releaseResources);
