/**
 * How long after the begin of a successful read of the log this instance may accept cache entries. So no instance accepts an entry for
 * longer after a change by SQL. A change whose entry could not be deleted is acknowledged later than that, so no instance accepts the
 * entry then, however long it was stalled.
 */
export const ACCEPTANCE_MS = 1000;

/** From then on no instance accepts an entry by a read of the log that began before; longer, because timers are not exact. */
export const ACCEPTANCE_ENDED_MS = ACCEPTANCE_MS + 100;
