import type { ComponentChildren } from 'preact';
import type { Failure } from '../call.js';
import { failureText } from '../failure-text.js';

type Kind = 'info' | 'success' | 'warning' | 'error';
const SIGNS: Readonly<Record<Kind, string>> = { info: 'i', success: '✓', warning: '!', error: '!' };

/** A message in the page: a sign and a border say its kind beside the colour. */
export function Notice({ kind, children }: { kind: Kind; children: ComponentChildren }) {
  return (
    <div class={`notice ${kind}`} role={kind === 'success' ? 'status' : undefined}>
      <span class="sign" aria-hidden="true">
        {SIGNS[kind]}
      </span>
      <div>{children}</div>
    </div>
  );
}

/** Why a request failed. `isMarked`: a field shows what is wrong with it. */
export const Failed = ({ failure, isMarked }: { failure: Failure; isMarked?: boolean }) => (
  <Notice kind="error">{failureText(failure, isMarked)}</Notice>
);
