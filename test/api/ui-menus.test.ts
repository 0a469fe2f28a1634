import type { ApiDescription } from '../../src/api/describe-api.js';
import { forEachEngine } from '../kit/engines.js';
import { listed } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

/** What the web UI shows, and the commands that must be in listApis for it. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  'the page of machines': ['listVirtualMachinesMetrics', 'listVirtualMachines'],
  'the pages of backups, schedules and volumes': ['listBackups', 'listBackupSchedule', 'listVolumesMetrics', 'listVolumes'],
  'the page of backup offerings': ['listServiceOfferings', 'listDiskOfferings', 'listBackupOfferings'],
  'the page of zones': ['listInfrastructure', 'listZonesMetrics', 'listZones'],
  'the page of webhooks, with its deliveries and buttons': [
    'listWebhooks',
    'createWebhook',
    'updateWebhook',
    'deleteWebhook',
    'listWebhookDeliveries',
    'executeWebhookDelivery',
    'deleteWebhookDelivery',
  ],
  'the page of backup repositories': ['listBackupRepositories'],
  'the page of global settings': ['listConfigurations', 'listInfrastructure'],
  'the pages of events and accounts': ['listEvents', 'listAccounts'],
  'the interfaces of a machine': ['listNics'],
  'the buttons of settings': ['updateConfiguration', 'resetConfiguration'],
  'the buttons of machines': ['startVirtualMachine', 'stopVirtualMachine'],
  'the buttons of backups': ['restoreVolumeFromBackupAndAttachToVM', 'createVMFromBackup', 'createBackupSchedule'],
};

/** What would make pages appear that hold nothing, or calls that come every few seconds. */
const NOT_LISTED = ['listProjects', 'listAnnotations', 'listHosts', 'listPods', 'listVMSnapshot', 'listVMSchedule', 'listVPCs', 'listVmwareDcs', 'readyForShutdown']; // prettier-ignore

/** Forms that are made of what listApis says of these parameters; one that lacks there breaks its form. */
const FORMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  importBackupOffering: { name: 'string', description: 'string', zoneid: 'uuid', externalid: 'string', allowuserdrivenbackups: 'boolean' },
  updateBackupOffering: { id: 'uuid', name: 'string', description: 'string', allowuserdrivenbackups: 'boolean' },
  deleteBackupOffering: { id: 'uuid' },
  restoreBackup: { id: 'uuid' },
  assignVirtualMachineToBackupOffering: { virtualmachineid: 'uuid', backupofferingid: 'uuid' },
  removeVirtualMachineFromBackupOffering: { virtualmachineid: 'uuid', forced: 'boolean' },
  deleteBackup: { id: 'uuid', forced: 'boolean' },
  deleteBackupSchedule: { id: 'uuid' },
  createBackup: { quiescevm: 'boolean', name: 'string', description: 'string' },
  createBackupSchedule: { quiescevm: 'boolean' },
  addBackupRepository: {
    name: 'string',
    provider: 'string',
    address: 'string',
    type: 'string',
    mountopts: 'string',
    zoneid: 'uuid',
    crosszoneinstancecreation: 'boolean',
  },
  updateBackupRepository: { id: 'uuid', name: 'string', address: 'string', mountopts: 'string', crosszoneinstancecreation: 'boolean' },
  deleteBackupRepository: { id: 'uuid' },
  startVirtualMachine: { id: 'uuid', considerlasthost: 'boolean' },
};

forEachEngine((engine) => {
  const server = testServer(engine);
  let apis: ReadonlyMap<string, ApiDescription> = new Map();
  beforeAll(async () => {
    const all = (await listed(server.admin, 'listApis', 'api')) as unknown as ApiDescription[];
    apis = new Map(all.map((api) => [api.name, api]));
  });

  test.each(Object.entries(SHOWN))('listApis has what makes appear %s', (_, names) => {
    expect(names.filter((name) => !apis.has(name))).toEqual([]);
  });

  test('listApis has nothing that makes empty pages appear', () => {
    expect(NOT_LISTED.filter((name) => apis.has(name))).toEqual([]);
  });

  test.each(Object.entries(FORMS))('the form of %s finds its parameters', (name, form) => {
    const types = new Map(apis.get(name)?.params.map((parameter) => [parameter.name, parameter.type]));
    expect(Object.fromEntries(Object.keys(form).map((parameter) => [parameter, types.get(parameter)]))).toEqual(form);
  });

  test('what is chosen from a list is chosen from the first command that lists it', () => {
    const chosenFrom = (beginning: string) => [...apis.keys()].find((name) => name.toLowerCase().startsWith(beginning));
    expect(chosenFrom('listbackupofferings')).toBe('listBackupOfferings');
    expect(chosenFrom('listzones')).toBe('listZones');
  });
});
