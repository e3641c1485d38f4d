/** How long `introspecting.service` waits for an answer of the auth service. */
export const INTROSPECTION_TIMEOUT_MS = 2000;
