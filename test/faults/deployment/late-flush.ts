/** What makes PostgreSQL keep transaction ids in memory until a commit. */
export const LATE_FLUSH = ['-c', 'wal_writer_delay=10000ms'];
