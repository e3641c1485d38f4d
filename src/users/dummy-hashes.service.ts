import { createHmac, type KeyObject } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { derivedKey } from '../common/derived-key.js';
import { PeriodicTask } from '../common/periodic-task.js';
import { AppConfig } from '../config/app-config.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';
import { normaliseEmail } from './email.js';

const KEY_PURPOSE = 'ergodrive dummy hashes';
const REFRESH_MS = 600_000;
const SAMPLE = 1000;
const ALL_PERCENT = 100;
const FRACTION_BYTES = 6;

/** PostgreSQL's estimate; -1 for a table that it has not analysed yet. */
const ESTIMATE: HotStatement = {
  name: 'estimate_accounts',
  text: `SELECT reltuples::float8 AS accounts FROM pg_class WHERE oid = 'users'::regclass`,
};

const SAMPLE_HASHES: HotStatement = {
  name: 'sample_password_hashes',
  text: `
  SELECT password_hash AS hash FROM users TABLESAMPLE SYSTEM ($1::float4)
  WHERE password_hash IS NOT NULL LIMIT ${2 * SAMPLE}`,
};

/**
 * What a login compares the password with when the address has no account. Imported accounts have hashes of other costs, so one dummy hash
 * would tell their addresses from unknown ones by the time of the answer. Each unknown address has a hash of its own in the distribution of
 * those that are stored, and keeps it while the distribution stays: how long an answer takes says nothing about one address (ADR 0056).
 */
@Injectable()
export class DummyHashes implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly key: KeyObject;
  private readonly refreshing = new PeriodicTask(DummyHashes.name, REFRESH_MS, () => this.refresh());
  /** Sorted, so that an address keeps the kind of its hash when the sample changes a little. */
  private sample: readonly string[] = [];

  constructor(
    private readonly statements: HotStatements,
    config: AppConfig,
  ) {
    this.key = derivedKey(config.tokens.key, KEY_PURPOSE);
  }

  onApplicationBootstrap(): void {
    this.refreshing.start(0);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.refreshing.stop();
  }

  /** @returns the hash for an address without an account, or `undefined` where the default one is right */
  of(address: string): string | undefined {
    const digest = createHmac('sha256', this.key).update(normaliseEmail(address)).digest();
    const fraction = digest.readUIntBE(0, FRACTION_BYTES) / 256 ** FRACTION_BYTES;
    return this.sample[Math.floor(fraction * this.sample.length)];
  }

  /** Reads the sample anew. @throws Error of the driver */
  async refresh(): Promise<void> {
    const [estimate] = await this.statements.run<{ accounts: number }>(ESTIMATE, []);
    const accounts = estimate?.accounts ?? 0;
    const percent = accounts > 0 ? Math.min(ALL_PERCENT, (ALL_PERCENT * SAMPLE) / accounts) : ALL_PERCENT;
    const rows = await this.statements.run<{ hash: string }>(SAMPLE_HASHES, [percent]);
    this.sample = rows.map(({ hash }) => withoutValue(hash)).sort();
  }
}

/** A hash that costs the same and that no password matches: the memory of the process keeps no hash of an account. */
const withoutValue = (hash: string): string => hash.replace(/[^$]+$/, (value) => 'A'.repeat(value.length));
