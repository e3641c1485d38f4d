/** How many tokens were accepted so far, by who decided. */
export interface Verdicts {
  cache: number;
  database: number;
}

/** Reads the counters from the Prometheus text of `GET /metrics`. */
export function readVerdicts(metrics: string): Verdicts {
  const accepted = (source: string): number => {
    const labels = `\\{source="${source}",outcome="accepted"\\}`;
    return Number(new RegExp(`^ergodrive_verdicts_total${labels} (\\d+)`, 'm').exec(metrics)?.[1] ?? 0);
  };
  return { cache: accepted('cache'), database: accepted('database') };
}
