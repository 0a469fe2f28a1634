import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { alterTable, createTable, dropColumns, dropTables, identity, reference } from './create-table.js';

type Rules = readonly (readonly [rule: string, permission: 'allow' | 'deny'])[];

const rules = (permission: 'allow' | 'deny', ...names: readonly string[]): Rules => names.map((rule) => [rule, permission] as const);

const READING = rules('allow', 'list*', 'get*', 'query*', 'find*', 'plan*', 'preview*');
const SUPPORT = rules(
  'allow',
  ...['startVirtualMachine', 'stopVirtualMachine', 'rebootVirtualMachine'],
  ...['createBackup', 'restoreBackup', 'restoreBackupVolume', 'restoreVolumeFromBackupAndAttachToVM'],
);
/** An administrator sees the keys of everybody, and whoever has a key acts with it. */
const NO_KEYS = rules('deny', 'getUserKeys');
const NOTHING_ELSE = rules('deny', '*');
/** How commands begin that change something. To allow users all lists would show them those of administrators too. */
const NO_CHANGES = rules(
  'deny',
  ...['acquire*', 'activate*', 'add*', 'allocate*', 'archive*', 'assign*', 'associate*', 'attach*', 'authorize*', 'cancel*', 'change*'],
  ...['configure*', 'copy*', 'create*', 'delete*', 'deploy*', 'destroy*', 'detach*', 'disable*', 'disassociate*', 'enable*', 'execute*'],
  ...['expunge*', 'extract*', 'generate*', 'import*', 'link*', 'lock*', 'mark*', 'migrate*', 'move*', 'pause*', 'prepare*', 'reboot*'],
  ...['recover*', 'register*', 'reinstall*', 'release*', 'remove*', 'replace*', 'reset*', 'resize*', 'restart*', 'restore*', 'resume*'],
  ...['revert*', 'revoke*', 'rotate*', 'run*', 'scale*', 'setup*', 'share*', 'start*', 'stop*', 'suspend*', 'sync*', 'take*'],
  ...['unlink*', 'unlock*', 'unshare*', 'update*', 'upgrade*', 'upload*', 'validate*', 'verify*'],
);

/** The roles that every database has, in the order of their ids. Where no rule matches, the commands themselves say who may call them. */
const DEFAULT_ROLES: readonly (readonly [name: string, type: string, description: string, rules: Rules])[] = [
  ['Root Admin', 'Admin', 'everything', rules('allow', '*')],
  ['Resource Admin', 'ResourceAdmin', 'what administrators of a domain and of its resources do', []],
  ['Domain Admin', 'DomainAdmin', 'what administrators of a domain do', []],
  ['User', 'User', 'what users do', []],
  ['Read-Only Admin - Default', 'Admin', 'sees everything but keys, changes nothing', [...NO_KEYS, ...READING, ...NOTHING_ELSE]],
  ['Read-Only User - Default', 'User', 'sees what users see, changes nothing', NO_CHANGES],
  [
    'Support Admin - Default',
    'Admin',
    'sees everything but keys; starts, stops, backs up and restores machines',
    [...NO_KEYS, ...READING, ...SUPPORT, ...NOTHING_ELSE],
  ],
  ['Support User - Default', 'User', 'sees what users see; starts, stops, backs up and restores machines', [...SUPPORT, ...NO_CHANGES]],
];

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'role', (t) => {
    identity(t, 'role');
    t.string('name', 255).notNullable();
    t.string('type', 32).notNullable();
    t.string('description', 255).notNullable();
    t.tinyint('is_default').notNullable();
    t.tinyint('is_public').notNullable();
    t.string('state', 16).notNullable();
    t.unique(['name', 'live'], { indexName: 'uq_role_name' });
  });
  await createTable(db, 'role_permission', (t) => {
    t.bigIncrements('id');
    t.string('uuid', 36).notNullable().unique({ indexName: 'uq_role_permission_uuid' });
    reference(t, 'role_id', 'role');
    t.string('rule', 255).notNullable();
    t.string('permission', 8).notNullable();
    t.string('description', 255);
    t.integer('sort_order').notNullable();
    t.unique(['role_id', 'rule'], { indexName: 'uq_role_permission_rule' });
  });
  await db.transaction(seed);
  await alterTable(db, 'user', (t) => {
    t.string('api_key_access', 16).notNullable().defaultTo('inherit');
    t.integer('failed_logins').notNullable().defaultTo(0);
    t.datetime('last_failed_login', { precision: 3 });
  });
  await alterTable(db, 'account', (t) => {
    t.string('api_key_access', 16).notNullable().defaultTo('inherit');
    t.bigInteger('role_id').unsigned();
  });
  await db('account').update({ role_id: db('role').min('role.id').whereRaw('?? = ??', ['role.type', 'account.role']) });
  await alterTable(db, 'account', (t) => {
    t.bigInteger('role_id').unsigned().notNullable().alter();
    t.foreign('role_id', 'fk_account_role').references('role.id');
    t.dropColumn('role');
  });
}

async function seed(db: Knex): Promise<void> {
  const created = new Date();
  const fixed = { is_default: 1, is_public: 1, state: 'enabled', created, live: 1 };
  for (const [index, [name, type, description, own]] of DEFAULT_ROLES.entries()) {
    const id = index + 1;
    await db('role').insert({ id, uuid: randomUUID(), name, type, description, ...fixed });
    for (const [sort_order, [rule, permission]] of own.entries()) {
      await db('role_permission').insert({ uuid: randomUUID(), role_id: id, rule, permission, sort_order });
    }
  }
}

export async function down(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('account', 'role_id')) await putTypesBack(db);
  await dropColumns(db, 'account', ['role_id', 'api_key_access']);
  await dropColumns(db, 'user', ['api_key_access', 'failed_logins', 'last_failed_login']);
  await dropTables(db, ['role_permission', 'role']);
}

async function putTypesBack(db: Knex): Promise<void> {
  if (!(await db.schema.hasColumn('account', 'role'))) await alterTable(db, 'account', (t) => void t.string('role', 32));
  const type = db('role').select('role.type').whereRaw('?? = ??', ['role.id', 'account.role_id']);
  await db('account').whereNull('role').update({ role: type });
}
