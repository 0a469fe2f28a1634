import { randomUUID } from 'node:crypto';
import type { Subject } from './provider-subject.js';
import { never } from './samples.js';

/** Looking one backup up, where the provider can: what it answers is what its list shows. */
export function describeFinding(subject: Subject): void {
  test('answers the backup that is named as its list shows it, if it can look one up', async () => {
    const { machine, take } = await subject.backedUp();
    const provider = await subject.provider();
    const { externalId } = await provider.takeBackup(take(), never);
    if (!provider.findBackup) return;
    const found = await provider.findBackup(externalId, never);
    expect(found).toEqual((await subject.listed(machine)).find((backup) => backup.externalId === externalId));
    expect(found?.volumes.length).toBeGreaterThan(0);
  });

  test('answers nothing for a backup that was deleted or never taken', async () => {
    const { backup } = await subject.backedUp();
    const provider = await subject.provider();
    const isDeleted = await subject.deletes({ externalId: backup.externalId, forced: true });
    if (!provider.findBackup) return;
    if (isDeleted) expect(await provider.findBackup(backup.externalId, never)).toBeUndefined();
    expect(await provider.findBackup(`none-${randomUUID()}`, never)).toBeUndefined();
  });
}
