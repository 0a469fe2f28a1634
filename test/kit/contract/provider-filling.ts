import { randomUUID } from 'node:crypto';
import type { BackupProvider, FillMachine, RestoredVolume } from '../../../src/provider/index.js';
import type { BackedUp, Subject } from './provider-subject.js';
import { byUuid, never, operation, sampleMachine, sampleVolume } from './samples.js';

/** Filling new machines. */
export function describeFilling(subject: Subject): void {
  /** A request to write the backup's volumes to those of a new machine, the root disk of which is twice as large. */
  const filling = ({ volumes }: BackedUp, externalId: string, overrides: Partial<FillMachine> = {}): FillMachine => ({
    ...operation(),
    zone: subject.zone,
    externalId,
    target: sampleMachine(),
    targetZone: subject.zone,
    volumes: volumes.map((recorded) => {
      const { sizeBytes } = recorded;
      return { recorded, target: sampleVolume(recorded.deviceNumber, { sizeBytes: recorded.type === 'ROOT' ? 2 * sizeBytes : sizeBytes }) };
    }),
    ...overrides,
  });

  /** Asks for it; undefined after the right refusal of a provider that cannot do it. */
  async function fill(provider: BackupProvider, request: FillMachine): Promise<readonly RestoredVolume[] | undefined> {
    const { fillMachine, crossZone } = await provider.capabilities(never);
    const answer = provider.fillMachine(request, never);
    if (fillMachine && (crossZone || request.targetZone.uuid === request.zone.uuid)) return answer;
    await subject.expectFault(answer, 'unsupported');
    return undefined;
  }

  test('writes every volume of the backup to the one that is meant for it, or says that it cannot, as declared', async () => {
    const { backup, ...backedUp } = await subject.backedUp();
    const request = filling(backedUp, backup.externalId);
    const filled = await fill(await subject.provider(), request);
    if (!filled) return;
    const targets = request.volumes.map(({ target }) => target);
    expect(sizesOf(filled)).toEqual(sizesOf(targets));
    for (const { uuid, sizeBytes, path, digest } of filled) {
      expect(path).not.toBe('');
      const recorded = request.volumes.find(({ target }) => target.uuid === uuid)?.recorded;
      if (recorded?.sizeBytes !== sizeBytes || recorded.digest === undefined || digest === undefined) continue;
      expect(digest).toBe(recorded.digest);
    }
  });

  test('fills a machine of another zone, or says that it cannot, as declared', async () => {
    const { backup, ...backedUp } = await subject.backedUp();
    const request = filling(backedUp, backup.externalId, { targetZone: { uuid: randomUUID(), name: 'elsewhere' } });
    const filled = await fill(await subject.provider(), request);
    if (filled) expect(sizesOf(filled)).toEqual(sizesOf(request.volumes.map(({ target }) => target)));
  });

  test('answers the same to one filling, however often and concurrently it is asked', async () => {
    const { backup, ...backedUp } = await subject.backedUp();
    const [first, second] = [await subject.provider(), await subject.harness.open()];
    const request = filling(backedUp, backup.externalId);
    const [filled, ...others] = await Promise.all([first, second, first].map((provider) => fill(provider, request)));
    for (const other of others) expect(other).toEqual(filled);
  });

  test('leaves the backup as it is, to be used again and for its own machine', async () => {
    const { backup, ...backedUp } = await subject.backedUp();
    const provider = await subject.provider();
    for (let n = 0; n < 2; n++) await fill(provider, filling(backedUp, backup.externalId));
    expect(await subject.listed(backedUp.machine)).toEqual([backup]);
    const restored = await provider.restoreMachine(subject.restoreMachine(backedUp, backup.externalId), never);
    expect(sizesOf(restored)).toEqual(sizesOf(backedUp.volumes));
  });

  test('says not_found of a backup that it does not have, and of a volume that the backup does not hold', async () => {
    const { backup, ...backedUp } = await subject.backedUp();
    const provider = await subject.provider();
    const fault = (await provider.capabilities(never)).fillMachine ? 'not_found' : 'unsupported';
    await subject.expectFault(provider.fillMachine(filling(backedUp, `none-${randomUUID()}`), never), fault);
    const foreign = { ...backedUp, volumes: [sampleVolume(0)] };
    await subject.expectFault(provider.fillMachine(filling(foreign, backup.externalId), never), fault);
  });
}

const sizesOf = (volumes: readonly { readonly uuid: string; readonly sizeBytes: number }[]) =>
  byUuid(volumes).map(({ uuid, sizeBytes }) => ({ uuid, sizeBytes }));
