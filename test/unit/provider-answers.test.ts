import { assertSoundAnswer } from '../../src/plugin-host/provider-answers.js';
import { sampleVolume } from '../../src/provider-test/index.js';
import type { BackupProvider, ProviderBackup } from '../../src/provider/index.js';

const volume = sampleVolume(1);
const backup: ProviderBackup = {
  ...{ externalId: 'b-1', machineUuid: 'm-1', takenAt: new Date(), type: 'FULL', sizeBytes: 0, protectedSizeBytes: 0 },
  volumes: [volume],
};
const restored = { uuid: 'v-1', sizeBytes: 1, path: 'p' };
const capabilities = { quiesce: true, restoreVolume: true, fillMachine: false, crossZone: false, capacity: true, deleteBackup: true };
const offering = { externalId: 'gold', name: 'Gold', description: '' };
const step = { name: 'login', isPassed: true, detail: '' };

/** Of each method: what it can answer, and what it cannot. */
const ANSWERS: Readonly<Record<keyof BackupProvider, readonly [sound: readonly unknown[], garbage: readonly unknown[]]>> = {
  capabilities: [[capabilities], [{ ...capabilities, quiesce: 'yes' }, { quiesce: true }, true]],
  listOfferings: [
    [[], [offering]],
    [offering, [{ ...offering, externalId: '' }], [{ ...offering, externalId: 'x'.repeat(256) }], [{ externalId: 'gold' }]],
  ],
  assign: [
    [{}, { reference: 'x'.repeat(255) }],
    [{ reference: 5 }, { reference: 'x'.repeat(256) }, 'reference'],
  ],
  unassign: [[undefined, 'whatever'], []],
  takeBackup: [
    [backup, { ...backup, operationId: 'o-1', dependsOn: 'b-0' }, { ...backup, sizeBytes: Number.MAX_SAFE_INTEGER }],
    [
      { ...backup, externalId: undefined },
      { ...backup, externalId: 'x'.repeat(256) },
      { ...backup, operationId: 7 },
      { ...backup, dependsOn: backup.externalId },
      { ...backup, dependsOn: '' },
      { ...backup, machineUuid: null },
      { ...backup, takenAt: backup.takenAt.toISOString() },
      { ...backup, takenAt: new Date(NaN) },
      { ...backup, takenAt: new Date(Date.UTC(10_000, 0)) },
      { ...backup, type: 'full' },
      { ...backup, sizeBytes: -1 },
      { ...backup, sizeBytes: 1.5 },
      { ...backup, protectedSizeBytes: 2 ** 60 },
      { ...backup, protectedSizeBytes: '5' },
      { ...backup, volumes: [] },
      { ...backup, volumes: { 0: volume, length: 1 } },
      { ...backup, volumes: [{ ...volume, uuid: '' }] },
      { ...backup, volumes: [{ ...volume, type: 'CDROM' }] },
      { ...backup, volumes: [{ ...volume, deviceNumber: -1 }] },
      { ...backup, volumes: [{ ...volume, sizeBytes: Infinity }] },
      { ...backup, volumes: [{ ...volume, digest: 1 }] },
      { ...backup, volumes: [null] },
      [backup],
    ],
  ],
  deleteBackup: [[undefined, 'whatever'], []],
  listBackups: [
    [[], [backup]],
    [backup, [[backup]], 'page', { 0: backup, length: 1 }],
  ],
  findBackup: [
    [undefined, backup],
    [null, [backup], { ...backup, volumes: [] }],
  ],
  restoreMachine: [
    [[], [restored]],
    [restored, [{ ...restored, uuid: 3 }], [{ ...restored, sizeBytes: NaN }], [{ ...restored, path: undefined }]],
  ],
  restoreVolume: [
    [restored, { ...restored, digest: 'd' }],
    [[restored], { ...restored, digest: null }],
  ],
  fillMachine: [[[restored]], [restored, [restored, undefined]]],
  capacity: [[{ usedBytes: 2, totalBytes: 1 }], [{ usedBytes: 1 }, { usedBytes: -1, totalBytes: 1 }, { usedBytes: 1, totalBytes: '1' }]],
  checkConnection: [
    [[step], []],
    [step, [{ ...step, isPassed: 1 }], [{ ...step, detail: undefined }], Array.from({ length: 101 }, () => step)],
  ],
};

const rows = (which: 0 | 1) =>
  Object.entries(ANSWERS).flatMap(([method, answers]) => answers[which].map((answer) => [method, answer] as const));

test.each(rows(0))('%s can answer %j', (method, answer) => {
  expect(() => assertSoundAnswer(method, answer)).not.toThrow();
});

test.each([
  ...rows(1),
  ...Object.entries(ANSWERS).flatMap(([method, [, garbage]]) => (garbage.length > 0 ? [[method, 'text'] as const] : [])),
])('%s cannot answer %j', (method, answer) => {
  expect(() => assertSoundAnswer(method, answer)).toThrow(
    expect.objectContaining({ fault: 'corrupt', message: expect.stringMatching(/^the provider answered with /) }),
  );
});

test('what a plugin has beyond the contract is its own', () => {
  for (const method of ['other', 'constructor']) expect(() => assertSoundAnswer(method, Symbol('anything'))).not.toThrow();
});
