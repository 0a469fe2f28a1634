import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Vm } from '../../src/dao/vm-dao.js';
import { present } from '../kit/engines.js';

type Row = Readonly<Record<string, unknown>>;

/** A machine that was deployed, of which others are made: by a few statements, where deploying takes dozens. */
export class MachineMould {
  private constructor(
    private readonly knex: Knex,
    private readonly uuids: readonly string[],
    private readonly machine: Row,
    private readonly volumes: readonly Row[],
    /** What the source of the zone knows of machine and volumes. */
    private readonly stock: readonly Row[],
  ) {}

  static async of(knex: Knex, { id, uuid }: Vm): Promise<MachineMould> {
    const machine = present(await knex('virtual_machine').where({ id }).first<Row | undefined>());
    const volumes = (await knex('volume').where({ vmId: id })) as (Row & { uuid: string })[];
    const uuids = [uuid, ...volumes.map((volume) => volume.uuid)];
    const keys = uuids.map((each, index) => `${index === 0 ? 'machine' : 'volume'}/${each}`);
    const stock = (await knex('plugin_store').whereIn('entryKey', keys)) as Row[];
    return new MachineMould(knex, uuids, machine, volumes, stock);
  }

  /** Makes a machine like the first one, with volumes of its own. */
  async cast(): Promise<Vm> {
    const fresh = new Map(this.uuids.map((uuid) => [uuid, randomUUID() as string]));
    const renamed = ({ id: _, ...row }: Row): Row =>
      Object.fromEntries(Object.entries(row).map(([column, value]) => [column, typeof value === 'string' ? inWords(value, fresh) : value]));
    await this.knex('plugin_store').insert(this.stock.map(renamed));
    const machine = renamed(this.machine);
    const [id] = (await this.knex('virtual_machine').insert(machine)) as [number];
    await this.knex('volume').insert(this.volumes.map((volume) => ({ ...renamed(volume), vmId: id })));
    return { ...machine, id } as unknown as Vm;
  }
}

const inWords = (text: string, fresh: ReadonlyMap<string, string>): string =>
  [...fresh].reduce((changed, [uuid, other]) => changed.replaceAll(uuid, other), text);
