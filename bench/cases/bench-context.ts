import type { Plan } from '../plan.js';
import type { Population } from '../population/population.js';
import type { BenchServer } from '../stack/bench-server.js';
import type { Stack } from '../stack/stack.js';

/** The server, the database and the settings that a measurement uses. */
export interface BenchContext {
  plan: Plan;
  stack: Stack;
  server: BenchServer;
  /** The server's database. */
  databaseUrl: string;
  population: Population;
  /** One message for each measurement that was discarded and repeated. */
  discarded: string[];
}
