import { request as httpRequest } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { signedQuery } from '../../src/client/sign.js';
import { forEachEngine } from '../kit/engines.js';
import { testServer } from '../kit/server.js';
import { adminKeys } from '../kit/signed-request.js';

interface Received {
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly bytes: Buffer;
}

forEachEngine((engine) => {
  const server = testServer(engine);

  /** Not by fetch, which asks for compressed answers by itself and hides that they were. */
  const receive = (command: string, accepted: string | undefined, { format = 'json', method = 'GET' } = {}): Promise<Received> => {
    const { apikey, secretkey } = adminKeys(server);
    const query = signedQuery({ command, ...(format === 'json' ? { response: 'json' } : {}) }, apikey, secretkey);
    const headers = accepted === undefined ? {} : { 'Accept-Encoding': accepted };
    return new Promise((resolve, reject) => {
      const sent = httpRequest(`${server.endpoint}?${query}`, { method, headers, agent: false }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ headers: answer.headers, bytes: Buffer.concat(chunks) }));
      });
      sent.on('error', reject);
      sent.end();
    });
  };

  describe.each(['json', 'xml'])('an answer in %s', (format) => {
    test.each(['gzip', 'gzip, deflate, br', 'br;q=1, gzip;q=0.5', '*'])('is compressed for a client that takes %s', async (accepted) => {
      const [plain, zipped] = [await receive('listApis', undefined, { format }), await receive('listApis', accepted, { format })];
      expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-type': plain.headers['content-type'] });
      expect(Number(zipped.headers['content-length'])).toBe(zipped.bytes.length);
      expect(gunzipSync(zipped.bytes).equals(plain.bytes)).toBe(true);
      expect(zipped.bytes.length).toBeLessThan(plain.bytes.length / 4);
    });

    test.each([undefined, '', 'identity', 'br', 'gzip;q=0'])('is sent as it is to a client that takes %s', async (accepted) => {
      const { headers, bytes } = await receive('listApis', accepted, { format });
      expect(headers['content-encoding']).toBeUndefined();
      expect(headers.vary).toBe('Accept-Encoding');
      expect(bytes.toString()).toContain('restoreBackup');
    });
  });

  test('a short answer is not compressed', async () => {
    const { headers, bytes } = await receive('getApiLimit', 'gzip');
    expect(headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(bytes.toString())).toHaveProperty('getapilimitresponse');
  });

  test('HEAD is answered without a body', async () => {
    const { headers, bytes } = await receive('listApis', 'gzip', { method: 'HEAD' });
    expect([headers['content-encoding'], bytes.length]).toEqual([undefined, 0]);
  });
});
