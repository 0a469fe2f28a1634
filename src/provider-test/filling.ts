import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { BackupProvider, FillMachine, RestoredVolume, Volume, Zone } from '../provider/index.js';
import type { Checks } from './check.js';
import { expectSame } from './expectations.js';
import { never, operation, sampleMachine, sampleVolume, sizesOf } from './samples.js';
import type { BackedUp, Subject } from './subject.js';

/** How large a volume of the new machine is, by the one that is written to it. */
type Size = (recorded: Volume) => number;

const asLarge: Size = ({ sizeBytes }) => sizeBytes;
const twiceTheRoot: Size = ({ type, sizeBytes }) => (type === 'ROOT' ? 2 * sizeBytes : sizeBytes);

/** A request to write the backup's volumes to those of a new machine, which is there. */
async function filling(
  subject: Subject,
  { volumes }: Pick<BackedUp, 'volumes'>,
  externalId: string,
  { size = asLarge, targetZone = subject.zone }: { readonly size?: Size; readonly targetZone?: Zone } = {},
): Promise<FillMachine> {
  const target = sampleMachine();
  const pairs = volumes.map((recorded) => ({ recorded, target: sampleVolume(recorded.deviceNumber, { sizeBytes: size(recorded) }) }));
  await subject.harness.makeTarget?.({ machine: target, volumes: pairs.map((pair) => pair.target) });
  return { ...operation(), zone: subject.zone, externalId, target, targetZone, volumes: pairs };
}

/** Asks for it; undefined after the right refusal of a provider that cannot do it. */
async function fill(subject: Subject, provider: BackupProvider, request: FillMachine): Promise<readonly RestoredVolume[] | undefined> {
  const { fillMachine, crossZone } = await provider.capabilities(never);
  const answer = provider.fillMachine(request, never);
  if (fillMachine && (crossZone || request.targetZone.uuid === request.zone.uuid)) return answer;
  await subject.expectFault(answer, 'unsupported');
  return undefined;
}

const targetsOf = ({ volumes }: FillMachine) => sizesOf(volumes.map(({ target }) => target));

/** Filling new machines. */
export const fillingMachines: Checks = {
  'writes every volume of the backup to the one that is meant for it, or says that it cannot, as declared': async (subject) => {
    const { backup, volumes } = await subject.backedUp();
    const request = await filling(subject, { volumes }, backup.externalId);
    const filled = await fill(subject, await subject.provider(), request);
    if (!filled) return;
    expectSame(sizesOf(filled), targetsOf(request), 'the filled volumes');
    for (const { uuid, path, digest } of filled) {
      assert.ok(path, `the volume ${uuid} has no path`);
      const recorded = request.volumes.find(({ target }) => target.uuid === uuid)?.recorded;
      if (recorded?.digest === undefined || digest === undefined) continue;
      expectSame(digest, recorded.digest, `the digest of the volume ${uuid}`);
    }
  },

  'writes to a volume that is larger than the one in the backup, or refuses to': async (subject) => {
    const { backup, volumes } = await subject.backedUp();
    const provider = await subject.provider();
    const { fillMachine } = await provider.capabilities(never);
    const request = await filling(subject, { volumes }, backup.externalId, { size: twiceTheRoot });
    const answer = provider.fillMachine(request, never);
    const filled = await answer.catch(() => undefined);
    if (filled) expectSame(sizesOf(filled), targetsOf(request), 'the filled volumes');
    else await subject.expectFault(answer, fillMachine ? 'rejected' : 'unsupported');
  },

  'fills a machine of another zone, or says that it cannot, as declared': async (subject) => {
    const { backup, volumes } = await subject.backedUp();
    const request = await filling(subject, { volumes }, backup.externalId, { targetZone: { uuid: randomUUID(), name: 'elsewhere' } });
    const filled = await fill(subject, await subject.provider(), request);
    if (filled) expectSame(sizesOf(filled), targetsOf(request), 'the filled volumes');
  },

  'answers the same to one filling, however often and concurrently it is asked': async (subject) => {
    const { backup, volumes } = await subject.backedUp();
    const [first, second] = [await subject.provider(), await subject.harness.open()];
    const request = await filling(subject, { volumes }, backup.externalId);
    const [filled, ...others] = await Promise.all([first, second, first].map((provider) => fill(subject, provider, request)));
    for (const other of others) expectSame(other, filled, 'another answer to the same operation');
  },

  'leaves the backup as it is, to be used again and for its own machine': async (subject) => {
    const { backup, machine, volumes } = await subject.backedUp();
    const provider = await subject.provider();
    for (let n = 0; n < 2; n++) await fill(subject, provider, await filling(subject, { volumes }, backup.externalId));
    expectSame(await subject.listed(machine), [backup], 'the list');
    const restored = await provider.restoreMachine(subject.restoreMachine({ machine, volumes }, backup.externalId), never);
    expectSame(sizesOf(restored), sizesOf(volumes), 'the restored volumes');
  },

  'says not_found of a backup to fill a machine from that it does not have, and of a volume that the backup does not hold': async (
    subject,
  ) => {
    const { backup, volumes } = await subject.backedUp();
    const provider = await subject.provider();
    const fault = (await provider.capabilities(never)).fillMachine ? 'not_found' : 'unsupported';
    const unknown = await filling(subject, { volumes }, `none-${randomUUID()}`);
    await subject.expectFault(provider.fillMachine(unknown, never), fault);
    const foreign = await filling(subject, { volumes: [sampleVolume(0)] }, backup.externalId);
    await subject.expectFault(provider.fillMachine(foreign, never), fault);
  },
};
