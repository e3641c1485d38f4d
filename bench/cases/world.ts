import type { Plan } from '../plan.js';
import type { Seat } from '../population/population.js';
import { Population } from '../population/population.js';
import { person } from '../population/person.js';
import type { BenchServer } from '../stack/bench-server.js';
import type { Stack } from '../stack/stack.js';

/** One server with its population: what a measurement works on. */
export interface World {
  plan: Plan;
  stack: Stack;
  server: BenchServer;
  population: Population;
  /** Why measurements were thrown away and repeated. */
  discarded: string[];
}

/** The first session of each of the first users. */
export function firstSeats(count: number): Seat[] {
  return Array.from({ length: count }, (_, index) => ({ person: person(index), session: 0 }));
}
