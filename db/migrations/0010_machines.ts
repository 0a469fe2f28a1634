import type { Knex } from 'knex';

const MACHINE = ['user_id', 'service_offering_uuid', 'template_uuid', 'os_type_uuid'];

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('virtual_machine', (t) => {
    // Who had it made; nobody for a machine that was found.
    t.bigInteger('user_id').unsigned();
    t.string('service_offering_uuid', 36);
    t.string('template_uuid', 36);
    t.string('os_type_uuid', 36);
  });
  await db.schema.alterTable('async_job', (t) => {
    // The backup that the job reads: it is not deleted before the job has ended.
    t.string('backup_uuid', 36).index('ix_async_job_backup');
  });
}

export async function down(db: Knex): Promise<void> {
  for (const [table, columns] of Object.entries({ virtual_machine: MACHINE, async_job: ['backup_uuid'] })) {
    for (const column of columns) {
      if (await db.schema.hasColumn(table, column)) await db.schema.alterTable(table, (t) => void t.dropColumn(column));
    }
  }
}
