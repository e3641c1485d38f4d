import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { countEnded } from '../http/ended-clients.js';
import { ProblemError, Problems } from '../http/problem.error.js';
import { FeedMetrics } from './feed-metrics.js';

const MAX_POLLS = 1024;
const MAX_POLLS_OF_CLIENT = 256;
/** Of all answers that receivers have not taken yet, roughly: the more polls are open, the shorter is each answer. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** A receiver that has not taken its answer by then is disconnected. */
const TAKE_MS = 15_000;

/** Without a reason of its own, each signal makes an error with a stack, also after an answer. */
const DISCONNECTED = new Error('the receiver has disconnected');

/** A poll from its arrival until its answer was taken, or its connection ended. */
export interface AdmittedPoll {
  /** Aborted when the receiver disconnects. */
  readonly signal: AbortSignal;
  /** How long the answer may be now. */
  maxBytes(): number;
  /** To be called when the answer is sent. */
  answered(): void;
}

/** Bounds what all receivers together cost this instance, whatever they do. */
@Injectable()
export class PollAdmission {
  private readonly ofClients = new Map<string, number>();
  private count = 0;

  constructor(private readonly metrics: FeedMetrics) {}

  get openPolls(): number {
    return this.count;
  }

  /** @throws ProblemError 429 or 503 when too many polls are open */
  admit(clientId: string, response: ServerResponse): AdmittedPoll {
    const ofClient = this.ofClients.get(clientId) ?? 0;
    if (ofClient >= MAX_POLLS_OF_CLIENT) {
      const detail = `The client has ${MAX_POLLS_OF_CLIENT} open polls on this instance`;
      throw new ProblemError('too_many_requests', { detail, headers: { 'retry-after': '1' } });
    }
    if (this.count >= MAX_POLLS) throw Problems.unavailable('Too many polls are open on this instance');
    this.change(clientId, 1);
    return this.watch(clientId, response);
  }

  /**
   * Node emits no `close` for an answer whose connection ended before it was watched, nor for one that waits behind the answer to an
   * earlier request of the same connection: the connection is watched too.
   */
  private watch(clientId: string, response: ServerResponse): AdmittedPoll {
    const { socket } = response.req;
    const closed = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const end = () => {
      if (closed.signal.aborted) return;
      socket.off('close', end);
      clearTimeout(timer);
      this.change(clientId, -1);
      closed.abort(DISCONNECTED);
    };
    // One listener for each poll of the connection, which has at most as many as its client.
    socket.setMaxListeners(0);
    response.once('close', end);
    socket.once('close', end);
    if (socket.destroyed) end();
    return {
      signal: closed.signal,
      maxBytes: () => Math.min(MAX_ANSWER_BYTES, MAX_BYTES / this.count),
      answered: () => {
        if (closed.signal.aborted) return;
        timer = setTimeout(() => {
          countEnded('poll');
          response.destroy();
        }, TAKE_MS).unref();
      },
    };
  }

  private change(clientId: string, difference: number): void {
    const ofClient = (this.ofClients.get(clientId) ?? 0) + difference;
    if (ofClient === 0) this.ofClients.delete(clientId);
    else this.ofClients.set(clientId, ofClient);
    this.count += difference;
    this.metrics.setOpen(this.count);
  }
}
