import type { Knex } from 'knex';

/** What the server asks the database of its own accord, at times that a test cannot know. */
const OWN_ACCORD = [
  /from .cache_change. group by/,
  /from .async_job. where .status. = \? and .turn. [=>] \?/,
  /update .async_job. set .lease_until. = \?/,
  /from .backup_schedule. (where .next_run. <= \?|order by .next_run.)/,
  /min\(.id.\) as .id. from .webhook_delivery./,
];

/** The SQL statements that a server runs. */
export interface StatementLog {
  /** Runs `work` and answers the statements that ran meanwhile. */
  during(work: () => Promise<unknown>): Promise<string[]>;
}

/** Watches a database connection. */
export function statementLog(knex: Knex): StatementLog {
  const statements: string[] = [];
  knex.on('query', ({ sql }: { sql: string }) => {
    if (!OWN_ACCORD.some((pattern) => pattern.test(sql))) statements.push(sql);
  });
  return {
    during: async (work) => {
      const before = statements.length;
      await work();
      return statements.slice(before);
    },
  };
}
