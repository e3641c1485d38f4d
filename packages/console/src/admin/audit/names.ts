import { signal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';

const known = signal<ReadonlyMap<string, string>>(new Map());
const asked = new Set<string>();
let last: Promise<unknown> = Promise.resolve();

/** The name of an account. Events have its id alone: it is asked for once, one account after the other. @returns the beginning of the id until then */
export function nameOf(id: string): string {
  if (!asked.has(id)) {
    asked.add(id);
    last = last.then(() => ask(id));
  }
  return known.value.get(id) ?? id.slice(0, 8);
}

/** An account that does not exist any more keeps its id. */
async function ask(id: string): Promise<void> {
  const { data, problem } = await call(() => client.api.users.read({ path: { id } }));
  if (data !== undefined) known.value = new Map(known.value).set(id, data.full_name);
  if (problem !== undefined && problem.code !== 'not_found') asked.delete(id);
}
