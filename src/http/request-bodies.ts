import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { errorCodes } from 'fastify';
import { ArrivingBody } from './arriving-body.js';
import { countEnded } from './ended-clients.js';
import { ProblemError } from './problem.error.js';

/** What the bodies that are arriving at one port hold together. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** What a request may send. */
export interface BodyRules {
  /** The longest body. */
  readonly limitBytes: number;
  /** More than `freeBytes` is read only after this has resolved; its error is the answer. */
  readonly permission?: { readonly freeBytes: number; readonly given: Promise<unknown> };
}

/**
 * The bodies that are arriving at one port. When they hold too much together, the one that has been arriving for the longest time is
 * refused: a body that is not held back arrives within milliseconds.
 */
export class RequestBodies {
  /** In the order in which they began. */
  private readonly arriving = new Set<ArrivingBody>();
  private heldBytes = 0;

  constructor(private readonly maxHeldBytes = MAX_HELD_BYTES) {}

  /**
   * Reads the body as a whole.
   * @param request whose body nobody reads yet
   * @returns a stream of one piece
   * @throws FastifyError FST_ERR_CTP_BODY_TOO_LARGE
   * @throws ProblemError 408 when others need the memory
   * @throws Error of the permission, or of a connection that broke
   */
  async read(request: IncomingMessage, { limitBytes, permission }: BodyRules): Promise<Readable> {
    if (Number(request.headers['content-length']) > limitBytes)
      throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    const freeBytes = permission?.freeBytes ?? limitBytes;
    const body = new ArrivingBody(request, { limitBytes, freeBytes }, (bytes) => this.hold(bytes));
    this.arriving.add(body);
    permission?.given.then(
      () => body.allow(),
      (error: unknown) => body.refuse(error as Error),
    );
    try {
      const [bytes] = await Promise.all([body.whole, permission?.given]);
      return new WholeBody(bytes);
    } finally {
      this.arriving.delete(body);
    }
  }

  private hold(more: number): void {
    this.heldBytes += more;
    for (const body of this.arriving) {
      if (this.heldBytes <= this.maxHeldBytes) return;
      countEnded('body');
      body.refuse(new ProblemError('request_timeout'));
    }
  }
}

/** A body in one piece, as Fastify's parsers read it. */
class WholeBody extends Readable {
  /** Fastify compares this with `Content-Length`. */
  readonly receivedEncodedLength: number;

  constructor(bytes: Buffer) {
    super({ highWaterMark: bytes.length, read: () => undefined });
    this.receivedEncodedLength = bytes.length;
    if (bytes.length > 0) this.push(bytes);
    this.push(null);
  }
}
