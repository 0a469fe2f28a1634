import { randomUUID } from 'node:crypto';
import type { Machine, Operation, PluginSettings, SettingValues, Volume } from '../provider/index.js';

/** A new operation that nobody listens to. */
export const operation = (operationId: string = randomUUID()): Operation => ({
  operationId,
  report: async () => undefined,
});

/** A signal that never aborts. */
export const never: AbortSignal = new AbortController().signal;

/** A machine that exists nowhere. */
export function sampleMachine(overrides: Partial<Machine> = {}): Machine {
  const uuid = randomUUID();
  return {
    uuid,
    name: `sample-${uuid.slice(0, 8)}`,
    displayName: 'Sample',
    hypervisor: 'Simulator',
    cpuNumber: 1,
    cpuSpeedMhz: 1000,
    memoryMb: 512,
    osType: 'Other Linux (64-bit)',
    templateName: 'Sample',
    serviceOfferingName: 'Small',
    settings: { 'boot.type': 'BIOS' },
    nics: [],
    ...overrides,
  };
}

/** A volume that exists nowhere, in the slot given; the root disk in slot 0. */
export function sampleVolume(deviceNumber: number, overrides: Partial<Volume> = {}): Volume {
  const uuid = randomUUID();
  return {
    uuid,
    name: `sample-${deviceNumber}`,
    type: deviceNumber === 0 ? 'ROOT' : 'DATADISK',
    deviceNumber,
    // Two of the sizes are equal: volumes are told apart by identity and by nothing else.
    sizeBytes: deviceNumber === 0 ? 8_192 : 4_096,
    path: `sample/${uuid}`,
    digest: randomUUID().replaceAll('-', ''),
    ...overrides,
  };
}

/** The settings that a plugin has when nobody has set any, with these overrides. */
export function defaultsOf<S extends PluginSettings>(settings: S, overrides: Partial<SettingValues<S>> = {}): SettingValues<S> {
  const values = Object.entries(settings).map(([key, { kind, default: text }]) => {
    if (kind === 'integer') return [key, Number(text)];
    return [key, kind === 'boolean' ? text === 'true' : text];
  });
  return { ...Object.fromEntries(values), ...overrides } as SettingValues<S>;
}

/** Every item of a list that comes page by page. */
export async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

/** The same things, in the order of their uuids. */
export const byUuid = <T extends { readonly uuid: string }>(things: readonly T[]) => [...things].sort((a, b) => (a.uuid < b.uuid ? -1 : 1));

/** The same things with nothing but their sizes. Not a map: one that is there twice must not go unnoticed. */
export const sizesOf = (things: readonly { readonly uuid: string; readonly sizeBytes: number }[]) =>
  byUuid(things).map(({ uuid, sizeBytes }) => ({ uuid, sizeBytes }));

/** An operation, the signal that aborts it, and the time since then. */
export interface CutOff {
  readonly request: Operation;
  readonly signal: AbortSignal;
  sinceAbortMs(): number;
}

/** An operation that is aborted as soon as it is under way, which is when it first reports. */
export function cutOff(operationId: string = randomUUID()): CutOff {
  const controller = new AbortController();
  let abortedAt = Number.NaN;
  const report = async () => {
    if (controller.signal.aborted) return;
    abortedAt = Date.now();
    controller.abort(new Error('cut off by the check'));
  };
  const request: Operation = { operationId, report };
  return { request, signal: controller.signal, sinceAbortMs: () => Date.now() - abortedAt };
}
