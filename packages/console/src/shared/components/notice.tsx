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

export const Failed = ({ failure }: { failure: Failure }) => (
  <Notice kind="error">{failureText(failure)}</Notice>
);
