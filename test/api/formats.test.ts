import { forEachEngine } from '../kit/engines.js';
import { backedUpMachine, deploy, makeZone, NOBODY, uniqueName } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';
import { adminKeys, anonymous, ask } from '../kit/signed-request.js';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';
const VERSION = ' cloud-stack-version="4.22.1.0"';
const xml = (root: string, inside: string, attributes = VERSION) => `${HEAD}<${root}${attributes}>${inside}</${root}>`;
const ZONE_XML =
  '<zone><id>UUID</id><name>sandbox</name><networktype>Advanced</networktype><allocationstate>Enabled</allocationstate><dns1>127.0.0.1</dns1>' +
  '<internaldns1>127.0.0.1</internaldns1><securitygroupsenabled>false</securitygroupsenabled><localstorageenabled>false</localstorageenabled>' +
  '<zonetoken>UUID</zonetoken><dhcpprovider>VirtualRouter</dhcpprovider><type>Core</type></zone>';
const ZONE_JSON =
  '{"id":"UUID","name":"sandbox","networktype":"Advanced","allocationstate":"Enabled","dns1":"127.0.0.1","internaldns1":"127.0.0.1",' +
  '"securitygroupsenabled":false,"localstorageenabled":false,"zonetoken":"UUID","dhcpprovider":"VirtualRouter","type":"Core"}';

forEachEngine((engine) => {
  const server = testServer(engine);
  let user: TestUser | undefined;
  beforeAll(async () => void (user = await server.createUser(uniqueName('reader'))));

  /** The command's answers in both formats, without what differs from run to run. */
  const both = async (command: string, parameters: Readonly<Record<string, string>> = {}, keys = adminKeys(server)) => {
    const [json, other] = [
      await ask(server, { command, response: 'json', ...parameters }, keys),
      await ask(server, { command, ...parameters }, keys),
    ];
    expect(other.status).toBe(json.status);
    expect(json.headers.get('content-type')).toBe('application/json; charset=UTF-8');
    expect(other.headers.get('content-type')).toBe('text/xml; charset=UTF-8');
    return { status: json.status, json: anonymous(json.text), xml: anonymous(other.text), description: json.headers.get('x-description') };
  };

  describe('a success', () => {
    test('with a list has the count first', async () => {
      expect(await both('listZones', { name: 'sandbox' })).toEqual({
        status: 200,
        json: `{"listzonesresponse":{"count":1,"zone":[${ZONE_JSON}]}}`,
        xml: xml('listzonesresponse', `<count>1</count>${ZONE_XML}`),
        description: null,
      });
    });

    test('with several objects repeats the element', async () => {
      await makeZone(server);
      const { text } = await ask(server, { command: 'listZones', page: '1', pagesize: '2' });
      expect(text.match(/<zone>/g)).toHaveLength(2);
    });

    test('with a page past the end has only the count', async () => {
      expect(await both('listZones', { name: 'sandbox', page: '9', pagesize: '10' })).toMatchObject({
        json: '{"listzonesresponse":{"count":1}}',
        xml: xml('listzonesresponse', '<count>1</count>'),
      });
    });

    test('with an empty list has nothing', async () => {
      expect(await both('listZones', { name: 'nowhere' })).toMatchObject({
        json: '{"listzonesresponse":{}}',
        xml: xml('listzonesresponse', ''),
      });
    });

    test('with one object has no count', async () => {
      const fields = {
        category: 'Advanced',
        group: 'Access',
        subgroup: 'Logins',
        name: 'session.timeout',
        value: '31',
        defaultvalue: '30',
      };
      const answer = await both('updateConfiguration', { name: 'session.timeout', value: '31' });
      expect(answer.json).toMatch(JSON.stringify({ updateconfigurationresponse: { configuration: fields } }).slice(0, -3));
      expect(answer.xml).toMatch(`${HEAD}<updateconfigurationresponse${VERSION}><configuration><category>Advanced</category>`);
      expect(answer.xml).toContain('<value>31</value><defaultvalue>30</defaultvalue>');
    });

    test('of a user has the lists inside it as repeated elements', async () => {
      const { text } = await ask(server, { command: 'listAccounts' }, user?.keys);
      expect(anonymous(text)).toMatch(/<isdefault>false<\/isdefault><user><id>UUID<\/id><username>/);
    });

    test('leaves empty lists inside an object out of XML only', async () => {
      const { json, xml: text } = await both('listVirtualMachines', { name: 'web-1' });
      expect(json).toContain('"securitygroup":[],"affinitygroup":[],"tags":[]');
      expect(text).not.toMatch(/securitygroup|affinitygroup|tags/);
    });

    test('without an object is a flag', async () => {
      const zoneid = await makeZone(server);
      const imported = await server.admin.run('importBackupPolicy', { zoneid, name: 'one', externalid: 'gold-policy' });
      const again = await server.admin.run('importBackupPolicy', { zoneid, name: 'two', externalid: 'silver-policy' });
      const ids = [imported, again].map(({ backuppolicy }) => (backuppolicy as { id: string }).id);
      const { text: json } = await ask(server, { command: 'deleteBackupPolicy', id: String(ids[0]), response: 'json' });
      const { text } = await ask(server, { command: 'deleteBackupPolicy', id: String(ids[1]) });
      expect([json, text]).toEqual([
        '{"deletebackuppolicyresponse":{"success":true}}',
        xml('deletebackuppolicyresponse', '<success>true</success>'),
      ]);
    });
  });

  describe('a job', () => {
    test('is acknowledged with its id', async () => {
      const { vmId } = await backedUpMachine(server);
      expect(await both('stopVirtualMachine', { id: vmId })).toMatchObject({
        status: 200,
        json: '{"stopvirtualmachineresponse":{"jobid":"UUID"}}',
        xml: xml('stopvirtualmachineresponse', '<jobid>UUID</jobid>'),
      });
    });

    test('that makes something is acknowledged with the id of that too', async () => {
      expect(await both('createVolume', { zoneid: await makeZone(server), name: 'v', size: '1' })).toMatchObject({
        json: '{"createvolumeresponse":{"id":"UUID","jobid":"UUID"}}',
        xml: xml('createvolumeresponse', '<id>UUID</id><jobid>UUID</jobid>'),
      });
    });

    const COMMON_JSON =
      '"accountid":"UUID","account":"admin","domainid":"UUID","domainpath":"ROOT","userid":"UUID","cmd":"createBackup","jobprocstatus":0';
    const COMMON_XML =
      '<accountid>UUID</accountid><account>admin</account><domainid>UUID</domainid><domainpath>ROOT</domainpath><userid>UUID</userid>' +
      '<cmd>createBackup</cmd><jobprocstatus>0</jobprocstatus>';
    const ABOUT_JSON = '"jobinstancetype":"VirtualMachine","jobinstanceid":"UUID"';
    const ABOUT_XML = '<jobinstancetype>VirtualMachine</jobinstancetype><jobinstanceid>UUID</jobinstanceid>';

    const MOVED_JSON = '"bytesdone":1073741824,"bytestotal":1073741824,"stage":"copying volumes"';
    const MOVED_XML = '<bytesdone>1073741824</bytesdone><bytestotal>1073741824</bytestotal><stage>copying volumes</stage>';

    test('that has succeeded carries its result', async () => {
      const { vmId } = await backedUpMachine(server);
      const { jobid } = await server.admin.call('createBackup', { virtualmachineid: vmId });
      await server.admin.ended(String(jobid));
      expect(await both('queryAsyncJobResult', { jobid: String(jobid) })).toMatchObject({
        json:
          `{"queryasyncjobresultresponse":{${COMMON_JSON},"jobresultcode":0,"jobresulttype":"object","jobresult":{"success":true},` +
          `${ABOUT_JSON},"percentcomplete":100,${MOVED_JSON},"created":"DATE","completed":"DATE","jobid":"UUID","jobstatus":1}}`,
        xml: xml(
          'queryasyncjobresultresponse',
          `${COMMON_XML}<jobresultcode>0</jobresultcode><jobresulttype>object</jobresulttype><jobresult><success>true</success></jobresult>` +
            `${ABOUT_XML}<percentcomplete>100</percentcomplete>${MOVED_XML}<created>DATE</created><completed>DATE</completed>` +
            '<jobid>UUID</jobid><jobstatus>1</jobstatus>',
        ),
      });
    });

    test('that has failed carries the code and the text, and the answer is a success', async () => {
      const vmId = String((await deploy(server.admin, await makeZone(server))).id);
      const { jobid } = await server.admin.call('createBackup', { virtualmachineid: vmId });
      await server.admin.ended(String(jobid));
      const errortext = 'virtual machine UUID has no backup offering';
      expect(await both('queryAsyncJobResult', { jobid: String(jobid) })).toMatchObject({
        status: 200,
        json:
          `{"queryasyncjobresultresponse":{${COMMON_JSON},"jobresultcode":530,"jobresulttype":"object",` +
          `"jobresult":{"errorcode":530,"errortext":"${errortext}"},${ABOUT_JSON},"created":"DATE","completed":"DATE","jobid":"UUID","jobstatus":2}}`,
        xml: xml(
          'queryasyncjobresultresponse',
          `${COMMON_XML}<jobresultcode>530</jobresultcode><jobresulttype>object</jobresulttype><jobresult><errorcode>530</errorcode>` +
            `<errortext>${errortext}</errortext></jobresult>${ABOUT_XML}<created>DATE</created><completed>DATE</completed><jobid>UUID</jobid><jobstatus>2</jobstatus>`,
        ),
      });
    });
  });

  describe('an error', () => {
    const gone =
      'Unable to execute API command listzonesresponse due to invalid value. Invalid parameter id value=UUID due to incorrect long value format, ' +
      'or entity does not exist or due to incorrect parameter annotation for the field in api cmd class.';

    test.each([
      [
        'a missing parameter',
        'queryAsyncJobResult',
        {},
        431,
        9999,
        'Unable to execute API command queryasyncjobresult due to missing parameter jobid',
      ],
      ['an empty parameter', 'queryAsyncJobResult', { jobid: '' }, 431, 9999, 'Empty or null value provided for API arg: jobid'],
      ['an id of nothing', 'listZones', { id: NOBODY }, 431, 9999, gone.replace('listzonesresponse', 'listzones')],
      [
        'a value that the command refuses',
        'updateConfiguration',
        { name: 'x', value: '1' },
        431,
        4350,
        "Config parameter with name x doesn't exist",
      ],
      ['a page without its size', 'listZones', { page: '1' }, 431, 9999, '"pagesize" parameter is required when "page" is specified'],
      [
        'a page that is too large',
        'listZones',
        { page: '1', pagesize: '501' },
        431,
        4350,
        "Page size can't exceed max allowed page size value: 500",
      ],
      [
        'a broken object array',
        'listZones',
        { 'tags[x]': '1' },
        430,
        9999,
        /^Unable to decode parameter tags\[x\]; if specifying an object array/,
      ],
      ['a state that does not allow it', 'listApis', { name: 'x' }, 530, 4250, /^Api Discovery plugin was unable to find an api/],
    ] as const)('for %s stands in the envelope of the command', async (_, command, parameters, errorcode, cserrorcode, text) => {
      const root = `${command.toLowerCase()}response`;
      const answer = await both(command, parameters);
      const errortext = typeof text === 'string' ? text : (expect.stringMatching(text) as string);
      expect(answer.status).toBe(errorcode);
      expect(JSON.parse(answer.json)).toEqual({ [root]: { uuidList: [], errorcode, cserrorcode, errortext } });
      const plain = (JSON.parse(answer.json) as Record<string, { errortext: string }>)[root]?.errortext ?? '';
      expect(answer.xml).toBe(
        xml(root, `<errorcode>${errorcode}</errorcode><cserrorcode>${cserrorcode}</cserrorcode><errortext>${plain}</errortext>`),
      );
      expect(anonymous(String(answer.description))).toBe(plain);
    });

    test('for a control character comes before anybody looks who is calling', async () => {
      const errortext = 'Received value containing illegal ASCII non-printable characters for parameter name';
      const inside = `<errorcode>431</errorcode><cserrorcode>9999</cserrorcode><errortext>${errortext}</errortext>`;
      expect(await both('listZones', { name: 'a\tb' })).toEqual({
        status: 431,
        json: `{"listzonesresponse":{"uuidList":[],"errorcode":431,"cserrorcode":9999,"errortext":"${errortext}"}}`,
        xml: xml('listzonesresponse', inside, ''),
        description: errortext,
      });
    });

    test('for what belongs to another account says 531', async () => {
      const { vmId } = await backedUpMachine(server);
      const answer = await both('createBackup', { virtualmachineid: vmId }, user?.keys);
      const errortext = 'the account may not use virtual machine UUID';
      expect(answer).toMatchObject({
        status: 531,
        json: `{"createbackupresponse":{"uuidList":[],"errorcode":531,"cserrorcode":4365,"errortext":"${errortext}"}}`,
        xml: xml('createbackupresponse', `<errorcode>531</errorcode><cserrorcode>4365</cserrorcode><errortext>${errortext}</errortext>`),
      });
    });

    test.each(['noSuchCommand', 'createZone'])(
      'for the command %s that the role does not have stands in errorresponse',
      async (command) => {
        const answer = await both(command, {}, user?.keys);
        const errortext = `The API [${command}] does not exist or is not available for the account ${String(user?.account.name)}`;
        expect(answer).toEqual({
          status: 432,
          json: JSON.stringify({ errorresponse: { uuidList: [], errorcode: 432, cserrorcode: 9999, errortext } }),
          xml: xml('errorresponse', `<errorcode>432</errorcode><cserrorcode>9999</cserrorcode><errortext>${errortext}</errortext>`),
          description: errortext,
        });
      },
    );

    test('for a wrong signature has no reason, no cserrorcode and no version', async () => {
      const errortext = 'unable to verify user credentials and/or request signature';
      const answer = await both('listZones', {}, { ...adminKeys(server), secretkey: 'wrong' });
      expect(answer).toEqual({
        status: 401,
        json: `{"listzonesresponse":{"uuidList":[],"errorcode":401,"errortext":"${errortext}"}}`,
        xml: xml('listzonesresponse', `<errorcode>401</errorcode><errortext>${errortext}</errortext>`, ''),
        description: null,
      });
    });

    test('escapes what the caller sent', async () => {
      const name = `<a & "b" 'c'>é𝄞`;
      const { status, json, xml: text, description } = await both('updateConfiguration', { name, value: '1' });
      expect(status).toBe(431);
      expect(json).toContain(`Config parameter with name <a & \\"b\\" 'c'>é𝄞 doesn't exist`);
      expect(text).toMatch(/&lt;a &amp; /);
      expect(text).not.toContain('<a &');
      expect(description).not.toMatch(/[\r\n]/);
    });
  });

  describe('the format', () => {
    test.each([
      ['json', 'application/json; charset=UTF-8'],
      ['JSON', 'application/json; charset=UTF-8'],
      ['xml', 'text/xml; charset=UTF-8'],
      ['yaml', 'text/xml; charset=UTF-8'],
      ['', 'text/xml; charset=UTF-8'],
    ])('for response=%s is %s', async (response, type) => {
      const { headers } = await ask(server, { command: 'listZones', response });
      expect(headers.get('content-type')).toBe(type);
    });

    test('is JSON for errors of requests that cannot be read, if that was asked for', async () => {
      const { status, body } = await server.raw({ query: 'command=listZones&response=json&name=%E0%A4' });
      expect([status, body]).toEqual([
        400,
        { errorresponse: { uuidList: [], errorcode: 400, cserrorcode: 9999, errortext: expect.any(String) as string } },
      ]);
    });

    test('comes with headers that keep browsers from guessing', async () => {
      const { headers } = await ask(server, { command: 'listZones' });
      expect([headers.get('x-content-type-options'), headers.get('x-powered-by'), headers.get('access-control-allow-origin')]).toEqual([
        'nosniff',
        null,
        null,
      ]);
    });
  });
});
