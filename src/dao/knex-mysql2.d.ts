/** The part of knex's dialect for MySQL that `cluster-client.ts` builds on; knex declares no types for it. */
declare module 'knex/lib/dialects/mysql2/index.js' {
  import { Knex } from 'knex';
  import type { Connection } from 'mysql2';

  namespace MysqlClient {
    /** Marked when the pool must not hand it out again. */
    type PooledConnection = Connection & { __knex__disposed?: unknown };
  }

  class MysqlClient extends Knex.Client {
    /** Whether it serves a transaction. */
    readonly transacting?: boolean;
    override acquireRawConnection(): Promise<MysqlClient.PooledConnection>;
    override _query(connection: MysqlClient.PooledConnection, statement: unknown): Promise<unknown>;
  }
  export = MysqlClient;
}
