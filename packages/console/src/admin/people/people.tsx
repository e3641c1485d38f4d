import { below } from '../address.js';
import { NewAccount } from './new-account.js';
import { PeopleList } from './people-list.js';
import { Person } from './person.js';

/** The list, or the person of the address. */
export function People() {
  const id = below('admin/people');
  if (id === '') return <PeopleList />;
  return id === 'new' ? <NewAccount /> : <Person key={id} id={id} />;
}
