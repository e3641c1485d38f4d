import { setTimeout as pause } from 'node:timers/promises';
import { isAcknowledged, isRefused } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import type { TestSession } from './population.js';
import type { RecordingClient } from './recording-client.js';

const RETRY_MS = 100;

export interface EndOfEverybodyParts {
  readonly client: RecordingClient;
  /** Any instance that ends sessions. */
  any(): Instance;
  /** Takes all sessions out of use. @returns every session that is known, also those that had ended */
  endAll(): readonly TestSession[];
  /** Gives the load other sessions, of new users, and another administrator. @throws Error while PostgreSQL is out of reach */
  openOthers(): Promise<void>;
}

/** Ends everybody's sessions, those of the load and that of its administrator, and has others opened. */
export class EndOfEverybody {
  private isUnderWay = false;

  constructor(private readonly parts: EndOfEverybodyParts) {}

  /**
   * Sends the request until it is acknowledged, or refused because an earlier one without an answer has ended the administrator's session
   * too. Then no earlier one can take effect any more, as it would end the sessions that are opened next.
   * @param probe is called when it is done
   */
  async run(probe: (session: TestSession) => Promise<void> = async () => undefined): Promise<void> {
    if (this.isUnderWay) return;
    this.isUnderWay = true;
    const { client } = this.parts;
    const known = this.parts.endAll();
    for (;;) {
      const answer = await client.endEverybody(this.parts.any(), known);
      if (isAcknowledged(answer) || isRefused(answer)) break;
      await pause(RETRY_MS);
    }
    await Promise.all(known.slice(-5).map(probe));
    while (!(await this.hasOpenedOthers())) await pause(RETRY_MS);
    this.isUnderWay = false;
  }

  private hasOpenedOthers(): Promise<boolean> {
    return this.parts.openOthers().then(
      () => true,
      () => false,
    );
  }
}
