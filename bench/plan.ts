/** How long and how large a run is. */
export interface Plan {
  readonly isQuick: boolean;
  /** How often each of the compared cases is measured, in turns. */
  readonly rounds: number;
  /** Rounds before the measured ones. */
  readonly warmUpRounds: number;
  readonly connections: number;
  /** Load before a measurement begins, milliseconds. */
  readonly settleMs: number;
  readonly measureMs: number;
  /** Users of the comparison, each with three live sessions. */
  readonly users: number;
  /** How many of them the warm cases ask for. */
  readonly warmUsers: number;
  /** How many of them a round of the cold case asks for, each once. */
  readonly coldUsers: number;
  /** Sessions that one round of logouts ends at most. */
  readonly logouts: number;
  readonly pacedRounds: number;
  readonly pacedMs: number;
  readonly pacedRequestsPerSecond: number;
  /** Logins before latency is measured among them. */
  readonly loginWarmUpMs: number;
  readonly hashingRounds: number;
  readonly hashingMs: number;
  /** Requests over which allocations and Redis traffic are counted. */
  readonly countedRequests: number;
  /** Entries over which the memory of one is taken. */
  readonly memoryEntries: number;
  /** Numbers of users, of as many live sessions and of as many revocations. */
  readonly growth: readonly number[];
  /** More than elsewhere: the server has requests at hand while Redis, which takes longer the more it holds, answers others. */
  readonly growthConnections: number;
  /** Load with each of the two cases before the first round. */
  readonly growthWarmUpMs: number;
  /** More and shorter rounds than elsewhere: what is looked for is smaller than what the machine's speed changes by within seconds. */
  readonly growthRounds: number;
  readonly growthSettleMs: number;
  readonly growthMeasureMs: number;
  /** Access tokens that are sent at each size: of as many users, spread over all, or several of one. */
  readonly growthTokens: number;
  /** How many of them one round sends in turn. */
  readonly growthTokensAtOnce: number;
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
  pacedRounds: 3,
  pacedMs: 2500,
  pacedRequestsPerSecond: 1000,
  loginWarmUpMs: 30_000,
  hashingRounds: 25,
  hashingMs: 1500,
  countedRequests: 6000,
  memoryEntries: 100_000,
  growth: [1, 10_000, 100_000, 1_000_000],
  growthConnections: 128,
  growthWarmUpMs: 5000,
  growthRounds: 25,
  growthSettleMs: 150,
  growthMeasureMs: 400,
  growthTokens: 12_000,
  growthTokensAtOnce: 6000,
};

/** Under a minute: whether each case runs and answers rightly. Its numbers mean nothing. */
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
  pacedRounds: 1,
  pacedMs: 250,
  pacedRequestsPerSecond: 200,
  loginWarmUpMs: 0,
  hashingRounds: 1,
  hashingMs: 500,
  countedRequests: 500,
  memoryEntries: 500,
  growth: [1, 1000],
  growthConnections: 8,
  growthWarmUpMs: 50,
  growthRounds: 1,
  growthSettleMs: 50,
  growthMeasureMs: 250,
  growthTokens: 400,
  growthTokensAtOnce: 200,
};
