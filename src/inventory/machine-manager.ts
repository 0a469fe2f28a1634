import { mayUse, assertMayUse, type Access, type Owner, type OwnerWish } from '../account/access.js';
import { runningJob, type CallContext, type Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { Vm, VmView } from '../dao/vm-dao.js';
import { ApiError, found, invalid, lookUp, refused } from '../errors.js';
import { operationOf } from '../plugin-host/operation.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import type { DeployMachine, InventorySource, MachineFacts, Operation } from '../provider/index.js';
import type { InventoryCopy } from './inventory-copy.js';
import type { ZoneDirectory } from './zone-directory.js';

const HOST_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** What a list of machines is narrowed by. */
export interface MachineWish {
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  readonly state: string | undefined;
  readonly zoneUuid: string | undefined;
  readonly backupOfferingUuid: string | undefined;
  readonly keyword: string | undefined;
}

/** What a new machine is made of. */
export type NewMachine = Omit<DeployMachine, keyof Operation | 'machineUuid' | 'name' | 'displayName'> & {
  readonly zoneUuid: string;
  readonly name: string | undefined;
  readonly displayName: string | undefined;
  readonly account: string | undefined;
  readonly domainUuid: string | undefined;
};

/** The virtual machines: each action is the inventory source's, and what came of it is copied. */
export class MachineManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly zones: ZoneDirectory,
    private readonly plugins: PluginInstances,
    private readonly copy: InventoryCopy,
  ) {}

  async list(caller: Caller, owners: OwnerWish, wish: MachineWish, page: Page): Promise<Listing<VmView>> {
    const { uuid, zoneUuid, backupOfferingUuid, ...plain } = wish;
    const one = uuid === undefined ? undefined : await this.find(uuid);
    if (one && !mayUse(caller, one)) return { rows: [], total: 0 };
    const zoneId = zoneUuid === undefined ? undefined : this.zones.get(zoneUuid).id;
    const offering = await lookUp(backupOfferingUuid, 'backup offering', (id) => this.db.daos.offerings.findByUuid(id));
    const filter = { ...plain, id: one?.id, zoneId, backupOfferingId: offering?.id };
    return this.db.daos.vms.list({ ...filter, ...(await this.access.owners(caller, owners)) }, page);
  }

  /** The machine, which the caller must be allowed to use. */
  async get(caller: Caller, uuid: string): Promise<Vm> {
    const vm = await this.find(uuid);
    assertMayUse(caller, vm, `virtual machine ${uuid}`);
    return vm;
  }

  /** As `get`, also for a machine that is gone but whose backups may remain. */
  async getIncludingRemoved(caller: Caller, uuid: string): Promise<Vm> {
    const vm = found(await this.db.daos.vms.findByUuidIncludingRemoved(uuid), 'virtual machine', uuid);
    assertMayUse(caller, vm, `virtual machine ${uuid}`);
    return vm;
  }

  /** Checks what can be checked before a machine is deployed: the zone, the names and the owner. */
  async checkNew(caller: Caller, { zoneUuid, name, account, domainUuid }: NewMachine): Promise<Owner> {
    this.zones.get(zoneUuid);
    if (name !== undefined && !HOST_NAME.test(name)) {
      throw invalid('name', `"${name}" is not a host name: letters, digits and inner hyphens, at most 63`);
    }
    return this.access.owner(caller, account, domainUuid);
  }

  async deploy(wish: NewMachine, call: CallContext): Promise<VmView> {
    const owner = await this.checkNew(call.caller, wish);
    const job = runningJob(call);
    const machineUuid = job.instanceUuid ?? job.operationId;
    const name = wish.name ?? `VM-${machineUuid}`;
    const { zoneUuid, account: _account, domainUuid: _domain, ...machine } = wish;
    const zone = this.zones.get(zoneUuid);
    const request = { ...machine, ...operationOf(call, 'deployMachine'), machineUuid, name, displayName: wish.displayName ?? name };
    const facts = await this.plugins.inventory(zone).deployMachine(request, call.signal);
    await this.copy.record(zone, facts, { ...owner, userId: call.caller.userId }, call.signal);
    return this.view(machineUuid);
  }

  start(uuid: string, call: CallContext): Promise<VmView> {
    return this.act('startMachine', uuid, call, (source, request) => source.startMachine(request, call.signal));
  }

  stop(uuid: string, call: CallContext): Promise<VmView> {
    return this.act('stopMachine', uuid, call, (source, request) => source.stopMachine(request, call.signal));
  }

  /** With `expunge` the machine is gone for good: refused while backups or an offering need it. */
  async destroy(uuid: string, expunge: boolean, call: CallContext): Promise<VmView> {
    const vm = await this.getIncludingRemoved(call.caller, uuid);
    // A job that is run again after a crash finds its work done.
    if (vm.removed && runningJob(call).isRepeat) return this.view(uuid);
    if (expunge && (await this.isProtected(vm))) {
      throw refused(`virtual machine ${uuid} has backups or a backup offering; remove them before it is expunged`);
    }
    return this.act('destroyMachine', uuid, call, (source, request) => source.destroyMachine({ ...request, expunge }, call.signal));
  }

  private async isProtected({ id }: Vm): Promise<boolean> {
    const { backups, assignments } = this.db.daos;
    return (await backups.existForVm(id)) || (await assignments.findByVm(id)) !== undefined;
  }

  private async act(
    step: string,
    uuid: string,
    call: CallContext,
    action: (source: InventorySource, request: Operation & { machineUuid: string }) => Promise<MachineFacts>,
  ): Promise<VmView> {
    const vm = await this.get(call.caller, uuid);
    const zone = this.zones.getById(vm.zoneId);
    const facts = await action(this.plugins.inventory(zone), { ...operationOf(call, step), machineUuid: uuid });
    await this.copy.record(zone, facts, vm, call.signal);
    return this.view(uuid);
  }

  private async find(uuid: string): Promise<Vm> {
    return found(await this.db.daos.vms.findByUuid(uuid), 'virtual machine', uuid);
  }

  private async view(uuid: string): Promise<VmView> {
    const view = await this.db.daos.vms.findView(uuid);
    if (!view) throw new ApiError('internal', `virtual machine ${uuid} was not recorded`);
    return view;
  }
}
