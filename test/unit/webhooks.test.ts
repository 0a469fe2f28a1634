import fc from 'fast-check';
import { readRanges } from '../../src/settings/address-ranges.js';
import { pauseAfter } from '../../src/webhooks/delivery-retry.js';
import { mayGoTo } from '../../src/webhooks/destinations.js';
import { readPayloadUrl } from '../../src/webhooks/payload-url.js';
import { present } from '../kit/engines.js';

const words = (text: string): string[] => text.split(' ');

const NONE = present(readRanges('192.0.2.77'));
const LAN = present(readRanges('10.1.0.0/16,fd00::/8'));

describe('where webhooks may go to', () => {
  test.each(['8.8.8.8', '172.15.255.255', '172.32.0.1', '192.169.0.1', '100.63.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s',
    (address) => {
      expect(mayGoTo(address, NONE)).toBe(true);
    },
  );

  test.each([
    ...words('0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1 198.18.0.1'),
    ...words('224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:7f00:1 64:ff9b::7f00:1'),
    ...words('2002:7f00:1:: 2001:0:1:: fc00::1 fd12::1 fe80::1 fe80::1%eth0 ff02::1 localhost 8.8.8'),
    '',
  ])('not %s, unless an administrator allows it', (address) => {
    expect(mayGoTo(address, NONE)).toBe(false);
  });

  test('a public address as sockets show it, and what an administrator allows', () => {
    expect(['::ffff:8.8.8.8', '10.1.2.3', 'fd12::1', '10.2.0.1', '127.0.0.1'].map((address) => mayGoTo(address, LAN))).toEqual([true, true, true, false, false]); // prettier-ignore
  });
});

describe('an address of a receiver', () => {
  test.each([
    ['hooks.example.org/x?y=z', 'http://hooks.example.org/x?y=z'],
    ['https://hooks.example.org', 'https://hooks.example.org'],
    ['HTTPS://[2606:4700::1111]:8443/', 'HTTPS://[2606:4700::1111]:8443/'],
  ])('%s is read as %s', (text, url) => {
    expect(readPayloadUrl(text, NONE)).toBe(url);
  });

  test.each(['http://2130706433/', 'http://0177.0.0.1/', 'http://127.1/', 'http://[::1]/', 'http://[::ffff:10.0.0.1]/', '169.254.169.254', 'javascript://x', 'http://a:b@c/', 'http://', '://'])('%s is refused', (text) => {
    expect(() => readPayloadUrl(text, NONE)).toThrow('parameter payloadurl');
  }); // prettier-ignore
});

test('pauses double from ten seconds to an hour, up to half less by chance', () => {
  expect([1, 2, 3, 8, 9, 10, 20].map((attempts) => pauseAfter(attempts, 0) / 1000)).toEqual([10, 20, 40, 1280, 2560, 3600, 3600]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, chance) => {
      const [pause, longest] = [pauseAfter(attempts, chance), pauseAfter(attempts, 0)];
      return pause <= longest && pause >= longest / 2;
    }),
  );
});
