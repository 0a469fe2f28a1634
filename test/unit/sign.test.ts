import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { readParameters } from '../../src/api/request-parameters.js';
import { canonicalText, isSignedWith } from '../../src/api/signature.js';
import { signedQuery } from '../../src/client/sign.js';

const name = fc
  .stringMatching(/^[a-zA-Z][a-zA-Z0-9]{0,8}(\[\d\]\.[a-zA-Z]{1,5})?$/)
  .filter((text) => !['signature', 'apikey'].includes(text.toLowerCase()));
const value = fc.string({ unit: 'binary', maxLength: 40 });
const secret = fc.string({ unit: 'binary', minLength: 1, maxLength: 100 });
const parameters = fc.dictionary(name, value, { noNullPrototype: true, maxKeys: 12 });

test('what the client signs, the server verifies, as the reference server would', () => {
  fc.assert(
    fc.property(parameters, value, secret, (sent, apiKey, secretKey) => {
      const received = readParameters(signedQuery(sent, apiKey, secretKey), '');
      expect(Object.fromEntries(received)).toEqual({ ...sent, apiKey, signature: received.get('signature') });
      expect(received.get('signature')).toBe(createHmac('sha1', secretKey).update(canonicalText(received)).digest('base64'));
    }),
    { numRuns: 1000 },
  );
});

test('a form is signed as a query is', () => {
  fc.assert(
    fc.property(parameters, value, secret, (sent, apiKey, secretKey) => {
      const received = readParameters('', signedQuery(sent, apiKey, secretKey));
      expect(isSignedWith(secretKey, received, received.get('signature') ?? '')).toBe(true);
    }),
  );
});

test('no other parameters and no other secret fit the signature', () => {
  fc.assert(
    fc.property(parameters, secret, fc.tuple(name, value), secret, (sent, secretKey, [extra, content], other) => {
      fc.pre(!(extra in sent) && other !== secretKey && !sameKey(other, secretKey));
      const received = readParameters(signedQuery(sent, 'key', secretKey), '');
      const signature = received.get('signature') ?? '';
      expect(isSignedWith(secretKey, new Map([...received, [extra, content]]), signature)).toBe(false);
      expect(isSignedWith(other, received, signature)).toBe(false);
    }),
  );
});

/** HMAC fills short keys up with zero bytes: keys that differ only in these are the same. */
const sameKey = (a: string, b: string): boolean => a.replace(/\0+$/, '') === b.replace(/\0+$/, '');
