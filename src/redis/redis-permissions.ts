/** Keys that nothing else uses, one for each pattern of docs/redis.md. */
const PROBE = 'permission-probe';
const ENTRY = `user:${PROBE}`;
const LEASE = `{${ENTRY}}:lease`;
const TOKEN = `blacklist:${PROBE}`;
const TOKEN_LEASE = `{${TOKEN}}:lease`;
const OWN = `ergodrive:${PROBE}`;

/** All that the service sends and that its scripts call, without effect on a key that does not exist. */
const COMMANDS: readonly (readonly string[])[] = [
  ...[ENTRY, TOKEN].map((key) => ['MGET', key]),
  ...[LEASE, OWN].map((key) => ['GET', key]),
  ...[ENTRY, LEASE, TOKEN, OWN].map((key) => ['SET', key, '0', 'XX', 'PX', '1']),
  ['EVAL', 'return 0', '2', ENTRY, LEASE],
  ['EVAL', 'return 0', '1', OWN],
  ['INCRBY', OWN, '0'],
  ['PTTL', OWN],
  // Also ends what INCRBY began.
  ...[ENTRY, LEASE, TOKEN, TOKEN_LEASE, OWN].map((key) => ['DEL', key]),
  ['SCAN', '0', 'COUNT', '1'],
  ['DBSIZE'],
  ['INFO', 'server'],
  ['TIME'],
];

/** What the masters of a cluster are sent besides. The last one only lets the next command follow a redirect, and that names no key. */
const CLUSTER_COMMANDS: readonly (readonly string[])[] = [
  ['CLUSTER', 'SLOTS'],
  ['CLUSTER', 'MYID'],
  ['ASKING'],
  ['DBSIZE'],
];

/**
 * Tries each command that the service needs, in one round trip, and names those that the Redis user may not run. A user that lacks one of
 * them would find out in the middle of a request, for example when an entry must be deleted. Other errors say nothing about permissions.
 * @param send sends one command
 * @param isCluster whether the server is a node of a cluster
 * @throws Error that begins with NOPERM
 */
export async function requirePermissions(
  send: (command: string[]) => Promise<unknown>,
  isCluster: boolean,
): Promise<void> {
  const commands = isCluster ? [...COMMANDS, ...CLUSTER_COMMANDS] : COMMANDS;
  const replies = await Promise.allSettled(commands.map((command) => send([...command])));
  const missing = replies.flatMap((reply, index) => {
    const text = reply.status === 'rejected' ? (reply.reason as Error).message : '';
    return text.startsWith('NOPERM') ? [describe(commands[index] ?? [], text)] : [];
  });
  if (missing.length > 0)
    throw new Error(`NOPERM: the Redis user may not run ${[...new Set(missing)].join(', ')}`);
}

function describe(command: readonly string[], refusal: string): string {
  const name = command[0] === 'CLUSTER' ? command.join('|') : (command[0] ?? '');
  const key = command.find((argument) => argument.includes(PROBE));
  return key === undefined || refusal.includes('to run') ? name : `${name} ${key.replace(PROBE, '*')}`;
}
