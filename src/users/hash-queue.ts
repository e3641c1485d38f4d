import { LRUCache } from 'lru-cache';
import { Problems } from '../http/problem.error.js';

const MAX_WAITING = 100;
const MAX_WAITING_PER_NETWORK = 50;
/** Beyond `MAX_WAITING`, for networks that have sent a right password before. */
const MAX_WAITING_KNOWN = 20;
const MAX_KNOWN = 10_000;

interface Place {
  readonly start: () => void;
  readonly refuse: (reason: Error) => void;
}

/**
 * Gives free threads to those that wait: the networks take turns, and within a network the order is that of the arrival. One
 * network has half the places at most. In a full queue a network with fewer waiting tasks gets the latest place of the network
 * with the most. So a flood from some addresses cannot keep the logins of other addresses out.
 */
export class HashQueue {
  private running = 0;
  private waiting = 0;
  /** By network. The first one gets the next free thread, and then becomes the last one. */
  private readonly lanes = new Map<string, Place[]>();
  private readonly known = new LRUCache<string, true>({ max: MAX_KNOWN });

  constructor(private readonly threads: number) {}

  /** How many tasks wait. */
  get length(): number {
    return this.waiting;
  }

  /**
   * Resolves when a thread is free; call `release` when the task is done.
   * @throws ProblemError 503 when too many tasks wait
   */
  async acquire(network: string): Promise<void> {
    if (this.running < this.threads) {
      this.running += 1;
      return;
    }
    this.makePlace(network);
    await new Promise<void>((start, refuse) => this.add(network, { start, refuse }));
  }

  release(): void {
    const [first] = this.lanes;
    if (first === undefined) {
      this.running -= 1;
      return;
    }
    const [network, lane] = first;
    const next = lane.shift();
    this.waiting -= 1;
    this.lanes.delete(network);
    if (lane.length > 0) this.lanes.set(network, lane);
    next?.start();
  }

  /** Keeps places for a network from now on, because it has sent a right password. */
  remember(network: string): void {
    this.known.set(network, true);
  }

  private makePlace(network: string): void {
    const own = this.lanes.get(network)?.length ?? 0;
    if (own >= MAX_WAITING_PER_NETWORK) throw busy();
    if (this.waiting < MAX_WAITING + (this.known.has(network) ? MAX_WAITING_KNOWN : 0)) return;
    let longest: Place[] = [];
    for (const lane of this.lanes.values()) if (lane.length > longest.length) longest = lane;
    if (longest.length <= own + 1) throw busy();
    this.waiting -= 1;
    longest.pop()?.refuse(busy());
  }

  private add(network: string, place: Place): void {
    this.waiting += 1;
    const lane = this.lanes.get(network);
    if (lane === undefined) this.lanes.set(network, [place]);
    else lane.push(place);
  }
}

const busy = () => Problems.unavailable('Too many logins at the moment');
