import { AdminPage } from './admin/admin-page.js';
import { mount } from './shared/mount.js';

void mount(AdminPage);
