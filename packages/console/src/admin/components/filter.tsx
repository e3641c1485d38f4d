import type { ComponentChildren } from 'preact';
import { navigate } from '../../shared/router.js';
import { addressWith } from '../address.js';

type Typed = Readonly<Record<string, string>>;

interface Props {
  button: string;
  /** What is filtered by where that is not as it was typed; `undefined` filters by nothing. */
  understand?: (typed: Typed) => Promise<Typed | undefined>;
  children: ComponentChildren;
}

/** Keeps its inputs in the address, so that the list can be linked to and the way back leads to it. */
export function Filter({ button, understand = (typed) => Promise.resolve(typed), children }: Props) {
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const typed = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement));
    const filters = await understand(typed as Typed);
    if (filters !== undefined) navigate(addressWith(filters));
  };
  return (
    <form class="filter" role="search" onSubmit={(event) => void send(event)}>
      {children}
      <button>{button}</button>
    </form>
  );
}
