import type { Answer } from '../../src/client/api-client.js';
import { only, uniqueName } from './scene.js';
import type { TestServer, TestUser } from './server.js';

type Parameters = Readonly<Record<string, string>>;

/** The rules of a role, in their order. */
export type Rules = readonly (readonly [rule: string, permission: string])[];

/** Rules as the parameter of importRole. */
export const asMap = (rules: Rules): Parameters =>
  Object.fromEntries(
    rules.flatMap(([rule, permission], index) => [
      [`rules[${index}].rule`, rule],
      [`rules[${index}].permission`, permission],
    ]),
  );

/** Makes a role with the rules, of the type User unless another is given; answers its id. */
export async function importRole({ admin }: TestServer, rules: Rules, parameters: Parameters = {}): Promise<string> {
  const wanted = { name: uniqueName('role'), type: 'User', ...asMap(rules), ...parameters };
  return String(((await admin.call('importRole', wanted)).role as Answer).id);
}

/** The id of the role of that name. */
export const roleNamed = async ({ admin }: TestServer, name: string): Promise<string> =>
  String((await only(admin, 'listRoles', 'role', { name })).id);

/** A user whose account has the role. */
export const userOf = (server: TestServer, roleid: string, name = uniqueName('member')): Promise<TestUser> =>
  server.createUser(name, { roleid });
