/** What every connection of TypeORM to PostgreSQL has in common. The schema is made by migrations. */
export function connectionOptions(applicationName: string, url: string) {
  return {
    type: 'postgres' as const,
    url,
    applicationName,
    synchronize: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto' as const,
    logging: false,
  };
}
