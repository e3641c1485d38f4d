import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Ask, type Question } from './ask.js';

interface Props extends Question {
  button: string;
  /** What the button says to screen readers, where its words alone do not say what it acts on. */
  label?: string;
}

/** A button that asks again before it acts. */
export function Danger({ button, label, ...question }: Props) {
  const isAsked = useSignal(false);
  const opener = useRef<HTMLButtonElement>(null);
  // It may vanish with what it has ended, also before the answer and with its question: then the heading of the view has the focus.
  useLayoutEffect(
    () => () => {
      const focused = document.activeElement;
      if (focused !== opener.current && !isAsked.peek() && !focused?.closest('dialog')) return;
      queueMicrotask(() => document.querySelector<HTMLElement>('main h1')?.focus());
    },
    [],
  );
  return (
    <>
      <button
        ref={opener}
        type="button"
        class="danger quiet"
        aria-label={label}
        onClick={() => (isAsked.value = true)}
      >
        {button}
      </button>
      {isAsked.value && <Ask {...question} onClose={() => (isAsked.value = false)} />}
    </>
  );
}
