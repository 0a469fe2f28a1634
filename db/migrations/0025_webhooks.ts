import type { Knex } from 'knex';
import { createTable, dropTables, identity, reference } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'webhook', (t) => {
    identity(t, 'webhook');
    t.string('name', 255).notNullable();
    t.string('description', 1024);
    t.string('state', 16).notNullable();
    t.string('scope', 16).notNullable();
    reference(t, 'account_id', 'account');
    reference(t, 'domain_id', 'domain');
    reference(t, 'heard_domain_id', 'domain');
    // Which of the account's webhooks it is: the number of them is limited by it. Null when it is removed.
    t.integer('number');
    t.string('payload_url', 2048).notNullable();
    t.string('secret_key', 2048);
    t.tinyint('ssl_verification').notNullable();
    t.datetime('failing_since', { precision: 3 });
    t.unique(['account_id', 'number'], { indexName: 'uq_webhook_number' });
    t.index(['scope', 'account_id'], 'ix_webhook_scope');
  });
  await createTable(db, 'webhook_delivery', (t) => {
    t.bigIncrements('id');
    t.string('uuid', 36).notNullable().unique({ indexName: 'uq_webhook_delivery_uuid' });
    // No foreign key: whoever changes a webhook must not keep those waiting who write down what happens.
    t.bigInteger('webhook_id').unsigned().notNullable();
    t.string('event_uuid', 36).notNullable();
    t.string('event_type', 64).notNullable();
    t.string('account_uuid', 36).notNullable();
    t.text('payload').notNullable();
    t.string('scope', 16).notNullable();
    t.string('state', 16).notNullable();
    t.integer('attempts').notNullable();
    t.datetime('due', { precision: 3 }).notNullable();
    t.datetime('started', { precision: 3 });
    t.datetime('completed', { precision: 3 });
    t.string('response', 1024);
    t.datetime('created', { precision: 3 }).notNullable().index('ix_webhook_delivery_created');
    t.index(['state', 'webhook_id', 'id'], 'ix_webhook_delivery_state');
    t.index(['webhook_id', 'id'], 'ix_webhook_delivery_webhook');
  });
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['webhook_delivery', 'webhook']);
