import { ProviderError, type BackupProvider, type ProviderFault } from '../../../src/provider/index.js';
import type { DummySettings } from './settings.js';

/** A method of the provider contract that can be made to fail. */
export type Method = Exclude<keyof BackupProvider, 'capabilities' | 'checkConnection'>;

/**
 * A moment inside a call: 1 before anything is recorded, 2 before the work, 3 before the answer.
 * A list fails before its first page, after its first page, or after its last.
 */
export type Step = 1 | 2 | 3;

const METHODS: Readonly<Record<Method, true>> = {
  listOfferings: true,
  assign: true,
  unassign: true,
  takeBackup: true,
  deleteBackup: true,
  listBackups: true,
  findBackup: true,
  restoreMachine: true,
  restoreVolume: true,
  fillMachine: true,
  capacity: true,
};

const FAULTS: Readonly<Record<ProviderFault, true>> = {
  temporary: true,
  rejected: true,
  not_found: true,
  unsupported: true,
  auth: true,
  capacity: true,
  corrupt: true,
  unknown: true,
};

/** What the settings make the provider do beside its duty: be slow, fail, lose backups, misreport sizes. */
export class Script {
  readonly delayMs: number;
  readonly totalBytes: number;
  /** How many backups make a chain. */
  readonly fullEvery: number;
  private readonly lost: ReadonlySet<string>;

  constructor(private readonly settings: DummySettings) {
    this.delayMs = Math.max(0, settings['delay.ms']);
    this.fullEvery = Math.max(1, settings['full.every']);
    this.totalBytes = Math.max(0, settings['capacity.bytes']);
    this.lost = new Set(settings.lost.split(',').map((externalId) => externalId.trim()));
  }

  /** Throws the scripted fault when the call has come to the step at which it is to fail. */
  reach(method: Method, ...steps: readonly Step[]): void {
    const scripted = this.fault();
    if (scripted?.call !== method || !steps.includes(scripted.step)) return;
    throw new ProviderError(scripted.fault, `scripted fault: ${method} fails at step ${scripted.step} (see fail.call)`);
  }

  /** Whether the provider is to pretend that it does not have this backup. */
  isLost(externalId: string): boolean {
    return this.lost.has('*') || this.lost.has(externalId);
  }

  /** The size to report for something that really has `sizeBytes`. */
  report(sizeBytes: number): number {
    const scripted = this.settings['size.bytes'];
    return scripted < 0 ? sizeBytes : scripted;
  }

  private fault(): { call: Method; step: Step; fault: ProviderFault } | undefined {
    const { 'fail.call': call, 'fail.step': step, 'fail.fault': fault } = this.settings;
    if (call === '') return undefined;
    if (!isOneOf(METHODS, call)) throw invalid('fail.call', call, Object.keys(METHODS));
    if (!isStep(step)) throw invalid('fail.step', String(step), ['1', '2', '3']);
    if (!isOneOf(FAULTS, fault)) throw invalid('fail.fault', fault, Object.keys(FAULTS));
    return { call, step, fault };
  }
}

const isOneOf = <K extends string>(names: Readonly<Record<K, true>>, name: string): name is K => Object.hasOwn(names, name);

const isStep = (step: number): step is Step => step === 1 || step === 2 || step === 3;

const invalid = (key: string, value: string, valid: readonly string[]) =>
  new ProviderError('rejected', `the setting ${key} is "${value}"; it can be ${valid.join(', ')}`);
