import { type ReadonlySignal, useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Failure, Outcome } from './call.js';
import { returns } from './service-state.js';

export interface Resource<Data> {
  /** What was read last; it stays while it is read again, also when that fails. */
  readonly data: Data | undefined;
  readonly failure: Failure | undefined;
  readonly reload: () => void;
}

/**
 * Reads something for a view: at once, when the version changes, and when the service works again. Of overlapping reads, the one that
 * began last counts.
 */
export function useResource<Data>(
  read: () => Promise<Outcome<Data>>,
  version?: ReadonlySignal<unknown>,
): Resource<Data> {
  const data = useSignal<Data | undefined>(undefined);
  const failure = useSignal<Failure | undefined>(undefined);
  const latest = useRef(0);
  const load = async () => {
    const number = ++latest.current;
    const outcome = await read();
    if (number !== latest.current) return;
    failure.value = outcome.problem;
    if (outcome.problem === undefined) data.value = outcome.data;
  };
  useSignalEffect(() => {
    // Read, so that they run this again.
    ((..._read: unknown[]) => undefined)(version?.value, returns.value);
    void load();
    return () => {
      latest.current += 1;
    };
  });
  return { data: data.value, failure: failure.value, reload: () => void load() };
}
