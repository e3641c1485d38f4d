import type { ComponentChildren } from 'preact';
import { navigate, path } from '../router.js';
import { below } from '../root.js';

interface Props {
  to: string;
  class?: string;
  /** Whether this view is below that of the link. */
  isCurrent?: boolean;
  children: ComponentChildren;
}

const pageOf = (to: string): string | undefined => to.split(/[/?]/)[0];

/** A link to a view of the same page, or of the other one, which the browser loads. */
export function Link({ to, children, class: name, isCurrent = false }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (pageOf(to) !== pageOf(path.value)) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a class={name} href={below(to)} onClick={follow} aria-current={currencyOf(to, isCurrent)}>
      {children}
    </a>
  );
}

function currencyOf(to: string, isCurrent: boolean): 'page' | 'true' | undefined {
  if (path.value === to) return 'page';
  return isCurrent ? 'true' : undefined;
}
