import type { ClientDto } from '@ergodrive/client';
import { call, type Outcome } from '../../shared/call.js';
import { client } from '../../shared/client.js';

const PAGE_SIZE = 100;

/** One client. The API has the list alone, which may have several pages. */
export async function readClient(id: string): Promise<Outcome<ClientDto>> {
  for (let page = 1; ; page += 1) {
    const query = { page, page_size: PAGE_SIZE };
    const { data, problem } = await call(() => client.api.clients.list({ query }));
    if (problem !== undefined) return { problem };
    const found = data.clients.find((one) => one.client_id === id);
    if (found !== undefined) return { data: found };
    if (page * PAGE_SIZE >= data.total)
      return { problem: { code: 'not_found', errors: [], retryAt: undefined } };
  }
}
