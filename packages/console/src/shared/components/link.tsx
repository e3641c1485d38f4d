import type { ComponentChildren } from 'preact';
import { navigate, path } from '../router.js';
import { below } from '../root.js';

interface Props {
  to: string;
  class?: string;
  children: ComponentChildren;
}

/** A link to a view of the same page. */
export function Link({ to, children, class: name }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a class={name} href={below(to)} onClick={follow} aria-current={path.value === to ? 'page' : undefined}>
      {children}
    </a>
  );
}
