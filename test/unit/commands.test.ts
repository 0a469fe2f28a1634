import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../src/commands/index.js';
import { RESOURCE_TYPES } from '../../src/events/resource.js';
import { PROJECT } from '../kit/program.js';

const folder = join(PROJECT, 'src/commands');
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const declared = sources.flatMap((name) =>
  [...readFileSync(join(folder, name), 'utf8').matchAll(/^export class (\w+Cmd)\b/gm)].map(([, cls = '']) => cls),
);
const specs = [...new Map([...commands.values()].map((spec) => [spec.name, spec])).values()];

/** Commands that change nothing, whatever their names say. */
const QUESTIONS = [
  'checkBackupProvider',
  'planRestore',
  'previewBackupRetention',
  'cloudianIsEnabled',
  'forgotPassword',
  'generateUsageRecords',
  'updateResourceCount',
];

/** CloudStack has no description for these either. */
const PAGING = ['page', 'pagesize'];

test('every command that is written is in the list', () => {
  const listed = new Set([...commands.values()].map((spec) => spec.create().constructor.name));
  expect(declared.length).toBeGreaterThan(30);
  expect(declared.filter((name) => !listed.has(name))).toEqual([]);
});

test('every command is found by its names, in lower case', () => {
  for (const [name, spec] of commands)
    expect([spec.name.toLowerCase(), ...spec.aliases.map((alias) => alias.toLowerCase())]).toContain(name);
  for (const { name } of specs) expect(commands.get(name.toLowerCase())?.name).toBe(name);
});

test('every kind of thing that an id of a changing command names has a name in events', () => {
  const entities = specs.filter(({ event }) => event).flatMap(({ parameters }) => parameters.map(({ entity }) => entity));
  // There are no projects.
  const known = [...Object.keys(RESOURCE_TYPES), 'project', undefined];
  expect([...new Set(entities)].filter((entity) => !known.includes(entity))).toEqual([]);
});

test('no two commands have the same class', () => {
  expect(new Set(declared).size).toBe(declared.length);
});

describe.each(specs.map((spec) => [spec.name, spec] as const))('%s', (_, spec) => {
  test('is described, and so is everything that it takes and answers', () => {
    const parameters = spec.parameters.filter(({ name }) => !PAGING.includes(name)).map(({ description }) => description);
    const fields = Object.values(spec.returns.fields).map(([, description]) => description);
    expect([spec.description, ...parameters, ...fields].filter((text) => text.trim().length < 2)).toEqual([]);
  });

  test('declares a type of event exactly if it changes something', () => {
    const isQuestion = /^(get|list|query)/.test(spec.name) || QUESTIONS.includes(spec.name);
    expect({ command: spec.name, event: spec.event }).toEqual({
      command: spec.name,
      event: isQuestion ? undefined : (expect.stringMatching(/^[A-Z]+(\.[A-Z]+)+$/) as string),
    });
  });

  test('is for some role, and has parameters of different names', () => {
    expect(spec.roles.length).toBeGreaterThan(0);
    const names = spec.parameters.flatMap(({ name, alsoNamed }) => [name, ...alsoNamed]);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name !== name.toLowerCase())).toEqual([]);
    expect(
      names.filter((name) => ['command', 'response', 'apikey', 'signature', 'signatureversion', 'expires', 'sessionkey'].includes(name)),
    ).toEqual([]);
  });

  test('says of each id what it names: something that another command shows', () => {
    const shown = new Set([...commands.values()].map(({ returns }) => returns.object));
    const unknown = spec.parameters.filter(({ type, entity }) => type === 'uuid' && !shown.has(entity ?? ''));
    expect(unknown.map(({ name }) => name)).toEqual([]);
  });

  test('carries no secret in an address, and keeps none in a job', () => {
    const sensitive = spec.parameters.filter((parameter) => parameter.sensitive);
    expect(sensitive.length > 0 && spec.async).toBe(false);
    expect(spec.parameters.filter(({ name, sensitive: secret }) => /password|secret/.test(name) && !secret)).toEqual([]);
  });
});
