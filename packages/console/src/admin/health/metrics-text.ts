/** A sample of the Prometheus text format. */
export interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

const LINE = /^(\w+)(\{[^}]*\})? (\S+)$/;

/** @param text what `GET /metrics` answers */
export function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels, value: Number(value) }];
  });
}

/** @param part of the labels, such as `source="cache"`; @returns the sum, `undefined` without a sample */
export function sumOf(samples: readonly Sample[], name: string, part = ''): number | undefined {
  const found = samples.filter((sample) => sample.name === name && sample.labels.includes(part));
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}

/** The label of the sample that is 1, of a metric with one sample for each state. */
export function stateOf(samples: readonly Sample[], name: string): string | undefined {
  const current = samples.find((sample) => sample.name === name && sample.value === 1);
  return /state="([^"]*)"/.exec(current?.labels ?? '')?.[1];
}
