const codeOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
};

/** Whether a statement lost against another one that ran at the same time, and may be repeated. */
export const isContention = (error: unknown): boolean => CONTENTION.has(codeOf(error));

/** `ER_CHECKREAD` is how MariaDB says from 11.6 on that a row has changed since the transaction began to read. */
const CONTENTION = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD', 'SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT']);

/** Whether a statement failed because a row with the same unique key is there already. */
export const isDuplicate = (error: unknown): boolean => ['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE'].includes(codeOf(error));

/** Whether a node of a Galera cluster has refused a statement because it is not in the cluster; nothing of it has been done. */
export const isNotReady = (error: unknown): boolean => codeOf(error) === 'ER_UNKNOWN_COM_ERROR';
