export { InMemoryIssuer, type Session } from './in-memory-issuer.js';
