import type { AppConfig } from '../config/app-config.js';

export const publicLink = ({ mail }: AppConfig, path: string, token: string): string =>
  `${mail.publicUrl}/${path}#token=${token}`;
