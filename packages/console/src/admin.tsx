import { AdminPage } from './admin/admin-page.js';
import { mount } from './shared/mount.js';
import './styles/admin.css';

void mount(AdminPage);
