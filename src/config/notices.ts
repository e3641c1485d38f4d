import { ConfigurationError } from './configuration.error.js';
import type { Environment } from './environment.js';
import { NOTICE_KINDS, type NoticeKind } from './notice-kinds.js';

/** @throws ConfigurationError */
export function parseNotices({ NOTICES }: Environment): readonly NoticeKind[] {
  if (NOTICES === undefined) return NOTICE_KINDS;
  const names = NOTICES.split(',').map((name) => name.trim());
  if (names.join() === 'none') return [];
  const kinds = NOTICE_KINDS.filter((kind) => names.includes(kind));
  if (kinds.length < names.length)
    throw new ConfigurationError([
      `NOTICES must be none, or some of ${NOTICE_KINDS.join(', ')} with commas between, each once`,
    ]);
  return kinds;
}
