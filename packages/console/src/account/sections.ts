import type { Section } from '../shared/components/signed.js';
import { Address } from './sections/address.js';
import { Data } from './sections/data.js';
import { Deletion } from './sections/deletion.js';
import { Devices } from './sections/devices.js';
import { Events } from './sections/events.js';
import { Password } from './sections/password.js';
import { Profile } from './sections/profile.js';

/** The views of somebody who is signed in, in the order of the navigation. A further one joins by a line here. */
export const ACCOUNT_SECTIONS: readonly Section[] = [
  { path: 'account/devices', title: 'devices.title', View: Devices },
  { path: 'account/profile', title: 'profile.title', View: Profile },
  { path: 'account/address', title: 'address.title', View: Address },
  { path: 'account/password', title: 'password.title', View: Password },
  { path: 'account/events', title: 'events.title', View: Events },
  { path: 'account/data', title: 'data.title', View: Data },
  { path: 'account/deletion', title: 'deletion.title', View: Deletion },
];
