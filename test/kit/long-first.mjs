import { sep } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Folders whose files take long, so that no worker is left with one of them when the others have nothing more to do. */
const LONG = ['fault', 'fuzz', 'scenario'].map((folder) => `${sep}test${sep}${folder}${sep}`);

const isLong = ({ path }) => LONG.some((folder) => path.includes(folder));

/** Runs the test files first that take long, also on a machine that has never run them. */
export default class LongFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
