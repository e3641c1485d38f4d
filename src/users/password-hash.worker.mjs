import { spawnSync } from 'node:child_process';
import { existsSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { hashSync, verifySync } from '@node-rs/argon2';

// Runs on the hasher's own threads, where it may block.

/**
 * A thread under Linux' idle policy runs only while no other wants the core, and is interrupted at once. However nice a thread of
 * the normal policy is, it may first finish its time slice, and requests wait for that, some milliseconds.
 * `chrt` is in util-linux and in busybox; without it the thread stays merely nice.
 */
function yieldToEverybody() {
  if (!existsSync('/proc/thread-self')) return;
  const thread = basename(readlinkSync('/proc/thread-self'));
  spawnSync('chrt', ['-i', '-p', '0', thread], { stdio: 'ignore' });
}

yieldToEverybody();

export const hash = ({ password, parameters }) => hashSync(password, parameters);

/** What is no hash is no match. */
export const verify = ({ digest, password }) => {
  try {
    return verifySync(digest, password);
  } catch {
    return false;
  }
};
