import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Failure, Outcome } from './call.js';
import { failureText } from './failure-text.js';
import { announce } from './announce.js';

export interface Action<Input extends unknown[]> {
  readonly isBusy: boolean;
  readonly isDone: boolean;
  readonly failure: Failure | undefined;
  /** Sends it, unless it is under way. @returns whether it succeeded */
  run(...input: Input): Promise<boolean>;
  reset(): void;
}

/** A request that a button sends, with what the page says of it. */
export function useAction<Input extends unknown[]>(
  send: (...input: Input) => Promise<Outcome<unknown>>,
): Action<Input> {
  const isBusy = useSignal(false);
  const isDone = useSignal(false);
  const failure = useSignal<Failure | undefined>(undefined);
  const isUnderWay = useRef(false);
  return {
    isBusy: isBusy.value,
    isDone: isDone.value,
    failure: failure.value,
    run: async (...input) => {
      if (isUnderWay.current) return false;
      isUnderWay.current = isBusy.value = true;
      failure.value = undefined;
      isDone.value = false;
      const { problem } = await send(...input);
      isUnderWay.current = isBusy.value = false;
      failure.value = problem;
      isDone.value = problem === undefined;
      // The form says that one, once it knows whether a field is marked.
      if (problem !== undefined && problem.code !== 'validation_failed') announce(failureText(problem));
      return isDone.value;
    },
    reset: () => {
      failure.value = undefined;
      isDone.value = false;
    },
  };
}
