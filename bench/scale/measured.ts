/** What was counted and timed at one point of the grid. Times are processor times, everything else is a count. */
export interface MeasuredPoint {
  readonly instances: number;
  /** The rate that was asked for, of all instances together. */
  readonly revocationsPerSecond: number;
  readonly plannedSeconds: number;
  readonly seconds: number;
  readonly revocations: number;
  readonly notifications: number;
  /** Reads of the log, by all followers. */
  readonly reads: number;
  /** Reads that brought rows. */
  readonly pages: number;
  /** Rows that followers read: each row once by each. */
  readonly rows: number;
  /** Followers that connected anew, because PostgreSQL answered too late. */
  readonly skips: number;
  readonly postgresTransactions: number;
  readonly followerConnectionsCpuMs: number;
  readonly requestConnectionsCpuMs: number;
  readonly serverProcessesCpuMs: number;
  readonly redisCommands: number;
  readonly redisDeletions: number;
  readonly redisBytesIn: number;
  readonly redisBytesOut: number;
  readonly redisCpuMs: number;
  readonly instancesCpuMs: number;
}

/** The answer of PostgreSQL to one read of the log, in bytes on the connection. */
export interface PageBytes {
  readonly rows: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
}

/** One round of the comparison of one process with several ones on the same machine. */
export interface ProcessRound {
  readonly processes: number;
  readonly requestsPerSecond: number;
  /** Of the processes, each request. */
  readonly cpuMicrosecondsPerRequest: number;
  readonly redisMicrosecondsPerRequest: number;
}

/** Everything that `npm run bench:scale` measures. */
export interface Measurement {
  readonly date: string;
  readonly machine: string;
  readonly points: readonly MeasuredPoint[];
  readonly pages: readonly PageBytes[];
  /** Of a row in the table of the log and its indexes. */
  readonly logBytesPerRow: number;
  readonly pruneMicrosecondsPerRow: number;
  /** Redis' processor time for one more entry in a deletion. */
  readonly redisMicrosecondsPerEntry: number;
  readonly processRounds: readonly ProcessRound[];
}
