import { Passwords } from '../../src/account/password.js';
import { type ApiError } from '../../src/errors.js';

const passwords = new Passwords();

test('a hash fits its password and no other', async () => {
  const hash = await passwords.hash('correct horse');
  expect(await passwords.matches('correct horse', hash)).toBe(true);
  for (const wrong of ['', 'correct horse ', 'Correct horse', hash]) expect(await passwords.matches(wrong, hash)).toBe(false);
});

test('a hash tells how it was made and nothing of the password, and is another each time', async () => {
  const [one, other] = [await passwords.hash('geheimnis'), await passwords.hash('geheimnis')];
  expect(one).toMatch(/^scrypt\$32768\$8\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/);
  expect(one).not.toBe(other);
});

test.each([undefined, '', 'geheimnis', '$$$$', 'scrypt$1$1$$', 'scrypt$32768$8$AAAA$'])('no password fits %j', async (hash) => {
  for (const password of ['', 'geheimnis']) expect(await passwords.matches(password, hash)).toBe(false);
});

test('a password of any characters is hashed', async () => {
  const password = `日本 💾 ${'x'.repeat(10_000)}`;
  expect(await passwords.matches(password, await passwords.hash(password))).toBe(true);
});

test('too many at once are told to come again, the others wait for their turn, and after that there is room again', async () => {
  const all = await Promise.allSettled(Array.from({ length: 70 }, () => passwords.matches('a', undefined)));
  const refused = all.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as ApiError);
  expect(refused.map(({ kind }) => kind)).toEqual(Array(4).fill('unavailable'));
  expect(await passwords.matches('a', undefined)).toBe(false);
});
