import { ProviderError } from '../../../src/provider/index.js';
import type { FillMachine, RestoredVolume } from '../../../src/provider/index.js';
import type { Assignments } from './assignments.js';
import type { Catalogue, Manifest } from './catalogue.js';
import type { SessionOperations } from './session-operations.js';
import type { Transport, VsphereMachine } from './transport.js';

/** What was decided of a filling before it began. */
interface Plan {
  readonly target: VsphereMachine;
  readonly filled: readonly RestoredVolume[];
}

/** Makes new machines of backups: the machine that was made for it is written over, and keeps its name and its place. */
export class Filling {
  constructor(
    private readonly assignments: Assignments,
    private readonly catalogue: Catalogue,
    private readonly operations: SessionOperations,
  ) {}

  async machine(transport: Transport, request: FillMachine, signal: AbortSignal): Promise<readonly RestoredVolume[]> {
    const { externalId, target, operationId } = request;
    if (!(await transport.capabilities(signal)).fillMachine || request.zone.uuid !== request.targetZone.uuid) {
      throw new ProviderError('unsupported', 'this Veeam server writes backups of this zone to no such machine');
    }
    const plan = async (): Promise<Plan> => {
      const filled = filledBy(await this.catalogue.get(transport, externalId, signal), request);
      return { target: await this.assignments.awaitNew(transport, target.name, signal), filled };
    };
    const start = (decided: Plan, limited: AbortSignal) =>
      transport.startFilling({ restorePoint: externalId, target: decided.target, reason: `Stackvault ${operationId}` }, limited);
    const run = () => ({ kind: 'filling', restorePoint: externalId, machineName: target.name }) as const;
    const finish = async ({ filled }: Plan) => filled;
    const subject = `${externalId} to ${target.uuid}`;
    return this.operations.run(transport, request, { method: 'fillMachine', subject, stage: 'filling', plan, run, start, finish }, signal);
  }
}

/** The volumes of the machine when it is filled: each disk comes back at its place and with its size. Throws where that is not what is asked for. */
function filledBy({ volumes: held }: Manifest, { externalId, volumes }: FillMachine): readonly RestoredVolume[] {
  const filled = volumes.map(({ recorded: { uuid }, target }) => {
    const size = held.find(({ volume }) => volume.uuid === uuid)?.volume.sizeBytes;
    if (size === undefined) throw new ProviderError('not_found', `the restore point ${externalId} does not hold the volume ${uuid}`);
    if (size === target.sizeBytes) return { uuid: target.uuid, sizeBytes: size, path: target.path };
    throw new ProviderError(
      'rejected',
      `Veeam restores a disk with the size that it had: the volume for ${uuid} has ${target.sizeBytes} bytes and not ${size}; ` +
        'make the machine with disks of the sizes in the backup, and make them larger afterwards',
    );
  });
  if (filled.length === held.length) return filled;
  throw new ProviderError(
    'rejected',
    `the restore point ${externalId} holds ${held.length} disks, and the machine is to have ${filled.length}`,
  );
}
