import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { settings } from '../settings.js';

/** Whether a view was shown before: the first one takes no focus, as no page does when it is loaded. */
const shown = { any: false };

/** A view of the page. Its heading gets the focus, so that a screen reader says where the person is now. */
export function View({
  title,
  children,
  lead,
}: {
  title: string;
  lead?: string;
  children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const name = settings.value?.name ?? '';
  useEffect(() => {
    document.title = `${title} · ${name}`;
  }, [title, name]);
  useEffect(() => {
    if (shown.any) heading.current?.focus();
    shown.any = true;
  }, []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {lead && <p class="lead">{lead}</p>}
      {children}
    </>
  );
}
