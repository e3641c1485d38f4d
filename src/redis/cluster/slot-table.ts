import { SLOTS } from './cluster-slots.js';

const NOT_CLAIMED = 0;
const PROVEN = -1;
/** Belongs to no master. */
const CONTESTED = '';

/** A master that may claim slots. */
export interface SlotOwner {
  readonly id: string;
}

/**
 * Which master has each slot, by what the masters say of themselves. A slot that a master claims anew is *proven* once the log was
 * replayed there. Entries are read where exactly one master claims the slot, and that claim is proven; entries are deleted on every master
 * that claims it.
 */
export class SlotTable<Owner extends SlotOwner> {
  private readonly claims = new Map<Owner, Int32Array>();
  private readonly readers: (Owner | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);
  /** The master that alone claimed each slot since entries were read there; {@link CONTESTED} once another one claims it. */
  private readonly holders: (string | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);
  private round = 0;
  private readable = 0;

  /** Whether every slot has a master from which entries are read. */
  get isComplete(): boolean {
    return this.readable === SLOTS;
  }

  /** The master from which entries of the slot are read. */
  reader(slot: number): Owner | undefined {
    return this.readers[slot];
  }

  /** Every master that says it has the slot. */
  claimants(slot: number): Owner[] {
    const owners: Owner[] = [];
    for (const [owner, states] of this.claims) if (states[slot] !== NOT_CLAIMED) owners.push(owner);
    return owners;
  }

  hasClaim(owner: Owner, slot: number): boolean {
    return (this.claims.get(owner)?.[slot] ?? NOT_CLAIMED) !== NOT_CLAIMED;
  }

  /** The first claimed slot that is not among the others. */
  firstSlot(owner: Owner, except: ReadonlySet<number>): number | undefined {
    const slot = this.claims
      .get(owner)
      ?.findIndex((state, each) => state !== NOT_CLAIMED && !except.has(each));
    return slot === -1 ? undefined : slot;
  }

  /**
   * Notes what a master says it has, in place of what it said before.
   * @returns whether a slot is newly among them that another master had, or claimed since this one was proven there. A claim that is
   * lost before it is proven does not make the slot this master's own.
   */
  claim(owner: Owner, ranges: readonly (readonly [number, number])[]): boolean {
    const states = this.claims.get(owner) ?? new Int32Array(SLOTS);
    this.claims.set(owner, states);
    const said = new Uint8Array(SLOTS);
    for (const [from, to] of ranges) said.fill(1, from, to + 1);
    this.round += 1;
    let tookOver = false;
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const isClaimed = states[slot] !== NOT_CLAIMED;
      if (isClaimed === (said[slot] === 1)) continue;
      states[slot] = isClaimed ? NOT_CLAIMED : this.round;
      if (!isClaimed && this.contend(owner, slot)) tookOver = true;
      this.choose(slot);
    }
    return tookOver;
  }

  /** The round of claims that a replay beginning now will confirm; `undefined` for none. */
  unproven(owner: Owner): number | undefined {
    return this.claims.get(owner)?.some((state) => state > NOT_CLAIMED) === true ? this.round : undefined;
  }

  /** The log was replayed there. @param round what {@link unproven} answered before the replay */
  prove(owner: Owner, round: number): void {
    this.claims.get(owner)?.forEach((state, slot, states) => {
      if (state <= NOT_CLAIMED || state > round) return;
      states[slot] = PROVEN;
      this.holders[slot] = owner.id;
      this.choose(slot);
    });
  }

  /** Ends a claim, or all of them. What is claimed again must be proven again. */
  release(owner: Owner, slot?: number): void {
    const states = this.claims.get(owner);
    if (states === undefined) return;
    const [from, to] = slot === undefined ? [0, SLOTS - 1] : [slot, slot];
    states.fill(NOT_CLAIMED, from, to + 1);
    if (slot === undefined) this.claims.delete(owner);
    for (let each = from; each <= to; each += 1) this.choose(each);
  }

  /** @returns whether the slot is not the master's own */
  private contend(owner: Owner, slot: number): boolean {
    const holder = this.holders[slot] ?? owner.id;
    this.holders[slot] = holder === owner.id ? owner.id : CONTESTED;
    return holder !== owner.id;
  }

  private choose(slot: number): void {
    const [one, ...others] = this.claimants(slot);
    const isProven = one !== undefined && others.length === 0 && this.claims.get(one)?.[slot] === PROVEN;
    const chosen = isProven ? one : undefined;
    this.readable += Number(chosen !== undefined) - Number(this.readers[slot] !== undefined);
    this.readers[slot] = chosen;
  }
}
