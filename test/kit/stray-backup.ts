import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/dao/database.js';

/** A backup that the dummy provider of the zone holds although this server has not asked for it; answers its external id. */
export async function strayBackup(db: Database, zoneUuid: string, machineUuid: string, sizeBytes = 7, more: object = {}): Promise<string> {
  const externalId = `stray-${randomUUID()}`;
  const volume = { uuid: randomUUID(), name: 'root', type: 'ROOT', deviceNumber: 0, sizeBytes: 11, path: '/stray' };
  const held = {
    ...{ state: 'held', externalId, operationId: randomUUID(), machineUuid, offeringExternalId: 'gold-policy', quiesced: false },
    ...{ takenAt: '2026-01-02T03:04:05.000Z', sizeBytes, protectedSizeBytes: 11, volumes: [volume], restores: 0, restoredBy: [] },
    ...more,
  };
  await db.daos.pluginStore.insert(`backup/dummy/${zoneUuid}`, `backup/${externalId}`, JSON.stringify(held));
  return externalId;
}
