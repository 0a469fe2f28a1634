import { signedQuery } from '../../src/client/sign.js';
import type { RawAnswer } from './raw-request.js';
import type { Keys, TestServer } from './server.js';

/** Sends a signed GET and answers it as it came; by the first administrator unless other keys are given. XML unless `response` says otherwise. */
export function ask(server: TestServer, parameters: Readonly<Record<string, string>>, keys: Keys = adminKeys(server)): Promise<RawAnswer> {
  return server.raw({ query: signedQuery(parameters, keys.apikey, keys.secretkey) });
}

/** The first administrator's keys. */
export const adminKeys = ({ firstAdmin: { apiKey: apikey, secretKey: secretkey } }: TestServer): Keys => ({ apikey, secretkey });

/** The text with every uuid as UUID and every moment as DATE. */
export const anonymous = (text: string): string =>
  text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID').replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+0000/g, 'DATE');

/** Matches a uuid. */
export const aUuid: unknown = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

/** Matches a moment as CloudStack writes it. */
export const aDate: unknown = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+0000$/);
