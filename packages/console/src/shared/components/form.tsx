import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { announce } from '../announce.js';
import { failureText } from '../failure-text.js';
import type { Action } from '../use-action.js';
import { Failed } from './notice.js';

interface Props<Names extends string> {
  action: Action<[Readonly<Record<Names, string>>]>;
  button: string;
  /** Whether the inputs are emptied after success. */
  clears?: boolean;
  isDangerous?: boolean;
  children?: ComponentChildren;
  beside?: ComponentChildren;
}

/** Sends its inputs by their names. After a refusal the first wrong input has the focus. */
export function Form<Names extends string>(props: Props<Names>) {
  const { action, button, clears = false, isDangerous = false, children, beside } = props;
  const form = useRef<HTMLFormElement>(null);
  const [isMarked, setMarked] = useState(false);
  // The service may refuse a field that the form does not have: then nothing is marked.
  useLayoutEffect(() => {
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    setMarked(Boolean(wrong));
    wrong?.focus();
    if (action.failure?.code === 'validation_failed') announce(failureText(action.failure, Boolean(wrong)));
  }, [action.failure]);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement));
    if ((await action.run(values as Record<Names, string>)) && clears) form.current?.reset();
  };
  return (
    <form ref={form} class="form" onSubmit={(event) => void send(event)}>
      {action.failure && <Failed failure={action.failure} isMarked={isMarked} />}
      {children}
      <div class="actions">
        <button
          class={isDangerous ? 'danger' : 'primary'}
          aria-disabled={action.isBusy}
          aria-busy={action.isBusy}
        >
          {button}
        </button>
        {beside}
      </div>
    </form>
  );
}
