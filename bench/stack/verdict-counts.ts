/** Accepted tokens since the server's start, by the source of the verdict. */
export interface VerdictCounts {
  cache: number;
  database: number;
}

/** Reads the counters from the Prometheus text of `GET /metrics`. */
export function readVerdictCounts(metrics: string): VerdictCounts {
  const accepted = (source: string): number => {
    const labels = `\\{source="${source}",outcome="accepted"\\}`;
    return Number(new RegExp(`^ergodrive_verdicts_total${labels} (\\d+)`, 'm').exec(metrics)?.[1] ?? 0);
  };
  return { cache: accepted('cache'), database: accepted('database') };
}
