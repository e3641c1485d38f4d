import { ago, dateTime } from '../language.js';
import { now } from '../now.js';

/** A time, as it is or as how long ago. */
export const When = ({ at, isAgo = false }: { at: string; isAgo?: boolean }) => (
  <time dateTime={at} title={isAgo ? dateTime(at) : undefined}>
    {isAgo ? ago(at, now.value) : dateTime(at)}
  </time>
);
