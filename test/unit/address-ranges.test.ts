import fc from 'fast-check';
import { readRanges } from '../../src/settings/address-ranges.js';

const has = (ranges: string, address: string) => readRanges(ranges)?.has(address);

test.each([
  ['0.0.0.0/0,::/0', '127.0.0.1', true],
  ['0.0.0.0/0,::/0', '::1', true],
  ['0.0.0.0/0,::/0', '::ffff:203.0.113.7', true],
  ['0.0.0.0/0', '::1', false],
  ['::/0', '203.0.113.7', false],
  ['10.0.0.0/8', '10.255.0.1', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['10.1.2.3/8', '10.255.0.1', true],
  ['10.0.0.1', '10.0.0.1', true],
  ['10.0.0.1', '10.0.0.2', false],
  [' 10.0.0.1/32 , 192.0.2.0/24', '192.0.2.200', true],
  ['10.0.0.0/8', '::ffff:10.1.1.1', true],
  ['10.0.0.0/8', '::FFFF:11.1.1.1', false],
  ['2001:db8::/32', '2001:db8:1::5', true],
  ['2001:db8::/32', '2001:db9::5', false],
  ['fe80::/10', 'fe80::1%eth0', true],
  ['0.0.0.0/0,::/0', 'nonsense', false],
  ['0.0.0.0/0,::/0', '', false],
])('%s and %s: %s', (ranges, address, expected) => {
  expect(has(ranges, address)).toBe(expected);
});

test.each([
  '',
  ' ',
  ',',
  '10.0.0.0/8,',
  '10.0.0.0/33',
  '::/129',
  '10.0.0/8',
  '10.0.0.0/-1',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  'all',
  '010.0.0.1',
  '10.0.0.0/8;::1',
])('takes no list that is %j', (text) => {
  expect(readRanges(text)).toBeUndefined();
});

test('an IPv4 range holds the addresses whose first bits are its own', () => {
  const number = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.nat(32), (range, address, bits) => {
      const part = 2 ** (32 - bits);
      const expected = Math.floor(number(range) / part) === Math.floor(number(address) / part);
      return has(`${range}/${bits}`, address) === expected;
    }),
  );
});
