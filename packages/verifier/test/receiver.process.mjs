// A process with a verifier, which answers each token that it is sent. It ends by itself when the verifier is closed.
import { createVerifier } from '@ergodrive/verifier';

const { ISSUER: issuer, clientId, clientSecret } = process.env;
const verifier = await createVerifier({ issuer, clientId, clientSecret });
const ready = setInterval(() => {
  if (!verifier.status().fresh) return;
  clearInterval(ready);
  process.send('fresh');
}, 10);

process.on('message', (message) => {
  if (message === 'close') {
    void verifier.close();
    process.disconnect();
    return;
  }
  verifier.verify(message).then(
    () => process.send('accepted'),
    ({ code }) => process.send(code),
  );
});
