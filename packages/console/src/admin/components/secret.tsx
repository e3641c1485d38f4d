import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { announce } from '../../shared/announce.js';
import { t } from '../texts.js';

/** A text that is shown this once, with a button that copies it. */
export function Secret({ name, value }: { name: string; value: string }) {
  const text = useRef<HTMLElement>(null);
  const isCopied = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      isCopied.value = true;
      announce(t('secret.copied'));
    } catch {
      // A browser that refuses it leaves the text marked, for Ctrl+C.
      if (text.current) getSelection()?.selectAllChildren(text.current);
    }
  };
  return (
    <div class="secret">
      <p class="hint">{name}</p>
      <code ref={text} tabIndex={-1}>
        {value}
      </code>
      <button type="button" onClick={() => void copy()}>
        {t(isCopied.value ? 'secret.copied' : 'secret.copy')}
      </button>
    </div>
  );
}
