import { setTimeout as pause } from 'node:timers/promises';
import MysqlClient from 'knex/lib/dialects/mysql2/index.js';
import { isContention, isNotReady } from './database-error.js';

const ATTEMPTS = 5;
/** Reads, changes and insertions wait until the node knows what has been committed on the others. */
const READ_YOUR_WRITES = 7;

/** Where one database server listens. */
export type DatabaseServer = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/**
 * Knex's dialect for MySQL and MariaDB, made fit for Galera clusters. A new connection goes to the first of the servers that is
 * ready, and one whose server has dropped out of its cluster is not used again. A statement outside transactions that has lost
 * against another one is repeated: it has done nothing.
 */
export const clusterClient = (servers: readonly DatabaseServer[]): typeof MysqlClient =>
  class ClusterClient extends MysqlClient {
    override async acquireRawConnection(): Promise<MysqlClient.PooledConnection> {
      let failure: unknown;
      for (const server of servers) {
        try {
          // The dialect reads it before it waits for anything: connections that are made at the same time do not mix.
          Object.assign(this.connectionSettings, server);
          return await joinCluster(await super.acquireRawConnection());
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    }

    override async _query(connection: MysqlClient.PooledConnection, statement: unknown): Promise<unknown> {
      for (let attempt = 1; ; attempt++) {
        try {
          return await super._query(connection, statement);
        } catch (error) {
          if (isNotReady(error)) connection.__knex__disposed = error;
          if (this.transacting || attempt === ATTEMPTS || !isContention(error)) throw error;
          await pause(Math.random() * 20 * 2 ** attempt);
        }
      }
    }
  };

/** Prepares a connection if it is one to a node of a Galera cluster; closes it and fails if the node cannot be used now. */
async function joinCluster(connection: MysqlClient.PooledConnection): Promise<MysqlClient.PooledConnection> {
  const session = connection.promise();
  const valueOf = async (show: string) => ((await session.query(show)) as unknown as [[{ Value?: string }?]])[0][0]?.Value;
  try {
    if ((await valueOf("show variables like 'wsrep_on'")) !== 'ON') return connection;
    if ((await valueOf("show status like 'wsrep_ready'")) !== 'ON') throw new Error('the node is not ready: it is not in its cluster');
    await session.query(`set session wsrep_sync_wait = ${READ_YOUR_WRITES}`);
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}
