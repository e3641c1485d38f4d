export { createClient, type ClientOptions, type ErgodriveClient, type Watch } from './create-client.js';
export type { LiveUser, SessionsChange, WatchHandlers } from './live-watch.js';
export type { LiveSocket, LiveSocketConstructor } from './live-socket.js';
export { sharedByTabs, type ClientState, type Lock } from './session.js';
export type { Session, SessionEnd, SessionStore } from './session.js';
export type * from './generated/types.gen.js';
export type { Api } from './generated/sdk.gen.js';
