import { DurableOperations, ProviderError, Records } from '../../../src/provider/index.js';
import type { Assign, Machine, PluginHost, Unassign } from '../../../src/provider/index.js';
import type { Catalogue } from './catalogue.js';
import { jobNameOf } from './naming.js';
import type { SessionFollower } from './session-follower.js';
import type { Transport, VsphereMachine } from './transport.js';

/** A machine under an offering, or one that was. */
export interface Assignment {
  /** Null once it was taken out. */
  readonly offeringExternalId: string | null;
  readonly job: string;
  /** The machine as vCenter had it. */
  readonly machine: VsphereMachine;
  /** The machine has come back under this identity, and the job still backs up the one before. */
  readonly isJobBehind?: true;
}

/** Puts machines under offerings: each gets a job of its own, which looks like its template. */
export class Assignments {
  private readonly records: Records<Assignment>;
  private readonly operations: DurableOperations;

  constructor(
    private readonly host: PluginHost,
    private readonly catalogue: Catalogue,
    private readonly follower: SessionFollower,
    /** How many looks it may take until a restored machine is seen. */
    private readonly patience: number,
  ) {
    this.records = new Records(host.store, 'assignment/');
    this.operations = new DurableOperations(host);
  }

  async assign(transport: Transport, request: Assign, signal: AbortSignal): Promise<{ readonly reference: string }> {
    const { machine, offeringExternalId, volumes } = request;
    const plan = async (): Promise<VsphereMachine> => {
      const templates = await transport.listTemplates(signal);
      if (!templates.some(({ externalId }) => externalId === offeringExternalId)) {
        throw new ProviderError('not_found', `Veeam has no job or repository ${offeringExternalId}`);
      }
      return this.identify(transport, machine, signal);
    };
    const carryOut = async (identified: VsphereMachine) => {
      const job = await this.jobFor(transport, request, identified, signal);
      await this.catalogue.know(machine.uuid, identified, volumes);
      await this.records.change(machine.uuid, () => ({ offeringExternalId, job, machine: identified }));
      return { reference: job };
    };
    const subject = `${machine.uuid} to ${offeringExternalId}`;
    return this.operations.run(request, { method: 'assign', subject, plan, carryOut }, signal);
  }

  /** Removes the job; the restore points that it took stay, and so does what is known of the machine. */
  async unassign(transport: Transport, request: Unassign, signal: AbortSignal): Promise<void> {
    const { machine, offeringExternalId } = request;
    const carryOut = async () => {
      const present = await this.records.get(machine.uuid);
      if (present?.offeringExternalId !== offeringExternalId) return null;
      await transport.removeJob(present.job, signal);
      await this.records.changePresent(machine.uuid, (assignment) => ({ ...assignment, offeringExternalId: null }));
      return null;
    };
    const subject = `${machine.uuid} from ${offeringExternalId}`;
    await this.operations.run(request, { method: 'unassign', subject, plan: async () => null, carryOut }, signal);
  }

  /** The job of the machine under this offering, which backs up what the machine is now; throws `rejected` if it is not under that. */
  async jobOf(transport: Transport, machineUuid: string, offeringExternalId: string, signal: AbortSignal): Promise<string> {
    const assignment = await this.records.get(machineUuid);
    if (assignment?.offeringExternalId !== offeringExternalId) {
      throw new ProviderError('rejected', `the machine ${machineUuid} is not assigned to the offering ${offeringExternalId}`);
    }
    await this.catchUp(transport, machineUuid, signal);
    return assignment.job;
  }

  /**
   * The machine as vCenter has it now, under whatever name; undefined if it is gone. A namesake is not taken for it: that throws
   * `rejected`.
   */
  async locate(transport: Transport, { uuid, name }: Machine, signal: AbortSignal): Promise<VsphereMachine | undefined> {
    const namesakes = await transport.findMachines(name, signal);
    const known = (await this.records.get(uuid))?.machine;
    if (!known) return only(name, namesakes);
    const found = await findKnown(transport, known, namesakes, signal);
    if (found || namesakes.length === 0) return found;
    throw new ProviderError(
      'rejected',
      `vCenter has a machine ${name}, but not the one that was assigned (${known.moref}): if it is the same, assign it again`,
    );
  }

  /**
   * Remembers under which identity a restored machine came back, and has its job back that up. What keeps the job from that is said in
   * the log, and met again by the next backup: the restore is done all the same.
   */
  async follow(transport: Transport, machine: Machine, signal: AbortSignal): Promise<void> {
    try {
      await this.identifyAgain(transport, machine, signal);
      await this.catchUp(transport, machine.uuid, signal);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.fault === 'temporary') throw error;
      this.host.log('warn', 'a machine was restored, and its job does not follow it', { machine: machine.uuid, reason: error.message });
    }
  }

  /**
   * A machine that was just made, once vCenter shows it. One that is or was under an offering is not taken for it, nor one of several of
   * its name: a restore over that one would be the end of another machine.
   */
  async awaitNew(transport: Transport, name: string, signal: AbortSignal): Promise<VsphereMachine> {
    const known = new Set<string>();
    for await (const page of this.records.pages()) for (const { machine } of page) known.add(machine.moref);
    const choose = (namesakes: readonly VsphereMachine[]) => {
      const machine = only(name, namesakes);
      return machine && !known.has(machine.moref) ? machine : undefined;
    };
    const machine = await this.awaitSeen(transport, name, choose, signal);
    if (machine) return machine;
    throw new ProviderError('not_found', `vCenter, as Veeam sees it, has no new machine ${name}`);
  }

  private async identifyAgain(transport: Transport, { uuid, name }: Machine, signal: AbortSignal): Promise<void> {
    const known = (await this.records.get(uuid))?.machine;
    // In place it mostly keeps its identity.
    if (!known || (await findKnown(transport, known, await transport.findMachines(name, signal), signal))) return;
    const choose = (namesakes: readonly VsphereMachine[]) => sameAs(known, namesakes) ?? only(name, namesakes);
    const machine = await this.awaitSeen(transport, name, choose, signal);
    if (!machine) return this.host.log('warn', 'a restored machine is not seen in vCenter: assign it again when it is', { machine: uuid });
    if (machine.moref === known.moref) return;
    await this.catalogue.know(uuid, machine);
    await this.records.changePresent(uuid, (assignment) => ({ ...assignment, machine, isJobBehind: true }));
  }

  /** Has the job back up what the machine is now. */
  private async catchUp(transport: Transport, machineUuid: string, signal: AbortSignal): Promise<void> {
    const present = await this.records.get(machineUuid);
    if (!present?.isJobBehind || present.offeringExternalId === null) return;
    await transport.retargetJob(present.job, present.machine, signal);
    await this.records.changePresent(machineUuid, (now) => {
      const { isJobBehind: _, ...done } = now;
      return now.machine.moref === present.machine.moref ? done : now;
    });
  }

  /** What was made or came back may be seen a little later; undefined if it is not. */
  private async awaitSeen(
    transport: Transport,
    name: string,
    choose: (namesakes: readonly VsphereMachine[]) => VsphereMachine | undefined,
    signal: AbortSignal,
  ): Promise<VsphereMachine | undefined> {
    for (let looks = 0; looks < this.patience; looks++) {
      const machine = choose(await transport.findMachines(name, signal));
      if (machine) return machine;
      await this.follower.pause(looks, signal);
    }
    return undefined;
  }

  private async identify(transport: Transport, { name }: Machine, signal: AbortSignal): Promise<VsphereMachine> {
    const machine = only(name, await transport.findMachines(name, signal));
    if (!machine) throw new ProviderError('not_found', `vCenter, as Veeam sees it, has no machine ${name}`);
    return machine;
  }

  /** A job of the convention is taken over, whoever has made it: after a crash it is this server's, otherwise CloudStack's. */
  private async jobFor(transport: Transport, request: Assign, machine: VsphereMachine, signal: AbortSignal): Promise<string> {
    const found = await transport.findJob(request.machine.uuid, request.offeringExternalId, signal);
    if (found !== undefined) {
      await transport.retargetJob(found, machine, signal);
      return found;
    }
    const description = `Backups of ${machine.name}, made by Stackvault for zone ${request.zone.name}`;
    return transport.createJob({ name: jobNameOf(request.machine), description, template: request.offeringExternalId, machine }, signal);
  }
}

const sameAs = (known: VsphereMachine, machines: readonly VsphereMachine[]): VsphereMachine | undefined =>
  machines.find(({ moref }) => moref === known.moref);

/** The machine that is known, out of those of its name, or else of all: it may have another name by now. */
const findKnown = async (
  transport: Transport,
  known: VsphereMachine,
  namesakes: readonly VsphereMachine[],
  signal: AbortSignal,
): Promise<VsphereMachine | undefined> => sameAs(known, namesakes) ?? sameAs(known, await transport.listMachines(signal));

function only(name: string, namesakes: readonly VsphereMachine[]): VsphereMachine | undefined {
  if (namesakes.length > 1)
    throw new ProviderError('rejected', `vCenter has ${namesakes.length} machines ${name}: which one is meant is unclear`);
  return namesakes[0];
}
