import type { MeasureWindow } from './load/closed-loop.js';
import type { Rounds } from './measurements/interleaved-rounds.js';

/** The sizes and durations of a run. Rounds, connections and window apply where a measurement has none of its own. */
export interface Plan extends Required<Rounds>, MeasureWindow {
  readonly isQuick: boolean;
  readonly connections: number;
  /** Users in the database, each with three live sessions. */
  readonly users: number;
  /** Users that the warm cases request. */
  readonly warmUsers: number;
  /** Users that one round of the cold case requests, each once. */
  readonly coldUsers: number;
  /** Sessions that one round of logouts revokes. */
  readonly logouts: number;
  /** Sessions that one round of revocations by SQL revokes at most. */
  readonly revocations: number;
  /** Requests over which allocations are counted. */
  readonly countedRequests: number;
  /** The rate of the open loop. */
  readonly requestsPerSecond: number;
  readonly latency: { readonly rounds: number; readonly measureMs: number };
  /** Latency while logins hash passwords. `warmUpMs` is the time of logins before the first round. */
  readonly loginInterference: {
    readonly rounds: number;
    readonly measureMs: number;
    readonly warmUpMs: number;
  };
  /** PostgreSQL's time for a login, with one instance and with this many. */
  readonly loginCost: { readonly rounds: number; readonly measureMs: number; readonly instances: number };
  /** Latency beside this many connections that send their requests byte by byte. */
  readonly slowClients: { readonly rounds: number; readonly measureMs: number; readonly connections: number };
  /** The warm case with and without log lines. Many short rounds, because the effect is small. */
  readonly requestLog: Required<Rounds> & MeasureWindow;
  /** The ways in which other services check tokens. */
  readonly otherServices: Required<Rounds> & MeasureWindow;
}

/** Under ten minutes. */
export const FULL: Plan = {
  isQuick: false,
  rounds: 8,
  warmUpRounds: 1,
  connections: 32,
  settleMs: 250,
  measureMs: 900,
  users: 20_000,
  warmUsers: 1000,
  coldUsers: 6000,
  logouts: 3000,
  revocations: 20_000,
  countedRequests: 6000,
  requestsPerSecond: 1000,
  latency: { rounds: 3, measureMs: 2500 },
  loginInterference: { rounds: 25, measureMs: 1500, warmUpMs: 30_000 },
  loginCost: { rounds: 5, measureMs: 3000, instances: 10 },
  slowClients: { rounds: 8, measureMs: 2000, connections: 5000 },
  requestLog: { rounds: 20, warmUpRounds: 4, settleMs: 150, measureMs: 700 },
  otherServices: { rounds: 8, warmUpRounds: 2, settleMs: 150, measureMs: 700 },
};

/** Under a minute. Checks that every case runs and that every response is correct. Its figures mean nothing. */
export const QUICK: Plan = {
  isQuick: true,
  rounds: 1,
  warmUpRounds: 0,
  connections: 8,
  settleMs: 50,
  measureMs: 250,
  users: 4000,
  warmUsers: 100,
  coldUsers: 500,
  logouts: 200,
  revocations: 500,
  countedRequests: 500,
  requestsPerSecond: 200,
  latency: { rounds: 1, measureMs: 250 },
  loginInterference: { rounds: 1, measureMs: 500, warmUpMs: 0 },
  loginCost: { rounds: 1, measureMs: 500, instances: 2 },
  slowClients: { rounds: 1, measureMs: 250, connections: 200 },
  requestLog: { rounds: 1, warmUpRounds: 0, settleMs: 50, measureMs: 250 },
  otherServices: { rounds: 1, warmUpRounds: 0, settleMs: 50, measureMs: 250 },
};
