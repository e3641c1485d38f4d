import { RefusedRecord } from './refused-record.js';

interface Roles {
  readonly names: readonly string[];
  readonly default: string;
}

/** Which role of this service an account gets for the roles that it has in its source. */
export class RoleMap {
  private readonly targets: ReadonlyMap<string, string>;
  /** The first of an account's roles in this order is the one that it gets. */
  private readonly order: readonly string[];

  /**
   * @param pairs texts such as `teacher=researcher`; nothing after `=` ignores the role
   * @throws Error for a text that is no pair, and for a role that `ROLES` does not have
   */
  constructor(
    pairs: readonly string[],
    private readonly roles: Roles,
  ) {
    const split = pairs.map((pair) => pairOf(pair));
    const unknown = split.find(([, target]) => target !== '' && !roles.names.includes(target));
    if (unknown !== undefined)
      throw new Error(`--role-map names the role ${unknown[1]}, which ROLES does not have`);
    this.targets = new Map(split);
    this.order = [...split.map(([, target]) => target), ...roles.names];
  }

  /** @throws RefusedRecord for a role that is neither in `ROLES` nor mapped */
  roleOf(roles: readonly unknown[]): string {
    const targets = roles.map((role) => this.targetOf(role)).filter((target) => target !== '');
    return this.order.find((name) => targets.includes(name)) ?? this.roles.default;
  }

  private targetOf(role: unknown): string {
    if (typeof role !== 'string') throw new RefusedRecord('wrong_type', 'A role must be a text');
    const target = this.targets.get(role) ?? role;
    if (target !== '' && !this.roles.names.includes(target))
      throw new RefusedRecord('unknown_role', 'ROLES does not have the role, and --role-map does not map it');
    return target;
  }
}

function pairOf(pair: string): readonly [from: string, target: string] {
  const at = pair.lastIndexOf('=');
  if (at <= 0) throw new Error('--role-map must be FROM=TO, or a file with one such pair on each line');
  return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}
