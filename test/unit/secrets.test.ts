import fc from 'fast-check';
import { Secrets } from '../../src/secrets.js';

test('what was sealed is opened again, by the same pass phrase at any time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (secret, passphrase) => {
      expect(new Secrets(passphrase).open(new Secrets(passphrase).seal(secret))).toBe(secret);
    }),
  );
});

test('the same secret is sealed differently each time, and does not show', () => {
  const secrets = new Secrets('phrase');
  const [one, other] = [secrets.seal('geheimnis'), secrets.seal('geheimnis')];
  expect(one).not.toBe(other);
  for (const sealed of [one, other]) {
    expect(sealed).toMatch(/^v1\.[A-Za-z0-9+/]+=*$/);
    expect(Buffer.from(sealed.slice(3), 'base64').toString('latin1')).not.toContain('geheimnis');
  }
});

test('another pass phrase does not open it', () => {
  const sealed = new Secrets('phrase').seal('geheimnis');
  expect(() => new Secrets('Phrase').open(sealed)).toThrow();
});

test('no changed bit goes unnoticed', () => {
  const secrets = new Secrets('phrase');
  const bytes = Buffer.from(secrets.seal('geheimnis').slice(3), 'base64');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => secrets.open(`v1.${changed.toString('base64')}`)).toThrow();
  }
});

test.each(['', 'geheimnis', 'v2.AAAA', 'v1.', 'v1.AAAA', 'v1.%%%'])('%j is not taken for a sealed secret', (text) => {
  expect(() => new Secrets('phrase').open(text)).toThrow();
});

test('a digest is the same for the same text and pass phrase only', () => {
  const digest = new Secrets('phrase').digest('geheimnis');
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(new Secrets('phrase').digest('geheimnis')).toBe(digest);
  expect([new Secrets('Phrase').digest('geheimnis'), new Secrets('phrase').digest('Geheimnis')]).not.toContain(digest);
});
