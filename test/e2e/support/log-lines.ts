/** A line of the log, with the members that every line has. */
export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: string;
  readonly context: string;
  readonly msg: string;
}

/** The lines that a process in production has finished, but for the first, of which the begin may be lost. @throws SyntaxError for one that is no JSON */
export function linesOf(output: string): LogLine[] {
  return output
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line) as LogLine);
}
