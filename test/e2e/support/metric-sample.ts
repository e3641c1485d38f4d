import type { ApiClient } from '../../support/app/api-client.js';

/** The value of a sample in `/metrics`, as it is written there without its value; `undefined` where there is none. */
export async function sampleOf(client: ApiClient, sample: string): Promise<number | undefined> {
  const { body } = await client.get<string>('/metrics');
  const line = body.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}
