import { randomUUID } from 'node:crypto';
import type { CatalogueEntry, DeployMachine } from '../../../src/provider/index.js';
import type { InventorySubject } from './inventory-subject.js';
import { expectFault, never } from './samples.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const uuidsOf = (entries: readonly CatalogueEntry[]) => entries.map(({ uuid }) => uuid);

/** What there is to make machines of, and machines made of it. */
export function describeCatalogue(subject: InventorySubject): void {
  const catalogueOf = async () => (await subject.source()).readCatalogue(never);

  test('names everything in its catalogue, with ids that differ', async () => {
    const { hypervisors, ...shelves } = await catalogueOf();
    for (const name of hypervisors) expect(name).not.toBe('');
    for (const entries of Object.values(shelves) as (readonly CatalogueEntry[])[]) {
      for (const { uuid, name } of entries) expect([uuid, name]).toEqual([expect.stringMatching(UUID), expect.stringMatching(/./)]);
      expect(new Set(uuidsOf(entries)).size).toBe(entries.length);
    }
  });

  test('tells sizes that machines and disks can have, and what is to be found in the catalogue too', async () => {
    const { serviceOfferings, diskOfferings, templates, osTypes, osCategories } = await catalogueOf();
    for (const { size } of serviceOfferings) for (const part of Object.values(size ?? {})) expect(part).toBeGreaterThan(0);
    for (const { sizeBytes } of diskOfferings) if (sizeBytes !== undefined) expect(sizeBytes).toBeGreaterThan(0);
    for (const { sizeBytes, osTypeUuid } of templates) {
      expect(sizeBytes).toBeGreaterThan(0);
      expect(uuidsOf(osTypes)).toContain(osTypeUuid);
    }
    for (const { categoryUuid } of osTypes) expect(uuidsOf(osCategories)).toContain(categoryUuid);
  });

  test('tells the same again after a restart', async () => {
    expect(await (await subject.harness.open()).readCatalogue(never)).toEqual(await catalogueOf());
  });

  test('deploys a machine of each service offering and template, and says so of it', async () => {
    const { serviceOfferings, templates, osTypes } = await catalogueOf();
    for (const offering of serviceOfferings) {
      const { machine } = await subject.deploy({ serviceOfferingUuid: offering.uuid, ...offering.size });
      expect(machine).toMatchObject({ serviceOfferingUuid: offering.uuid, serviceOfferingName: offering.name, ...offering.size });
    }
    for (const template of templates) {
      const { machine } = await subject.deploy({ templateUuid: template.uuid, rootSizeBytes: template.sizeBytes });
      const osType = osTypes.find(({ uuid }) => uuid === template.osTypeUuid);
      expect(machine).toMatchObject({ templateUuid: template.uuid, templateName: template.name, hypervisor: template.hypervisor });
      expect(machine).toMatchObject({ osTypeUuid: osType?.uuid, osType: osType?.name });
    }
  });

  test('makes the network cards that are asked for, the default one first', async () => {
    const { networks } = await catalogueOf();
    const [first] = networks;
    if (!first) return;
    const [{ ipAddress = '' } = {}] = (await subject.deploy()).machine.nics;
    const nics = [{ networkUuid: first.uuid }, { networkUuid: first.uuid, ipAddress, macAddress: '02:00:00:00:00:01' }];
    const { machine } = await subject.deploy({ nics });
    expect(machine.nics.map(({ networkUuid, networkName, isDefault }) => [networkUuid, networkName, isDefault])).toEqual([
      [first.uuid, first.name, true],
      [first.uuid, first.name, false],
    ]);
    expect(machine.nics[1]).toMatchObject({ ipAddress, macAddress: '02:00:00:00:00:01' });
    expect(machine.nics[0]?.uuid).not.toBe(machine.nics[1]?.uuid);
  });

  test('keeps the settings that a machine is deployed with', async () => {
    const settings = { 'boot.type': 'UEFI', keyboard: 'de' };
    const facts = await subject.deploy({ settings });
    expect(facts.machine.settings).toMatchObject(settings);
    expect(await subject.machine(facts)).toEqual(facts);
  });

  test('says of a machine only what is in its catalogue', async () => {
    const { serviceOfferings, templates, osTypes, networks } = await catalogueOf();
    const { serviceOfferingUuid, templateUuid, osTypeUuid, nics } = (await subject.deploy()).machine;
    const told = [
      [serviceOfferingUuid, serviceOfferings],
      [templateUuid, templates],
      [osTypeUuid, osTypes],
      ...nics.map(({ networkUuid }) => [networkUuid, networks] as const),
    ] as const;
    for (const [uuid, entries] of told) if (uuid !== undefined) expect(uuidsOf(entries)).toContain(uuid);
  });

  test.each<[string, (uuid: string) => Partial<DeployMachine>]>([
    ['service offering', (serviceOfferingUuid) => ({ serviceOfferingUuid })],
    ['template', (templateUuid) => ({ templateUuid })],
    ['network', (networkUuid) => ({ nics: [{ networkUuid }] })],
  ])('says not_found of a %s that its catalogue does not have, and deploys nothing', async (_, madeOf) => {
    const machineUuid = randomUUID();
    await expectFault(subject.deploy({ machineUuid, ...madeOf(randomUUID()) }), 'not_found');
    expect(await subject.listed(machineUuid)).toEqual([]);
  });
}
