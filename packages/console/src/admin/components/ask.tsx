import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { announce } from '../../shared/announce.js';
import type { Outcome } from '../../shared/call.js';
import { Dialog } from '../../shared/components/dialog.js';
import { Field } from '../../shared/components/field.js';
import { Failed } from '../../shared/components/notice.js';
import { useAction } from '../../shared/use-action.js';
import { changed } from '../changes.js';
import { t } from '../texts.js';

export interface Question {
  title: string;
  /** The button that does it, in its words. */
  confirm: string;
  /** What is said when it was done. */
  done: string;
  /** To be typed first. */
  word?: string;
  send: () => Promise<Outcome<unknown>>;
  /** What will happen. */
  children: ComponentChildren;
}

/** Asks again before an action, and stays with the reason when that fails. */
export function Ask({
  title,
  confirm,
  done,
  word,
  send,
  children,
  onClose,
}: Question & { onClose: () => void }) {
  const action = useAction(send);
  const place = useRef<HTMLDivElement>(null);
  const isMistyped = useSignal(false);
  const go = async () => {
    const input = place.current?.querySelector('input');
    isMistyped.value = word !== undefined && input?.value.trim().toLowerCase() !== word;
    if (isMistyped.value) return input?.focus();
    if (!(await action.run())) return;
    announce(done);
    changed();
    onClose();
  };
  return (
    <Dialog
      title={title}
      confirm={confirm}
      isBusy={action.isBusy}
      onConfirm={() => void go()}
      onClose={onClose}
    >
      <div class="consequences">{children}</div>
      {word !== undefined && (
        <div ref={place}>
          <Field
            label={t('ask.word', { word })}
            name="word"
            autocomplete="off"
            error={isMistyped.value ? t('ask.word_wrong', { word }) : undefined}
          />
        </div>
      )}
      {action.failure && <Failed failure={action.failure} />}
    </Dialog>
  );
}
