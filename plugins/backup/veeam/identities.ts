import { ProviderError, Records, type PluginStore } from '../../../src/provider/index.js';
import { isNamedAfter, machineUuidOf } from './naming.js';
import type { BackedUpMachine, RestorePoint, VsphereMachine } from './transport.js';

/** What one machine has been in vCenter: a restore that makes it anew gives it another identity, and older restore points keep theirs. */
interface IdentityRecord {
  readonly machineUuid: string;
  readonly machines: readonly VsphereMachine[];
}

/** All machines that vCenter has now. */
type ListMachines = () => Promise<readonly VsphereMachine[]>;

/** Finds the machine that a restore point is of; undefined if it is of none that is under the job that took it. */
type FindOwner = (point: RestorePoint) => string | undefined;

/** Which machine of vCenter each machine is and was. The job that took a restore point says too little: somebody may have added others to it. */
export class Identities {
  private readonly records: Records<IdentityRecord>;

  constructor(store: PluginStore) {
    this.records = new Records(store, 'identity/');
  }

  /** Remembers that the machine is this one. */
  async add(machineUuid: string, machine: VsphereMachine): Promise<void> {
    await this.records.change(machineUuid, (present = { machineUuid, machines: [] }) => {
      const isKnown = present.machines.some(
        ({ name, moref, vcenter }) => name === machine.name && moref === machine.moref && vcenter === machine.vcenter,
      );
      return isKnown ? present : { machineUuid, machines: [...present.machines, machine] };
    });
  }

  /** Finds the owners of these restore points, which one job took, also of those that were taken since its machine has another name. */
  ofJob(jobName: string, points: readonly RestorePoint[], listMachines: ListMachines): Promise<FindOwner> {
    const find = async () => {
      const record = await this.recordOf(jobName);
      return finderAmong(record ? [record] : []);
    };
    return this.learning(find, points, listMachines);
  }

  /** The same for the restore points of any jobs. */
  ofAll(points: readonly RestorePoint[], listMachines: ListMachines): Promise<FindOwner> {
    const find = async () => {
      const records: IdentityRecord[] = [];
      for await (const page of this.records.pages()) records.push(...page);
      return finderAmong(records);
    };
    return this.learning(find, points, listMachines);
  }

  /** The names that vCenter has now for machines, none of which can ever have been the one of this job. */
  async namesOfOthers(jobName: string, listMachines: ListMachines): Promise<ReadonlySet<string>> {
    const record = await this.recordOf(jobName);
    if (!record) return new Set();
    // In whichever vCenter: not every API names that alike.
    const own = new Set(record.machines.map(({ moref }) => moref));
    const named = [...byName(await listMachines())];
    return new Set(named.flatMap(([name, machines]) => (machines.some(({ moref }) => own.has(moref)) ? [] : [name])));
  }

  private async learning(find: () => Promise<FindOwner>, points: readonly RestorePoint[], listMachines: ListMachines): Promise<FindOwner> {
    const ownerOf = await find();
    const strange = points.filter((point) => point.machine.moref === undefined && ownerOf(point) === undefined);
    return (await this.learn(strange, listMachines)) ? find() : ownerOf;
  }

  /**
   * Remembers the names that machines have in vCenter now, where restore points of their jobs have a name only, and one that is not known.
   * However many these are, vCenter is asked once. Answers whether that was news.
   */
  private async learn(strange: readonly RestorePoint[], listMachines: ListMachines): Promise<boolean> {
    const names = new Map(strange.map(({ jobName, machine: { name = '' } }) => [`${jobName} ${name}`, { jobName, name }]));
    let namesakes: ReadonlyMap<string, readonly VsphereMachine[]> | undefined;
    let isNews = false;
    for (const { jobName, name } of names.values()) {
      const record = await this.recordOf(jobName);
      if (!record) continue;
      namesakes ??= byName(await listMachines());
      const [namesake, ...others] = namesakes.get(name) ?? [];
      if (!namesake || others.length > 0 || !wasEver(record, namesake)) continue;
      await this.add(record.machineUuid, namesake);
      isNews = true;
    }
    return isNews;
  }

  private recordOf(jobName: string): Promise<IdentityRecord | undefined> {
    return this.records.get(machineUuidOf(jobName) ?? '');
  }
}

const wasEver = ({ machines }: IdentityRecord, { moref, vcenter }: VsphereMachine): boolean =>
  machines.some((each) => each.moref === moref && each.vcenter === vcenter);

function byName(machines: readonly VsphereMachine[]): ReadonlyMap<string, readonly VsphereMachine[]> {
  const found = new Map<string, VsphereMachine[]>();
  for (const machine of machines) {
    const namesakes = found.get(machine.name);
    if (namesakes) namesakes.push(machine);
    else found.set(machine.name, [machine]);
  }
  return found;
}

function finderAmong(records: readonly IdentityRecord[]): FindOwner {
  const known = new Map(records.map(({ machineUuid, machines }) => [machineUuid, machines]));
  return ({ jobName, machine }) => {
    const machineUuid = machineUuidOf(jobName);
    if (machineUuid === undefined) return undefined;
    const own = known.get(machineUuid);
    // Of a machine that was never assigned, only the name of its job tells which one it is.
    const isOwn = own ? own.some((each) => isSameMachine(machine, each)) : isNamedAfter(jobName, machine.name ?? '');
    return isOwn ? machineUuid : undefined;
  };
}

/**
 * Whether it is this machine that was backed up: by its identity where the API tells that, and else by its name. The identity counts within
 * a vCenter, which not every API names alike.
 */
export function isSameMachine(backedUp: BackedUpMachine, { name, moref, vcenter }: VsphereMachine): boolean {
  if (backedUp.moref === undefined) return backedUp.name === name;
  return backedUp.moref === moref && (backedUp.vcenter === vcenter || backedUp.name === name);
}

/** What one run took of the machine, if anything; throws `corrupt` if that is more than one, of which nobody knows which is meant. */
export function onlyOf<T>(taken: readonly T[], { name }: VsphereMachine): T | undefined {
  if (taken.length > 1)
    throw new ProviderError('corrupt', `one run took ${taken.length} restore points of ${name}: which one is meant is unclear`);
  return taken[0];
}
