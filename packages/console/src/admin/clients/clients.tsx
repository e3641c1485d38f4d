import { below } from '../address.js';
import { ClientList } from './client-list.js';
import { ClientView } from './client-view.js';
import { NewClient } from './new-client.js';

/** The list, or the client of the address. */
export function Clients() {
  const id = below('admin/clients');
  if (id === '') return <ClientList />;
  return id === 'new' ? <NewClient /> : <ClientView key={id} id={id} />;
}
