import { specOf } from '../../src/api/command.js';
import { absentCommands } from '../../src/commands/absent/index.js';

/** The commands about things that the server does not have: the same answer to everybody, of which most are empty lists. */
export const ABSENT: readonly string[] = absentCommands.map((cls) => specOf(cls).name);
