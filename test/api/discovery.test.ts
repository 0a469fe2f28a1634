import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ApiDescription } from '../../src/api/describe-api.js';
import { commands } from '../../src/commands/index.js';
import { forEachEngine } from '../kit/engines.js';
import { each, listed, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

const DOCUMENT = readFileSync(fileURLToPath(new URL('../../docs/api.md', import.meta.url)), 'utf8');

interface Documented {
  readonly name: string;
  readonly isasync: boolean;
  /** Name, type and whether it is required. */
  readonly params: readonly string[];
  readonly response: readonly string[];
}

/** The cells of a table whose first heading is this; none if there is no such table. */
function tableOf(section: string, heading: string): string[][] {
  const lines = section.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} `));
  if (start < 0) return [];
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end < 0 ? undefined : end).map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()).slice(1, -1)); // prettier-ignore
}

const documented: readonly Documented[] = DOCUMENT.split(/^## /m)
  .slice(1)
  .map((section) => ({
    name: section.slice(0, section.indexOf('\n')),
    isasync: /\(for .*runs as a job.*\)/.test(section),
    params: tableOf(section, 'parameter').map(([name, type]) => `${name} ${type}`),
    response: tableOf(section, 'answer').map(([name, type]) => `${name} ${type}`),
  }));

forEachEngine((engine) => {
  const server = testServer(engine);
  const apis = async (parameters = {}) => (await listed(server.admin, 'listApis', 'api', parameters)) as unknown as ApiDescription[];

  describe('listApis', () => {
    test('tells an administrator what docs/api.md says, and no more', async () => {
      const told = (await apis()).map(({ name, isasync, params, response }) => ({
        name,
        isasync,
        params: params.map((parameter) => `${parameter.name} ${parameter.type}${parameter.required ? ', required' : ''}`),
        response: response.map((field) => `${field.name} ${field.type}`),
      }));
      expect(told).toEqual(documented);
    });

    test('has the types that command-line clients insist on', async () => {
      const text = expect.any(String) as string;
      for (const api of await apis({ listall: 'true' })) {
        expect(api).toMatchObject({
          name: expect.stringMatching(/^[a-z]+[A-Z]|^log(in|out)$/) as string,
          description: text,
          related: text,
        });
        expect([typeof api.isasync, Array.isArray(api.params), Array.isArray(api.response)]).toEqual(['boolean', true, true]);
        const length = expect.any(Number) as number;
        const required = expect.any(Boolean) as boolean;
        for (const parameter of api.params)
          expect(parameter).toMatchObject({ name: text, description: text, type: text, length, required });
        for (const field of api.response) expect(field).toEqual({ name: text, description: text, type: text });
      }
    });

    test('uses the names of types that client generators know', async () => {
      const all = await apis();
      const parameterTypes = new Set(all.flatMap(({ params }) => params.map(({ type }) => type)));
      const fieldTypes = new Set(all.flatMap(({ response }) => response.map(({ type }) => type)));
      const known = ['boolean', 'date', 'integer', 'list', 'long', 'map', 'string', 'uuid'];
      expect([...parameterTypes].filter((type) => !known.includes(type))).toEqual([]);
      expect([...fieldTypes].filter((type) => ![...known, 'responseobject'].includes(type))).toEqual([]);
    });

    test('counts the commands and has each of them once', async () => {
      const { count, api } = await server.admin.call('listApis');
      expect(count).toBe((api as ApiDescription[]).length);
      expect(new Set((api as ApiDescription[]).map(({ name }) => name)).size).toBe(count);
    });

    test('has one command when asked for one', async () => {
      const all = await apis();
      const [one] = await apis({ name: 'restoreBackup' });
      expect(one).toEqual(all.find(({ name }) => name === 'restoreBackup'));
      expect(one).toMatchObject({ isasync: true, since: '4.14.0', related: '' });
    });

    test('says which commands answer the things that a parameter names', async () => {
      const [restore] = await apis({ name: 'restoreBackup' });
      const related = Object.fromEntries(restore!.params.map((parameter) => [parameter.name, parameter.related]));
      expect(related).toMatchObject({ id: 'listBackups,listVMBackups,updateBackup', zoneid: 'createZone,listZones,listZonesMetrics' });
    });

    test('calls neither of two names of a parameter required', async () => {
      const [restore] = await apis({ name: 'restoreBackup' });
      const names = restore!.params.filter(({ name }) => ['id', 'backupid'].includes(name));
      expect(names.map(({ required }) => required)).toEqual([false, false]);
    });

    test('has the aliases as commands of their own', async () => {
      const [command, alias] = [
        await apis({ name: 'removeVirtualMachineFromBackupOffering' }),
        await apis({ name: 'removeVMFromBackupPolicy' }),
      ];
      expect({ ...alias[0], name: '' }).toEqual({ ...command[0], name: '' });
    });

    test('tells a user only of what users may call', async () => {
      const { client } = await server.createUser(uniqueName('reader'));
      const names = each(await listed(client, 'listApis', 'api'), 'name');
      const all = (await apis()).map(({ name }) => name);
      const forOthers = all.filter((name) => !commands.get(name.toLowerCase())?.roles.includes('User'));
      expect(forOthers).toEqual(expect.arrayContaining(['createAccount', 'createDomain', 'createZone', 'updateConfiguration']));
      expect(all.filter((name) => !names.includes(name))).toEqual(forOthers);
    });

    test.each(['noSuchCommand', 'LISTZONES'])('refuses the name %s, which is no command', async (name) => {
      const { code, text } = await server.admin.refusal('listApis', { name });
      expect([code, text]).toEqual([530, 'Api Discovery plugin was unable to find an api by that name or process any apis']);
    });

    test('refuses a user the name of a command of administrators', async () => {
      const { client } = await server.createUser(uniqueName('curious'));
      expect((await client.refusal('listApis', { name: 'createZone' })).code).toBe(530);
    });
  });

  describe('what listApis tells', () => {
    test('is what commands answer: no field that is not told of', async () => {
      const told = new Map((await apis()).map(({ name, response }) => [name, response.map((field) => field.name)]));
      const samples = { listZones: 'zone', listVirtualMachines: 'virtualmachine', listVolumes: 'volume', listAccounts: 'account', listUsers: 'user', listConfigurations: 'configuration' }; // prettier-ignore
      for (const [command, object] of Object.entries(samples)) {
        const fields = (await listed(server.admin, command, object)).flatMap((item) => Object.keys(item));
        expect(fields.length).toBeGreaterThan(0);
        expect(told.get(command)).toEqual(expect.arrayContaining(fields));
      }
    });
  });

  describe('listCapabilities', () => {
    test('answers the same to everybody, in the types of CloudStack', async () => {
      const { client } = await server.createUser(uniqueName('newcomer'));
      const answer = await client.call('listCapabilities');
      expect(answer).toEqual(await server.admin.call('listCapabilities'));
      expect(answer).toMatchObject({
        capability: { cloudstackversion: '4.22.1.0', supportELB: 'false', defaultuipagesize: 20, securitygroupsenabled: false },
      });
    });
  });
});
