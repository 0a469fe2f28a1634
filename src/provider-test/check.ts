import type { Subject } from './subject.js';

/** One thing that a provider must do or must refuse, as a sentence about it; rejects when the provider does not keep to it. */
export interface Check {
  readonly group: string;
  readonly name: string;
  run(): Promise<void>;
}

/** The checks of one group, by their names. */
export type Checks = Readonly<Record<string, (subject: Subject) => Promise<void>>>;
