import { CacheInvalidation } from '../../src/cache-invalidation.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';

const silent = () => undefined;
const SETTING = { name: 'test.setting', scope: 'Global', scopeId: 0 };

/** Something that one part of a test waits for and another sends. */
function signal(): { readonly sent: Promise<void>; send(): void } {
  let send = silent as () => void;
  const sent = new Promise<void>((resolve) => (send = resolve));
  return { sent, send };
}

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const start = () => new CacheInvalidation(handle.db, () => new Date(), silent);
  const stored = () => handle.db.daos.configuration.findValue(SETTING.name, SETTING.scope, SETTING.scopeId);
  const save = (caches: CacheInvalidation, value: string) =>
    caches.change('configuration', (daos) => daos.configuration.save({ ...SETTING, value }));

  test('a change is remembered when it is made, and other topics are left alone', async () => {
    const caches = start();
    const seen: unknown[] = [];
    caches.onChange('configuration', async () => void seen.push(await stored()));
    caches.onChange('zone', () => void seen.push('zone'));
    await save(caches, 'new');
    expect(seen).toEqual(['new']);
  });

  test('what was read before a change is not remembered after it', async () => {
    const caches = start();
    const [hasRead, goOn] = [signal(), signal()];
    const remembered: unknown[] = [];
    caches.onChange('configuration', async () => {
      const value = await stored();
      hasRead.send();
      if (value === undefined) await goOn.sent;
      remembered.push(value);
    });
    const reading = caches.refresh('configuration');
    await hasRead.sent;
    const changing = save(caches, 'new');
    // Long enough for it to overtake what is being read, if it could.
    for (let round = 0; round < 50 && remembered.length === 0; round++) await stored();
    goOn.send();
    await Promise.all([reading, changing]);
    expect(remembered).toEqual([undefined, 'new']);
  });

  test('a refresh that fails is told to who asked for it, and keeps nobody else from it', async () => {
    const caches = start();
    let isBroken = true;
    const seen: string[] = [];
    caches.onChange('role', () => {
      if (isBroken) throw new Error('broken');
      seen.push('role');
    });
    await expect(caches.refresh('role')).rejects.toThrow('broken');
    isBroken = false;
    await caches.refresh('role');
    expect(seen).toEqual(['role']);
  });

  test('a server that has not looked for long brings everything up to date, because changes are forgotten', async () => {
    let now = Date.now();
    const caches = new CacheInvalidation(handle.db, () => new Date(now), silent);
    const seen: string[] = [];
    const refreshed = signal();
    caches.onChange('role', () => {
      seen.push('role');
      if (seen.length === 2) refreshed.send();
    });
    await caches.start();
    now += 3_600_000;
    await refreshed.sent;
    await caches.stop();
    expect(seen).toEqual(['role', 'role']);
  });
});
