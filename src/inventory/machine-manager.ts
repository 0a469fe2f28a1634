import { mayUse, assertMayUse, type Access, type OwnerNamed, type OwnerWish } from '../account/access.js';
import { runningJob, type CallContext, type Caller } from '../call-context.js';
import type { Daos, Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { Vm, VmView } from '../dao/vm-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { ApiError, found, invalid, isUnknown, lookUp, refused } from '../errors.js';
import { operationOf, requestOperation } from '../plugin-host/operation.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import type { InventorySource, MachineFacts, Nic, Operation } from '../provider/index.js';
import { stableUuid } from '../stable-uuid.js';
import { nicsOf, stateNamed, visibleState } from './facts.js';
import type { InventoryCopy, MachineOwner } from './inventory-copy.js';
import { partsOf, type MachineMake, type MachineParts } from './machine-make.js';
import type { MarkedWork } from './marked-work.js';
import { newNics, type NicWish } from './new-nics.js';
import type { ZoneDirectory } from './zone-directory.js';

const HOST_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** What a list of machines is narrowed by. */
export interface MachineWish {
  readonly uuid: string | undefined;
  readonly uuids: readonly string[] | undefined;
  readonly name: string | undefined;
  readonly state: string | undefined;
  readonly zoneUuid: string | undefined;
  readonly backupOfferingUuid: string | undefined;
  readonly keyword: string | undefined;
}

/** What a client says about a new machine: where it will be, whose, what it is made of, and how it is called. */
export interface NewMachine extends Omit<MachineMake, 'nics'>, OwnerNamed {
  readonly zoneUuid: string;
  readonly name: string | undefined;
  readonly displayName: string | undefined;
  readonly nics: NicWish;
  readonly start: boolean;
}

/** A machine to be made, as its zone's source is told of it. */
export interface NamedParts extends Pick<NewMachine, 'name' | 'displayName' | 'start'> {
  readonly parts: MachineParts;
}

/** A machine that can be recovered, as the copy and the source have it. */
interface Recoverable {
  readonly vm: Vm;
  readonly zone: Zone;
  readonly known: MachineFacts;
  /** Brought back already, by a request that could not record it. */
  readonly isBack: boolean;
}

/** The virtual machines: each action is the inventory source's, and what came of it is copied. */
export class MachineManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly zones: ZoneDirectory,
    private readonly plugins: PluginInstances,
    private readonly copy: InventoryCopy,
    private readonly marked: MarkedWork,
    /** Frees a machine that is about to be expunged of whatever holds it, or refuses. */
    private readonly release: (vm: Vm, call: CallContext) => Promise<void>,
  ) {}

  async list(caller: Caller, owners: OwnerWish, wish: MachineWish, page: Page): Promise<Listing<VmView>> {
    const { uuid, zoneUuid, backupOfferingUuid, ...plain } = wish;
    const one = uuid === undefined ? undefined : await this.find(uuid);
    if (one && !mayUse(caller, one)) return { rows: [], total: 0 };
    const zoneId = zoneUuid === undefined ? undefined : this.zones.get(zoneUuid).id;
    const offering = await lookUp(backupOfferingUuid, 'backup offering', (id) => this.db.daos.offerings.findByUuid(id));
    const filter = { ...plain, state: stateNamed(plain.state), id: one?.id, zoneId, backupOfferingId: offering?.id };
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

  /** The network interfaces of a machine, or the one of them that is named. */
  async listNics(caller: Caller, vmUuid: string, nicUuid: string | undefined, { limit, offset }: Page): Promise<Listing<Nic>> {
    const nics = nicsOf(await this.get(caller, vmUuid));
    const known =
      nicUuid === undefined
        ? nics
        : [
            found(
              nics.find(({ uuid }) => uuid === nicUuid),
              'network interface',
              nicUuid,
            ),
          ];
    return { rows: known.slice(offset, offset + limit), total: known.length };
  }

  /** Whose a new machine will be, and how it will be called; refuses what the caller may not decide. */
  async checkIdentity(caller: Caller, { name, ...named }: OwnerNamed & Pick<NewMachine, 'name'>): Promise<MachineOwner> {
    if (name !== undefined && !HOST_NAME.test(name)) {
      throw invalid('name', `"${name}" is not a host name: letters, digits and inner hyphens, at most 63`);
    }
    return { ...(await this.access.owner(caller, named)), userId: caller.userId };
  }

  /** Checks what can be checked before a machine is deployed: the zone, the name, the owner, and what it will be made of. */
  async checkNew(wish: NewMachine, { caller, signal }: CallContext): Promise<{ zone: Zone; owner: MachineOwner; parts: MachineParts }> {
    const zone = this.zones.get(wish.zoneUuid);
    const owner = await this.checkIdentity(caller, wish);
    const nics = newNics(wish.nics);
    return { zone, owner, parts: partsOf({ ...wish, nics }, await this.plugins.inventory(zone).readCatalogue(signal)) };
  }

  async deploy(wish: NewMachine, call: CallContext): Promise<VmView> {
    const { zone, owner, parts } = await this.checkNew(wish, call);
    const facts = await this.deployParts(zone, { ...wish, parts }, call);
    await this.copy.record(zone, facts, owner, call.signal);
    return this.view(facts.machine.uuid);
  }

  /** Has the machine that the job is about made by the zone's source. */
  deployParts(zone: Zone, { name, displayName, start, parts }: NamedParts, call: CallContext): Promise<MachineFacts> {
    const { instanceUuid, operationId } = runningJob(call);
    const machineUuid = instanceUuid ?? operationId;
    const hostName = name ?? `VM-${machineUuid}`;
    const names = { machineUuid, name: hostName, displayName: displayName ?? hostName };
    return this.plugins.inventory(zone).deployMachine({ ...operationOf(call, 'deployMachine'), ...names, ...parts, start }, call.signal);
  }

  start(uuid: string, call: CallContext): Promise<VmView> {
    return this.act('startMachine', uuid, call, (source, request) => source.startMachine(request, call.signal));
  }

  stop(uuid: string, call: CallContext): Promise<VmView> {
    return this.act('stopMachine', uuid, call, (source, request) => source.stopMachine(request, call.signal));
  }

  /** Stops a running machine and starts it again. */
  async reboot(uuid: string, call: CallContext): Promise<VmView> {
    await this.get(call.caller, uuid);
    const { state } = await this.copy.refreshExisting(uuid, call.signal);
    // A job that is run again after a crash may have stopped it.
    if (state !== 'Running' && !runningJob(call).isRepeat) {
      throw refused(`virtual machine ${uuid} is ${state}; only one that is Running can be rebooted`);
    }
    await this.stop(uuid, call);
    return this.start(uuid, call);
  }

  /** Brings a destroyed machine back, with its volumes as they are; it is stopped then. */
  async recover(uuid: string, call: CallContext): Promise<VmView> {
    const { vm } = await this.recoverable(uuid, call);
    await this.alone(vm, call, async (recovery, signal) => {
      // Somebody else may have recovered it, and changed it since.
      const now = await this.recoverable(uuid, { ...call, signal });
      const facts = now.isBack ? now.known : await this.bringBack(now.known, now.zone, { ...call, signal });
      await this.copy.recordRecovered(now.zone, facts, now.vm, recovery, signal);
    });
    return this.view(uuid);
  }

  /** The machine as it is to be recovered; refuses what is not destroyed. */
  private async recoverable(uuid: string, { caller, signal }: CallContext): Promise<Recoverable> {
    const vm = await this.get(caller, uuid);
    const zone = this.zones.getById(vm.zoneId);
    const known = await this.plugins.inventory(zone).findMachine(uuid, signal);
    const isBack = vm.state === 'Destroyed' && (known?.state === 'Stopped' || known?.state === 'Running');
    const isRestoring = vm.restoreOperation !== null && vm.restoreOperation !== recoveryOf(uuid);
    if (known && (known.state === 'Destroyed' || isBack) && !isRestoring) return { vm, zone, known, isBack };
    const state = isRestoring ? visibleState(vm) : (known?.state ?? vm.state);
    throw refused(`virtual machine ${uuid} is ${state}; only one that is Destroyed can be recovered`);
  }

  /** Has a recovery done under its mark; refuses if a job is about the machine. */
  private async alone(
    { id, uuid }: Vm,
    call: CallContext,
    recover: (recovery: string, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const recovery = recoveryOf(uuid);
    const mark = async ({ vms }: Daos) => {
      if (!(await vms.beginRestore(id, recovery))) throw refused(`virtual machine ${uuid} is being restored, or has been expunged`);
    };
    const work = async (signal: AbortSignal) => {
      // Recorded first, looked at afterwards, as the job that expunges it does: one of the two sees the other.
      if (await this.db.daos.jobs.isPendingOn(uuid, undefined))
        throw refused(`a job is about virtual machine ${uuid}; recover it afterwards`);
      await recover(recovery, signal);
    };
    await this.marked.alone({ operation: recovery, mark, mayBeDone: isUnknown }, call.signal, work);
  }

  private bringBack({ machine, volumes }: MachineFacts, zone: Zone, call: CallContext): Promise<MachineFacts> {
    const source = this.plugins.inventory(zone);
    const unchanged = volumes.map(({ volume }) => ({ recorded: volume, restored: volume }));
    return source.adoptRestoredMachine({ ...requestOperation(call), machine, volumes: unchanged }, call.signal);
  }

  /** Removes a destroyed machine for good. */
  async expunge(uuid: string, call: CallContext): Promise<void> {
    await this.removeForGood(uuid, () => this.assertDestroyed(uuid, call), call);
  }

  private async assertDestroyed(uuid: string, { signal }: CallContext): Promise<void> {
    const { vm, isKnown } = await this.copy.refresh(uuid, signal);
    // One that the source has lost is taken for destroyed; a job that is run again after a crash may have seen to that.
    if (isKnown && vm.state !== 'Destroyed') throw refused(`virtual machine ${uuid} is ${vm.state}; destroy it before it is expunged`);
  }

  /** With `expunge` the machine is gone for good: it leaves its backup offering, and is refused while that offering has backups of it. */
  async destroy(uuid: string, expunge: boolean, call: CallContext): Promise<VmView> {
    return expunge ? this.removeForGood(uuid, async () => undefined, call) : this.destroyAtSource(uuid, false, call);
  }

  /** Frees the machine and then removes it; `check` refuses before, and again afterwards, since whoever lets it go may take a while. */
  private async removeForGood(uuid: string, check: () => Promise<void>, call: CallContext): Promise<VmView> {
    const vm = await this.getIncludingRemoved(call.caller, uuid);
    if (vm.removed) return this.destroyAtSource(uuid, true, call);
    // Before the machine itself is looked at: what a recovery has done that has ended by then, the source tells.
    if (vm.restoreOperation === recoveryOf(uuid)) throw refused(`virtual machine ${uuid} is being recovered`);
    await check();
    await this.release(vm, call);
    await check();
    return this.destroyAtSource(uuid, true, call);
  }

  private async destroyAtSource(uuid: string, expunge: boolean, call: CallContext): Promise<VmView> {
    const { removed } = await this.getIncludingRemoved(call.caller, uuid);
    // A job that is run again after a crash finds its work done.
    if (removed && runningJob(call).isRepeat) return this.view(uuid);
    return this.act('destroyMachine', uuid, call, (source, request) => source.destroyMachine({ ...request, expunge }, call.signal));
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

/** Marks a machine as being recovered: the same for every attempt, so that what one has begun is taken over by the next. */
const recoveryOf = (uuid: string): string => stableUuid(`recoverMachine/${uuid}`);
