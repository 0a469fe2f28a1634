import { forEachEngine, testDatabase } from '../kit/engines.js';
import { race, winners } from '../kit/races.js';

const SETTING = { name: 'a.setting', scope: 'Zone', scopeId: 1, value: 'one' };

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const configuration = () => handle.db.daos.configuration;

  test('saves a value, and saves another over it', async () => {
    await configuration().save(SETTING);
    await configuration().save({ ...SETTING, value: 'two' });
    await configuration().save({ ...SETTING, value: 'two' });
    expect(await configuration().listAll()).toEqual([{ ...SETTING, value: 'two', domainPath: null }]);
  });

  test('keeps the values of scopes apart', async () => {
    const others = [{ scope: 'Global', scopeId: 0 }, { scopeId: 2 }, { name: 'another' }].map((other) => ({ ...SETTING, ...other }));
    for (const setting of [SETTING, ...others]) await configuration().save(setting);
    await configuration().save({ ...SETTING, value: 'two' });
    expect(await configuration().findValue('a.setting', 'Zone', 1)).toBe('two');
    expect(await configuration().findValue('a.setting', 'Zone', 2)).toBe('one');
    expect(await configuration().findValue('a.setting', 'Zone', 3)).toBeUndefined();
    expect(await configuration().listAll()).toHaveLength(4);
  });

  test('forgets the value of one scope', async () => {
    const global = { ...SETTING, scope: 'Global', scopeId: 0 };
    for (const setting of [SETTING, global]) await configuration().save(setting);
    await configuration().delete(SETTING);
    await configuration().delete(SETTING);
    expect(await configuration().listAll()).toEqual([{ ...global, domainPath: null }]);
  });

  test('saves one row for a setting that many save at the same time', async () => {
    await race(8, (writer) => configuration().save({ ...SETTING, value: String(writer) }));
    expect(await configuration().listAll()).toEqual([{ ...SETTING, value: expect.stringMatching(/^[0-7]$/) as string, domainPath: null }]);
  });

  test('stores a first value once, whoever tries', async () => {
    const outcomes = await race(8, (writer) => configuration().insertIfAbsent({ ...SETTING, value: String(writer) }));
    expect(winners(outcomes)).toBe(1);
    expect(await configuration().findValue('a.setting', 'Zone', 1)).toBe(String(outcomes.indexOf(true)));
  });
});
