import type { Watch } from '@ergodrive/client';
import { useEffect } from 'preact/hooks';
import { client } from '../../shared/client.js';
import { changed } from '../changes.js';

/** Reads what is shown again when the account or its sessions change elsewhere, by the live channel of one of these sessions. */
export function useWatch(sessionId: string | undefined): void {
  useEffect(() => {
    if (sessionId === undefined) return undefined;
    let isOver = false;
    let watch: Watch | undefined;
    // What happened before it was open was not reported.
    const onConnection = (isOpen: boolean) => isOpen && changed();
    const handlers = { onSessions: changed, onUpdate: changed, onEnd: changed, onConnection };
    // Without a session of this page there is nothing to watch with, and nothing is shown.
    const opening = client.watch(handlers, sessionId).catch(() => undefined);
    void opening.then((opened) => {
      if (isOver) opened?.close();
      else watch = opened;
    });
    return () => {
      isOver = true;
      watch?.close();
    };
  }, [sessionId]);
}
