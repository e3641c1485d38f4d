import { AccountPage } from './account/account-page.js';
import { mount } from './shared/mount.js';

void mount(AccountPage);
