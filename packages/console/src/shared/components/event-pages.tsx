import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Outcome } from '../call.js';
import { t } from '../language.js';
import { useAction } from '../use-action.js';
import { useResource } from '../use-resource.js';
import { Loaded } from './loaded.js';
import { Failed } from './notice.js';

interface Page<Event> {
  readonly events: readonly Event[];
  readonly next_cursor: string | null;
}

interface Props<Event> {
  /** Reads the newest page, or that of a cursor. */
  read: (cursor?: string) => Promise<Outcome<Page<Event>>>;
  /** Changes when the newest page may have changed. */
  version: ReadonlySignal<unknown>;
  children: (events: Event[]) => ComponentChildren;
}

/** Events, newest first, with a button that reads older ones. */
export function EventPages<Event extends { readonly id: string }>({ read, version, children }: Props<Event>) {
  const newest = useResource(() => read(), version);
  const older = useSignal<readonly Event[]>([]);
  const next = useSignal<string | null | undefined>(undefined);
  const more = useAction(async (cursor: string) => {
    const outcome = await read(cursor);
    if (outcome.data === undefined) return outcome;
    older.value = [...older.value, ...outcome.data.events];
    next.value = outcome.data.next_cursor;
    return outcome;
  });
  return (
    <Loaded of={newest}>
      {({ events, next_cursor }) => {
        const cursor = next.value === undefined ? next_cursor : next.value;
        return (
          <>
            {children(withoutRepetition([...events, ...older.value]))}
            {more.failure && <Failed failure={more.failure} />}
            {cursor !== null && (
              <div class="actions">
                <button type="button" aria-disabled={more.isBusy} onClick={() => void more.run(cursor)}>
                  {t('events.more')}
                </button>
              </div>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

/** The newest page moves on while older ones are shown. */
const withoutRepetition = <Event extends { readonly id: string }>(events: readonly Event[]): Event[] => [
  ...new Map(events.map((event) => [event.id, event])).values(),
];
