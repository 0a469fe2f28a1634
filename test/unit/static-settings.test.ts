import { AddressRanges } from '../../src/settings/address-ranges.js';
import { readSettings, STATIC_KEYS, variableOf } from '../../src/settings/static-settings.js';

test('the defaults hold where nothing is said, and have their types', () => {
  expect(readSettings({}, {})).toEqual({
    'http.host': '127.0.0.1',
    'http.port': 8080,
    'http.trusted.proxies': new AddressRanges(),
    'data.dir': 'var',
    'db.url': '',
    'secrets.key': '',
    'sandbox.enabled': true,
    'plugins.dir': '',
    'ui.path': '',
    'log.level': 'info',
    'jobs.parallel': 16,
    'jobs.lease.seconds': 15,
    'shutdown.drain.seconds': 0,
    'shutdown.grace.seconds': 20,
  });
});

test('the file overrides the defaults, and the environment the file', () => {
  const settings = readSettings({ 'http.port': 1, 'log.level': 'warn' }, { HTTP_PORT: '2', SANDBOX_ENABLED: 'false', PATH: '/bin' });
  expect(settings).toMatchObject({ 'http.port': 2, 'log.level': 'warn', 'sandbox.enabled': false });
});

test('the variable of a setting is its name in capitals', () => {
  expect(Object.keys(STATIC_KEYS).map(variableOf)).toContain('JOBS_LEASE_SECONDS');
});

test('settings cannot be changed', () => {
  expect(Object.isFrozen(readSettings({}, {}))).toBe(true);
});

test('every fault is named at once, and no secret is shown', () => {
  const read = () =>
    readSettings({ 'http.prot': 1, 'db.url': 'mysql://u:geheim@h/d', 'jobs.parallel': -1 }, { HTTP_PORT: '80 80', LOG_LEVEL: 'loud' });
  expect(read).toThrow(
    'the settings have faults:\n  http.prot: no such setting\n  http.port (HTTP_PORT): "80 80" is not a valid integer\n' +
      '  log.level (LOG_LEVEL): "loud" is not a valid level\n  jobs.parallel (JOBS_PARALLEL): "-1" is not a valid integer',
  );
});

test.each([
  ['HTTP_PORT', ['', ' 1', '1.5', '0x10', '1e3', '-1', '12345678901']],
  ['SANDBOX_ENABLED', ['', 'yes', 'TRUE', '1', 'constructor']],
  ['LOG_LEVEL', ['', 'INFO', 'trace']],
])('%s takes no value of another kind', (variable, values) => {
  for (const value of values) expect(() => readSettings({}, { [variable]: value })).toThrow(`(${variable})`);
});
