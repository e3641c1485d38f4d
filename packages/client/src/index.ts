export { createClient, type ClientOptions, type ErgodriveClient } from './create-client.js';
export type { Lock, Session, SessionStore } from './session.js';
export type * from './generated/types.gen.js';
export type { Api } from './generated/sdk.gen.js';
