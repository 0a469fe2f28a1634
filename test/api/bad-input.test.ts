import type { CommandSpec, ParameterSpec } from '../../src/api/command.js';
import { commands } from '../../src/commands/index.js';
import { forEachEngine } from '../kit/engines.js';
import { backedUpMachine, deploy, listed, makeVolume, NOBODY } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { adminKeys } from '../kit/signed-request.js';

type Parameters = Readonly<Record<string, string>>;

const SPECS = [...commands.values()];
/** Login and logout are called without credentials; see sessions.test.ts. */
const SIGNED = SPECS.filter(({ open }) => !open);

/** What a wrong value of each type looks like; a boolean is never wrong: whatever is not true is false. */
const WRONG: Partial<Record<ParameterSpec['type'], readonly string[]>> = {
  uuid: ['42', '-1', 'not-a-uuid', `${NOBODY}0`, `{${NOBODY}}`],
  integer: ['one', '1.5', '0x10', '2147483648', '1e3'],
  long: ['one', '1.5', '9007199254740992', '99999999999999999999', ''],
  date: ['yesterday', '2026', '01/02/2026', ''],
  map: ['plain', ''],
};

/** The wrong values of a parameter; -1 is right where it means all. */
const wrongValues = ({ type, mayBeAll }: ParameterSpec): readonly string[] =>
  (WRONG[type] ?? []).filter((value) => !(mayBeAll && value === '-1'));

/** Parameters of uuids that are not looked up, because the list is empty whatever they are. */
const NOT_LOOKED_UP = ['listPublicIpAddresses', 'listPortForwardingRules', 'listIpForwardingRules'];

/** Tables that jobs and the server itself write to while nothing is done; that something was refused is an event. */
const ITS_OWN = ['async_job', 'cache_change', 'event', 'session'];

const idOfWrong = (command: string, { name }: ParameterSpec, value: string) =>
  `Unable to execute API command ${command.toLowerCase()} due to invalid value. Invalid parameter ${name} value=${value} due to incorrect long value ` +
  'format, or entity does not exist or due to incorrect parameter annotation for the field in api cmd class.';

function textOfWrong({ name: command }: CommandSpec, parameter: ParameterSpec, value: string): string {
  const { type, name } = parameter;
  if (type === 'uuid') return idOfWrong(command, parameter, value);
  if (type === 'date')
    return `Unable to parse date ${value} for command ${command.toLowerCase()}, please pass dates in the format mentioned in the api documentation`;
  if (parameter.required && value === '') return `Empty or null value provided for API arg: ${name}`;
  return `Unable to execute API command ${command.toLowerCase()} due to invalid value ${value} for parameter ${name}`;
}

/** The commands that have such a parameter, each with those parameters. */
const withParameters = (wanted: (parameter: ParameterSpec) => boolean) =>
  SIGNED.map((spec) => ({ command: spec.name, spec, parameters: spec.parameters.filter(wanted) })).filter(
    ({ parameters }) => parameters.length > 0,
  );

forEachEngine((engine) => {
  const server = testServer(engine);
  /** Something of each kind that a uuid can name. */
  let things: Parameters = {};
  beforeAll(async () => {
    const { zoneId: zone, policyId: backuppolicy, vmId: virtualmachine, backupId: backup } = await backedUpMachine(server);
    const volume = await makeVolume(server.admin, zone);
    const { jobid } = await server.admin.call('stopVirtualMachine', { id: String((await deploy(server.admin, zone)).id) });
    await server.admin.ended(String(jobid));
    const [event] = await listed(server.admin, 'listEvents', 'event');
    const { user } = (await server.admin.call('getUser', { userapikey: adminKeys(server).apikey })) as { user: Parameters };
    things = {
      zone,
      backuppolicy,
      backupoffering: backuppolicy,
      virtualmachine,
      backup,
      volume,
      asyncjobs: String(jobid),
      event: String(event?.id),
      user: user.id!,
      account: user.accountid!,
      domain: user.domainid!,
    };
  });

  /** A good value of the parameter. */
  const good = ({ type, entity, name }: ParameterSpec): string => {
    // A type of which there are limits.
    if (name === 'resourcetype') return '12';
    if (type === 'uuid') return things[entity ?? ''] ?? '';
    return { string: 'backup.framework.enabled', integer: '1', long: '1', boolean: 'false', date: '2026-01-01', list: 'a', map: '' }[type];
  };
  /** Good values of the parameters that the command cannot do without. */
  const required = ({ parameters }: CommandSpec): Record<string, string> =>
    Object.fromEntries(parameters.filter((parameter) => parameter.required).map((parameter) => [parameter.name, good(parameter)]));

  /** All that the server has recorded. */
  const everything = async () => {
    const { knex } = server.db;
    const client = knex.client as { config: { client: string } };
    const names =
      client.config.client === 'mysql2'
        ? 'select table_name as name from information_schema.tables where table_schema = database()'
        : "select name from sqlite_master where type = 'table'";
    const answer = (await knex.raw(names)) as { name: string }[] | [{ name: string }[]];
    const tables = (Array.isArray(answer[0]) ? answer[0] : (answer as { name: string }[])).map(({ name }) => name);
    const kept = tables.filter((name) => !ITS_OWN.includes(name) && !name.startsWith('sqlite'));
    return Object.fromEntries(await Promise.all(kept.map(async (name) => [name, await knex(name).select().orderBy(1)] as const)));
  };

  /** The refusals of the requests, which must leave everything as it is. */
  const refusalsOf = async (command: string, requests: readonly Parameters[]) => {
    const before = await everything();
    const refusals: { code: number; text: string }[] = [];
    for (const request of requests) refusals.push(await server.admin.refusal(command, request));
    expect(await everything()).toEqual(before);
    return refusals;
  };

  describe('a required parameter', () => {
    const cases = withParameters((parameter) => parameter.required);

    test.each(cases)('of $command that is missing is asked for', async ({ command, spec, parameters }) => {
      const requests = parameters.map(({ name }) => Object.fromEntries(Object.entries(required(spec)).filter(([other]) => other !== name)));
      const text = (name: string) => `Unable to execute API command ${command.toLowerCase()} due to missing parameter ${name}`;
      expect(await refusalsOf(command, requests)).toEqual(parameters.map(({ name }) => ({ code: 431, text: text(name) })));
    });

    test.each(withParameters((parameter) => parameter.required && !parameter.mayBeEmpty))(
      'of $command that is empty is refused',
      async ({ command, spec, parameters }) => {
        const requests = parameters.flatMap(({ name }) => ['', ' \n '].map((empty) => ({ ...required(spec), [name]: empty })));
        const refusal = ({ name }: ParameterSpec) => ({ code: 431, text: `Empty or null value provided for API arg: ${name}` });
        expect(await refusalsOf(command, requests)).toEqual(parameters.flatMap((parameter) => [refusal(parameter), refusal(parameter)]));
      },
    );
  });

  describe('a parameter of the wrong type', () => {
    const cases = withParameters(({ type }) => WRONG[type] !== undefined);

    test.each(cases)('of $command is refused', async ({ command, spec, parameters }) => {
      const wrong = parameters.flatMap((parameter) => wrongValues(parameter).map((value) => ({ parameter, value })));
      const requests = wrong.map(({ parameter, value }) => ({ ...required(spec), [parameter.name]: value }));
      const expected = wrong.map(({ parameter, value }) => ({ code: 431, text: textOfWrong(spec, parameter, value) }));
      expect(await refusalsOf(command, requests)).toEqual(expected);
    });
  });

  describe('a text that is too long', () => {
    test.each(withParameters(({ type }) => type === 'string'))('is refused by $command', async ({ command, spec, parameters }) => {
      const requests = parameters.map(({ name, length }) => ({ ...required(spec), [name]: 'é'.repeat(length + 1) }));
      const expected = parameters.map(({ name, length }) => {
        const why = `Value greater than max allowed length ${length} for param: ${name}`;
        return { code: 431, text: `Unable to execute API command ${command.toLowerCase()} due to invalid value. ${why}` };
      });
      expect(await refusalsOf(command, requests)).toEqual(expected);
    });
  });

  describe('an id that names nothing', () => {
    const cases = withParameters(({ type }) => type === 'uuid').filter(({ command }) => !NOT_LOOKED_UP.includes(command));

    test.each(cases)('is refused by $command in the words that clients know', async ({ command, spec, parameters }) => {
      const sent = parameters.flatMap((parameter) => [parameter.name, ...parameter.alsoNamed].map((name) => ({ ...parameter, name })));
      const others = ({ field }: ParameterSpec) => Object.entries(required(spec)).filter(([name]) => name !== field.toLowerCase());
      const requests = sent.map((parameter) => ({ ...Object.fromEntries(others(parameter)), [parameter.name]: NOBODY }));
      const expected = sent.map((parameter) => ({ code: 431, text: idOfWrong(command, parameter, NOBODY) }));
      expect(await refusalsOf(command, requests)).toEqual(expected);
    });

    test.each(NOT_LOOKED_UP)('is not looked up by %s, which is always empty', async (command) => {
      expect(await server.admin.call(command, { domainid: NOBODY })).toEqual({});
    });
  });

  describe('what is neither missing nor wrong', () => {
    const lists = SIGNED.filter(({ name }) => name.startsWith('list'));

    test.each(lists)('$name takes an empty number or list as none, and any text as no for a boolean', async (spec) => {
      const { name, parameters } = spec;
      const values = parameters.flatMap((parameter) => {
        if (parameter.type === 'boolean' && parameter.name !== 'external') return [{ [parameter.name]: '' }, { [parameter.name]: 'maybe' }];
        return parameter.type === 'integer' || parameter.type === 'list' ? [{ [parameter.name]: '' }] : [];
      });
      const plain = await server.admin.call(name, required(spec));
      for (const value of values) expect(await server.admin.call(name, { ...required(spec), ...value })).toEqual(plain);
    });
  });

  describe('control characters', () => {
    test.each(['\u0000', '\t', '\u000b', '\u001f', '\u007f'].map((character) => ({ code: character.charCodeAt(0), character })))(
      'such as number $code are refused in values and names',
      async ({ character }) => {
        const inValue = await server.admin.refusal('listZones', { name: `a${character}` });
        const inName = await server.admin.refusal('listZones', { [`a${character}`]: 'x' });
        expect(inValue).toEqual({ code: 431, text: 'Received value containing illegal ASCII non-printable characters for parameter name' });
        expect(inName.code).toBe(431);
      },
    );

    test('that end lines are allowed in values', async () => {
      expect(await server.admin.call('listZones', { name: 'a\r\nb' })).toEqual({});
    });
  });

  describe('a request that is too large', () => {
    test.each([
      ['an address', { query: `command=listZones&x=${'x'.repeat(8192)}` }],
      ['a form', { form: `command=listZones&x=${'x'.repeat(1_048_576)}` }],
      ['a number of parameters', { form: `command=listZones${'&x=1'.repeat(5000)}` }],
    ])('by %s is refused', async (_, request) => {
      const { status, text } = await server.raw(request);
      expect([status, text]).toEqual([413, expect.stringContaining('<errorresponse><errorcode>413</errorcode>')]);
    });

    test.each(['%', '%zz', '%C3', '%E0%A4'])('or not percent-encoded UTF-8, such as %s, is refused', async (broken) => {
      expect([(await server.raw({ query: `command=${broken}` })).status, (await server.raw({ form: `command=${broken}` })).status]).toEqual(
        [400, 400],
      );
    });
  });
});
