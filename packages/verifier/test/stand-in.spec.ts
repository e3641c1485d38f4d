import { decodeJwt } from 'jose';
import { IssuerServer } from './issuer-server.js';
import { verifierScenarios } from './scenarios.js';
import { CLIENT } from './test-issuer.js';

verifierScenarios('the stand-in', async () => {
  const server = await IssuerServer.start();
  const { issuer } = server;
  return {
    options: { issuer: issuer.url, ...CLIENT },
    async logIn() {
      const { token, session } = await issuer.logIn();
      return { token, userId: session.sub };
    },
    async logOut(token) {
      issuer.revoke(issuer.sessions.get(String(decodeJwt(token)['sid']))!);
    },
    async changeRole(userId, role) {
      issuer.change(userId, { role });
    },
    stop: () => server.stop(),
  };
});
