import type { Socket } from 'node:net';

export interface StreamMode {
  /** Nothing passes; what is under way waits. */
  held: boolean;
  delayMs: number;
}

type Parcel = { dueAt: number; chunk: Buffer | 'end' };

/** One direction of a proxied connection: passes bytes and the end of the stream on, in order. */
export class ProxyStream {
  private readonly parcels: Parcel[] = [];
  private timer: NodeJS.Timeout | undefined;
  private mode: StreamMode = { held: false, delayMs: 0 };

  constructor(
    private readonly source: Socket,
    private readonly sink: Socket,
    rewrite: (chunk: Buffer) => Buffer = (chunk) => chunk,
  ) {
    source.on('data', (chunk: Buffer) => this.take(rewrite(chunk)));
    source.once('end', () => this.take('end'));
    sink.on('drain', () => this.flowOn());
  }

  /** Changes what happens from now on, also to the bytes that are under way. */
  set(mode: StreamMode): void {
    this.mode = mode;
    const latest = performance.now() + mode.delayMs;
    for (const parcel of this.parcels) parcel.dueAt = Math.min(parcel.dueAt, latest);
    // A source that is not read fills its window, as one on a dead network does.
    if (mode.held) this.source.pause();
    else this.flowOn();
    this.deliver();
  }

  close(): void {
    clearTimeout(this.timer);
    this.parcels.length = 0;
  }

  private take(chunk: Buffer | 'end'): void {
    this.parcels.push({ dueAt: performance.now() + this.mode.delayMs, chunk });
    this.deliver();
  }

  private deliver(): void {
    clearTimeout(this.timer);
    if (this.mode.held) return;
    for (let next = this.parcels[0]; next && next.dueAt <= performance.now(); next = this.parcels[0]) {
      this.parcels.shift();
      this.pass(next.chunk);
    }
    const next = this.parcels[0];
    if (next) this.timer = setTimeout(() => this.deliver(), Math.ceil(next.dueAt - performance.now()));
  }

  private pass(chunk: Buffer | 'end'): void {
    if (this.sink.destroyed) return;
    if (chunk === 'end') this.sink.end();
    else if (!this.sink.write(chunk)) this.source.pause();
  }

  private flowOn(): void {
    if (!this.mode.held && !this.sink.writableNeedDrain) this.source.resume();
  }
}
