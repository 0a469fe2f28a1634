import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Backup } from '../../src/dao/backup-dao.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import { present } from '../kit/engines.js';

type Row = Readonly<Record<string, unknown>>;

/** What a machine has here: rows that name it by its id. */
const HAS = ['volume', 'backup_policy_vm_map', 'backups'] as const;

/** A machine that commands have made, of which others are made: by a few statements, where the commands take dozens. */
export class MachineMould {
  private constructor(
    private readonly knex: Knex,
    /** The row of the machine first, then all that it has, each with its table. */
    private readonly rows: readonly (readonly [table: string, row: Row])[],
    /** What its source and its backup provider know of it. */
    private readonly stored: readonly Row[],
    private readonly ledger: readonly Row[],
    /** All that are the machine's own. */
    private readonly uuids: readonly string[],
  ) {}

  static async of(knex: Knex, { id, uuid }: Vm): Promise<MachineMould> {
    const rows: [string, Row][] = [['virtual_machine', present(await knex('virtual_machine').where({ id }).first<Row | undefined>())]];
    for (const table of HAS) {
      for (const row of (await knex(table).where({ vmId: id })) as Row[]) rows.push([table, row]);
    }
    const uuids = rows.flatMap(([, row]) => [row.uuid, row.operationId]).filter((each) => typeof each === 'string');
    const names = [...uuids, ...rows.map(([, { externalId }]) => String(externalId))];
    const keys = ['machine', 'volume', 'assignment', 'backup'].flatMap((kind) => names.map((name) => `${kind}/${name}`));
    const stored = (await knex('plugin_store').whereIn('entryKey', keys)) as Row[];
    const ledger = (await knex('usage_ledger').where({ vmId: id })) as Row[];
    return new MachineMould(knex, rows, stored, ledger, [...new Set([uuid, ...uuids])]);
  }

  /** Makes a machine like the first one, with volumes and backups of its own. */
  async cast(): Promise<{ vm: Vm; backups: readonly Backup[] }> {
    const fresh = new Map(this.uuids.map((uuid) => [uuid, randomUUID() as string]));
    const ids = new Map<unknown, number>();
    const [vm, ...others] = await this.insertAll(fresh, ids);
    if (this.stored.length > 0) await this.knex('plugin_store').insert(this.stored.map((row) => renamed(row, fresh)));
    const entries = this.ledger.map((entry) => ({ ...renamed(entry, fresh), vmId: vm?.id, backupId: ids.get(entry.backupId) ?? null }));
    if (entries.length > 0) await this.knex('usage_ledger').insert(entries);
    return { vm: vm as unknown as Vm, backups: others.filter((row) => 'dependsOn' in row) as unknown as Backup[] };
  }

  /** Notes the ids of backups by those of the first machine's. */
  private async insertAll(fresh: ReadonlyMap<string, string>, ids: Map<unknown, number>): Promise<Row[]> {
    const made: Row[] = [];
    for (const [table, row] of this.rows) {
      const like = { ...renamed(row, fresh), ...(made[0] ? { vmId: made[0].id } : {}) };
      const [id] = (await this.knex(table).insert(like)) as [number];
      if (table === 'backups') ids.set(row.id, id);
      made.push({ ...like, id });
    }
    return made;
  }
}

/** A new row like the one given, with other uuids wherever they are in it. */
function renamed({ id: _, ...row }: Row, fresh: ReadonlyMap<string, string>): Row {
  const inWords = (text: string) => [...fresh].reduce((changed, [uuid, other]) => changed.replaceAll(uuid, other), text);
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, typeof value === 'string' ? inWords(value) : value]));
}
