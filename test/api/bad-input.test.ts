import type { CommandSpec, ParameterSpec } from '../../src/api/command.js';
import type { Answer } from '../../src/client/api-client.js';
import { signedQuery } from '../../src/client/sign.js';
import { commands } from '../../src/commands/index.js';
import { ABSENT } from '../kit/absent.js';
import { badInputs, strayIds, type BadInput, type Refusal } from '../kit/bad-input.js';
import { insertWebhook, insertWebhookDelivery } from '../kit/builders.js';
import { forEachEngine } from '../kit/engines.js';
import { importRole } from '../kit/roles.js';
import { addRepository, backedUpMachine, deploy, listed, makeVolume, scheduleBackup } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { adminKeys } from '../kit/signed-request.js';
import { tableDigests } from '../kit/table-digests.js';

type Parameters = Readonly<Record<string, string>>;

const SPECS = [...commands.values()];
/** Open commands look nothing up that has an id; the others of which that is said are about things that the server does not have. */
const LOOKING_UP = SPECS.filter(({ open, name }) => !open && !ABSENT.includes(name));

/** Where any good value of the type will not do, because the command looks at it before it looks an id up. */
const GOOD: Parameters = {
  'listTemplates.templatefilter': 'all',
  'resetConfiguration.name': 'backup.framework.enabled',
  'updateConfiguration.name': 'backup.framework.enabled',
  'updateResourceLimit.resourcetype': '12',
};

/** Tables that the server itself writes to while nothing is done; that something was refused is an event. */
const ITS_OWN = new Set(['cache_change', 'event', 'session']);

forEachEngine((engine) => {
  const server = testServer(engine);
  /** Something of each kind that a uuid can name. */
  let things: Parameters = {};
  beforeAll(async () => {
    const { zoneId: zone, policyId: backuppolicy, vmId: virtualmachine, backupId: backup } = await backedUpMachine(server);
    const volume = await makeVolume(server.admin, zone);
    const { id: backuprepository } = await addRepository(server, zone);
    const { id: backupschedule } = await scheduleBackup(server.admin, virtualmachine);
    const { jobid } = await server.admin.call('stopVirtualMachine', { id: String((await deploy(server.admin, zone)).id) });
    await server.admin.ended(String(jobid));
    const [event] = await listed(server.admin, 'listEvents', 'event');
    const found = async (command: string, object: string, more = {}) =>
      String((await listed(server.admin, command, object, { zoneid: zone, ...more }))[0]?.id);
    const { user } = (await server.admin.call('getUser', { userapikey: adminKeys(server).apikey })) as { user: Parameters };
    const role = await importRole(server, [['list*', 'allow']]);
    const [rule] = await listed(server.admin, 'listRolePermissions', 'rolepermission', { roleid: role });
    const webhook = await insertWebhook(server.db.daos, { state: 'Disabled' });
    things = {
      zone,
      backuppolicy,
      backupoffering: backuppolicy,
      virtualmachine,
      backup,
      backuprepository: String(backuprepository),
      backupschedule: String(backupschedule),
      volume,
      serviceoffering: await found('listServiceOfferings', 'serviceoffering'),
      diskoffering: await found('listDiskOfferings', 'diskoffering'),
      template: await found('listTemplates', 'template', { templatefilter: 'all' }),
      ostype: await found('listOsTypes', 'ostype'),
      oscategory: await found('listOsCategories', 'oscategory'),
      network: await found('listNetworks', 'network'),
      nic: await found('listNics', 'nic', { virtualmachineid: virtualmachine }),
      asyncjobs: String(jobid),
      event: String(event?.id),
      user: user.id!,
      account: user.accountid!,
      domain: user.domainid!,
      role,
      rolepermission: String(rule?.id),
      webhook: webhook.uuid,
      webhookdelivery: await insertWebhookDelivery(server.db.daos, webhook),
    };
  });

  /** Good values of the parameters that the command cannot do without. */
  const required = ({ name: command, parameters }: CommandSpec): Parameters =>
    Object.fromEntries(
      parameters.filter((each) => each.required).map((each) => [nameIn(each), GOOD[`${command}.${each.name}`] ?? good(each)]),
    );
  const nameIn = ({ type, name }: ParameterSpec): string => (type === 'map' ? `${name}[0].key` : name);
  const good = ({ type, entity = '' }: ParameterSpec): string => {
    const ofType = { string: 'text', integer: '1', long: '1', boolean: 'false', date: '2026-01-01', list: 'a', map: '' };
    return (type === 'uuid' ? things[entity] : ofType[type]) ?? '';
  };

  /** The error that answers the request, or with which the job ends that it has become: it has the same, but for the second number. */
  const refusalOf = async ({ name: command, open }: CommandSpec, parameters: Parameters): Promise<Refusal | string> => {
    const wanted = { ...parameters, command, response: 'json' };
    const { apikey, secretkey } = adminKeys(server);
    const { body } = await server.raw({ form: open ? wanted : signedQuery(wanted, apikey, secretkey) });
    const [answer = {}] = Object.values(body as Record<string, Answer>);
    if (answer.errorcode !== undefined)
      return { code: Number(answer.errorcode), cs: Number(answer.cserrorcode), text: String(answer.errortext) };
    if (typeof answer.jobid !== 'string') return 'accepted';
    const { jobresult, jobstatus } = await server.admin.ended(answer.jobid);
    const { errorcode, errortext } = jobresult as Answer;
    return jobstatus === 2 ? { code: Number(errorcode), cs: 9999, text: String(errortext) } : 'done by a job';
  };

  /** Sends each of the requests, which must be refused as documented and leave everything as it is. */
  const expectRefused = async (spec: CommandSpec, inputs: readonly BadInput[], leftOut: ReadonlySet<string>) => {
    const before = await tableDigests(server.db.knex, leftOut);
    const refusals: Record<string, Refusal | string> = {};
    for (const { what, request } of inputs) refusals[what] = await refusalOf(spec, request(required(spec)));
    expect(refusals).toEqual(Object.fromEntries(inputs.map(({ what, refusal }) => [what, refusal])));
    expect(await tableDigests(server.db.knex, leftOut)).toEqual(before);
  };

  test.each(SPECS.filter(({ parameters }) => parameters.length > 0))(
    '$name refuses what its parameters cannot be, and does nothing',
    async (spec) => {
      await expectRefused(spec, badInputs(spec), ITS_OWN);
    },
  );

  test.each(LOOKING_UP.filter((spec) => strayIds(spec).length > 0))(
    '$name refuses ids that name nothing, and does nothing',
    async (spec) => {
      await expectRefused(spec, strayIds(spec), new Set([...ITS_OWN, 'async_job']));
    },
  );

  describe('what is neither missing nor wrong', () => {
    const lists = SPECS.filter(({ open, name }) => !open && name.startsWith('list'));

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
