import type { Knex } from 'knex';
import { alterTable, dropColumns } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await alterTable(db, 'virtual_machine', (t) => {
    // Who had it made; nobody for a machine that was found.
    t.bigInteger('user_id').unsigned();
    t.string('service_offering_uuid', 36);
    t.string('template_uuid', 36);
    t.string('os_type_uuid', 36);
  });
  await alterTable(db, 'async_job', (t) => {
    // The backup that the job reads: it is not deleted before the job has ended.
    t.string('backup_uuid', 36).index('ix_async_job_backup');
  });
}

export async function down(db: Knex): Promise<void> {
  await dropColumns(db, 'virtual_machine', ['user_id', 'service_offering_uuid', 'template_uuid', 'os_type_uuid']);
  await dropColumns(db, 'async_job', ['backup_uuid']);
}
