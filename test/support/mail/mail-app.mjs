// The built application with one kind of mails, whose letters go to the address of their row.
import 'reflect-metadata';

const built = (path) => import(new URL(`../../../dist/${path}`, import.meta.url).href);
const [{ loadConfigFromProcess }, { createApp }, { MailKinds }] = await Promise.all(
  ['config/load-config.js', 'create-app.js', 'mail/mail-kinds.js'].map(built),
);

const config = loadConfigFromProcess();
const app = await createApp(config);
app.get(MailKinds, { strict: false }).register({
  kind: 'reset_password',
  prepare: async ({ address, expiresAt }) => ({
    to: address,
    locale: null,
    values: {},
    links: { link: 'https://app.example/#token=abc' },
    expiresAt,
  }),
});
await app.listen(config.http.port, config.http.host);
