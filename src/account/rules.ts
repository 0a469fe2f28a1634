import type { CommandSpec } from '../api/command.js';
import type { RolePermission } from '../dao/role-permission-dao.js';
import type { RoleType } from './role-type.js';

/** A rule as it is decided by. */
export type Rule = Pick<RolePermission, 'rule' | 'permission'>;

/** What a rule may be: letters, digits and `*`, 255 at most. */
export const isRule = (text: string): boolean => /^[a-z0-9*]{1,255}$/i.test(text);

/**
 * Whether a role of the type with the rules may call the command. The first rule that matches one of its names decides; if none
 * does, the command itself says which types it is for.
 */
export function allows(rules: readonly Rule[], type: RoleType, { names, roles }: Pick<CommandSpec, 'names' | 'roles'>): boolean {
  const first = rules.find(({ rule }) => names.some((name) => matches(rule, name)));
  return first ? first.permission === 'allow' : roles.includes(type);
}

/** Whether the name is the rule's, in any case; each `*` stands for any part of it. Takes no longer than the texts are long. */
export function matches(rule: string, name: string): boolean {
  const [head = '', ...parts] = rule.toLowerCase().split('*');
  const text = name.toLowerCase();
  const tail = parts.pop();
  if (tail === undefined) return text === head;
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  const middle = text.slice(head.length, text.length - tail.length);
  let from = 0;
  for (const part of parts) {
    const at = middle.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}
