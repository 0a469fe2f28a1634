import { randomUUID } from 'node:crypto';
import { Leftovers } from '../../src/backup/leftovers.js';
import type { BackupManager } from '../../src/backup/backup-manager.js';
import type { JobQueue } from '../../src/jobs/job-queue.js';
import type { BackupProvider } from '../../src/provider/index.js';
import { insertBackup, insertOffering, insertVm } from '../kit/builders.js';
import { forEachEngine, present, testDatabase } from '../kit/engines.js';

const signal = new AbortController().signal;

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  /** A backup that failed, as two looks have read it, and what asks the provider to remove it. */
  async function failedBackup(whileDeleting: () => Promise<void> = async () => undefined) {
    const { daos } = handle.db;
    const vm = await insertVm(daos);
    const offering = await insertOffering(daos, { zoneId: vm.zoneId });
    const { id } = await insertBackup(daos, vm, offering, { status: 'Error', operationId: randomUUID(), externalId: null });
    const known = present((await daos.backupLooks.listKnown({ zoneId: vm.zoneId, provider: offering.provider }))[0]);
    const asked: unknown[] = [];
    const provider = {
      deleteBackup: async (request: { takenBy?: string }) => {
        asked.push(request.takenBy);
        await whileDeleting();
      },
    } as unknown as BackupProvider;
    const leftovers = new Leftovers(
      handle.db,
      {} as BackupManager,
      {} as JobQueue,
      () => new Date(),
      () => undefined,
    );
    const recover = async () => {
      const [row] = await daos.backupLooks.listByIds([id]);
      return daos.backupLooks.change({ ...present(row), ...known }, { status: 'BackedUp' });
    };
    return { known, asked, recover, clean: () => leftovers.clean(known, provider, signal) };
  }

  test('what one look has removed, another that read it before does not record as found', async () => {
    let recovered: boolean | undefined;
    const { known, asked, clean, recover } = await failedBackup(async () => void (recovered = await recover()));
    expect(await clean()).toBe(true);
    expect([asked, recovered]).toEqual([[known.operationId], false]);
  });

  test('what another look has found since is not removed', async () => {
    const { asked, clean, recover } = await failedBackup();
    expect([await recover(), await clean(), asked]).toEqual([true, false, []]);
  });
});
