import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../language.js';

interface Props {
  title: string;
  /** What the button of the dialog does, in its words. */
  confirm: string;
  children: ComponentChildren;
  isBusy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks again before something that cannot be undone. Escape and "Cancel" close it, and the focus goes back to where it was. */
export function Dialog({ title, confirm, children, isBusy = false, onConfirm, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the next key is pressed, which would act on what is behind the dialog.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // This gives the focus back, which nothing behind an open dialog takes.
    return () => shown?.close();
  }, []);
  // The event of a dialog that has closed comes later, and would close the question that was asked meanwhile.
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={cancel}>
      <h2 id={id}>{title}</h2>
      {children}
      <div class="actions">
        <button type="button" class="danger" aria-disabled={isBusy} onClick={() => !isBusy && onConfirm()}>
          {confirm}
        </button>
        <button type="button" onClick={onClose}>
          {t('action.cancel')}
        </button>
      </div>
    </dialog>
  );
}
