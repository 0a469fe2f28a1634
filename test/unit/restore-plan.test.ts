import { randomUUID } from 'node:crypto';
import type { ApiError } from '../../src/errors.js';
import {
  decide,
  planInPlace,
  planSingleVolume,
  type InPlaceFacts,
  type SingleVolumeFacts,
  type TargetFacts,
} from '../../src/backup/restore-plan.js';
import type { MachineFacts, ProviderBackup, Volume, VolumeFacts } from '../../src/provider/index.js';
import { sampleMachine, sampleVolume } from '../kit/contract/samples.js';

const [root, data] = [sampleVolume(0), sampleVolume(1)];
const machine = sampleMachine();
const zone = { uuid: randomUUID(), name: 'here' };
const [vmUuid, backupUuid] = [machine.uuid, randomUUID()];
const capabilities = { quiesce: true, restoreVolume: true, fillMachine: true, crossZone: true, capacity: true, deleteBackup: true };

const factsOf = (volume: Volume, more: Partial<VolumeFacts> = {}): VolumeFacts => ({
  volume,
  state: 'Ready',
  created: new Date(),
  ...more,
});
const sourceIn = (state: MachineFacts['state']): MachineFacts => ({
  machine,
  state,
  created: new Date(),
  volumes: [root, data].map((each) => factsOf(each)),
});
const heldWith = (...volumes: Volume[]): ProviderBackup => ({
  ...{ externalId: 'held', machineUuid: vmUuid, takenAt: new Date(), type: 'FULL', sizeBytes: 1, protectedSizeBytes: 1, volumes },
});
const backup = { uuid: backupUuid, status: 'BackedUp', externalId: 'held', provider: 'nas' } as const;
const known = {
  backup,
  manifest: { machine, volumes: [root, data] },
  zone,
  isEnabled: true,
  capabilities,
  held: heldWith(root, data),
  zoneUuid: undefined,
};
const target: TargetFacts = {
  vm: { uuid: vmUuid, state: 'Stopped' },
  source: sourceIn('Stopped'),
  room: undefined,
  isRestoring: false,
  isAwaited: false,
};
const IN_PLACE: InPlaceFacts = { ...known, target, vmUuid: undefined, attached: [root, data], detached: [] };
const SINGLE: SingleVolumeFacts = { ...known, target, volumeUuid: data.uuid, isInZone: true, isClosed: false };

const told = ({ findings }: ReturnType<typeof planInPlace>) => findings.map(({ severity, text }) => `${severity}: ${text}`);
const inPlace = (facts: Partial<InPlaceFacts>) => told(planInPlace({ ...IN_PLACE, ...facts }));
const single = (facts: Partial<SingleVolumeFacts>) => told(planSingleVolume({ ...SINGLE, ...facts }));
const targeting = (more: Partial<TargetFacts>) => ({ target: { ...target, ...more } });

describe('the plan of a restore in place', () => {
  test('has every volume with what is overwritten, and finds nothing wrong', () => {
    const changed = new Date();
    const plan = planInPlace({ ...IN_PLACE, attached: [{ ...root, changed }, data] });
    expect(plan.findings).toEqual([]);
    expect(plan.volumes).toMatchObject([
      { recorded: root, sizeBytes: root.sizeBytes, machineUuid: vmUuid, zone, overwrites: { uuid: root.uuid, changed } },
      { recorded: data, overwrites: { uuid: data.uuid, sizeBytes: data.sizeBytes } },
    ]);
  });

  test.each<[string, Partial<InPlaceFacts>, string]>([
    ['a backup that failed', { backup: { ...backup, status: 'Error' } }, `blocks: backup ${backupUuid} is Error; only one that is BackedUp can be restored`],
    ['a backup without a name', { backup: { ...backup, externalId: null } }, `blocks: backup ${backupUuid} was never confirmed by its provider; use another one`],
    ['another zone', { zoneUuid: 'other' }, `blocks: parameter zoneid: backup ${backupUuid} is in zone ${zone.uuid}`],
    ['backups that are off', { isEnabled: false }, 'blocks: backup and recovery is disabled in zone here; set backup.framework.enabled to true there'],
    ['a backup that is gone', { held: null }, `blocks: there is no backup held at backup provider nas any more; use another one than backup ${backupUuid}`],
    ['a provider that was not asked', { held: undefined }, `warns: backup provider nas cannot be asked for a single backup: whether it still has backup ${backupUuid} was not checked`],
    ['a volume that the provider lost', { held: heldWith(root) }, `blocks: backup provider nas no longer has volume ${data.uuid} of backup ${backupUuid}; use another backup`],
    ['a size that changed at the provider', { held: heldWith(root, { ...data, sizeBytes: 1 }) }, `blocks: backup provider nas has volume ${data.uuid} of backup ${backupUuid} with 1 bytes instead of ${data.sizeBytes}; use another backup`],
    ['a content that changed at the provider', { held: heldWith(root, { ...data, digest: 'other' }) }, `blocks: backup provider nas has volume ${data.uuid} of backup ${backupUuid} with other content than was backed up; use another backup`],
    ['another machine', { vmUuid: 'other' }, `blocks: parameter virtualmachineid: backup ${backupUuid} is of virtual machine ${vmUuid}`],
    ['a machine that runs', targeting({ source: sourceIn('Running') }), `blocks: virtual machine ${vmUuid} is Running; stop it before it is restored`],
    ['a machine that is expunged', targeting({ vm: { uuid: vmUuid, state: 'Expunging' } }), `blocks: virtual machine ${vmUuid} has been expunged; it cannot be restored in place, make a new one of the backup`],
    ['a machine that its source lost', targeting({ source: undefined }), `warns: the inventory source has lost virtual machine ${vmUuid}; it is made again, as a stopped one`],
    ['a restore that is going on', targeting({ isRestoring: true }), `blocks: virtual machine ${vmUuid} is being restored already; ask again when that has ended`],
    ['jobs before it', targeting({ isAwaited: true }), `warns: jobs are waiting for virtual machine ${vmUuid}; the restore comes after them`],
    ['a volume that has grown', { attached: [root, { ...data, sizeBytes: 9_999 }] }, `warns: volume ${data.uuid} has 9999 bytes; it will have the ${data.sizeBytes} that it had when it was backed up`],
  ])('finds %s', (_, facts, finding) => {
    expect(inPlace(facts)).toEqual([finding]);
  }); // prettier-ignore

  test('finds a volume that another machine has, and one that would be taken off', () => {
    const other = sampleVolume(2);
    const elsewhere = factsOf(data, { machineUuid: randomUUID() });
    expect(inPlace({ attached: [root, other], detached: [elsewhere] })).toEqual([
      `blocks: volume ${data.uuid} of the backup is attached to another virtual machine; detach it first`,
      `warns: volume ${other.uuid} of virtual machine ${vmUuid} is not in the backup; it is detached and kept as it is`,
    ]);
  });

  test('needs room for no more than the volumes that are not there', () => {
    const one = { attached: [root, sampleVolume(2)], detached: [], ...targeting({ room: data.sizeBytes - 1 }) };
    expect(inPlace(one)).toContain(
      `blocks: zone here has room for ${data.sizeBytes - 1} bytes, and the restore needs ${data.sizeBytes}; make room first`,
    );
    expect(inPlace({ ...one, ...targeting({ room: data.sizeBytes }) }).filter((text) => text.includes('room'))).toEqual([]);
    expect(inPlace(targeting({ room: 0 }))).toEqual([]);
  });

  test('finds all that is wrong, and refuses with all that blocks', () => {
    const facts = { ...IN_PLACE, held: null, attached: [root], ...targeting({ source: sourceIn('Running'), isAwaited: true }) };
    const plan = { ...planInPlace(facts), kind: 'Machine', work: 'to do' } as const;
    expect(plan.findings.map(({ severity }) => severity)).toEqual(['blocks', 'blocks', 'blocks', 'warns']);
    const refusal = refusalIn(() => decide(plan, false));
    expect(refusal).toMatchObject({ kind: 'refused', message: plan.findings.slice(0, 3).map(({ text }) => text).join('; ') }); // prettier-ignore
  });
});

describe('the plan of a single volume', () => {
  test('has a volume that is made', () => {
    const plan = planSingleVolume(SINGLE);
    expect(plan).toEqual({
      backupUuid,
      findings: [],
      volumes: [{ recorded: data, sizeBytes: data.sizeBytes, machineUuid: vmUuid, zone, overwrites: undefined }],
    });
  });

  test.each<[string, Partial<SingleVolumeFacts>, string]>([
    ['a volume that the backup does not hold', { volumeUuid: 'none' }, `blocks: backup ${backupUuid} holds no volume none; it holds ${root.uuid}, ${data.uuid}`],
    ['a machine that its source does not know', targeting({ source: undefined }), `blocks: the inventory source of the zone does not know virtual machine ${vmUuid}; choose another one`],
    ['a machine that is destroyed', targeting({ source: sourceIn('Destroyed') }), `blocks: virtual machine ${vmUuid} is Destroyed; choose another one, or recover it first`],
    ['a machine in another zone', { isInZone: false }, `blocks: virtual machine ${vmUuid} is in another zone than the backup`],
    ['a machine in an offering', { isClosed: true }, `blocks: virtual machine ${vmUuid} has a backup offering; volumes cannot be attached to it until it is removed from that`],
    ['a provider that cannot', { capabilities: { ...capabilities, restoreVolume: false } }, 'blocks: backup provider nas cannot restore a single volume'],
    ['too little room', targeting({ room: 1 }), `blocks: zone here has room for 1 bytes, and the restore needs ${data.sizeBytes}; make room first`],
  ])('finds %s', (_, facts, finding) => {
    expect(single(facts)).toEqual([finding]);
  }); // prettier-ignore
});

describe('a decision', () => {
  const plan = { ...planInPlace({ ...IN_PLACE, held: null }), kind: 'Machine', work: 'to do' } as const;

  test('goes on with what has begun before a crash, whatever blocks it now', () => {
    expect(decide(plan, true)).toBe('to do');
    expect(refusalIn(() => decide({ ...plan, work: undefined }, true))).toMatchObject({ kind: 'refused' });
  });

  test('lets pass what only warns', () => {
    expect(decide({ ...planInPlace({ ...IN_PLACE, held: undefined }), kind: 'Machine', work: 'to do' }, false)).toBe('to do');
  });
});

function refusalIn(work: () => unknown): ApiError | undefined {
  try {
    work();
  } catch (error) {
    return error as ApiError;
  }
  return undefined;
}
