import { sampleMachine, sampleVolume } from '../../src/provider-test/index.js';
import type { MachineFacts, VolumeFacts } from '../../src/provider/index.js';

/** What a source says of a volume that exists nowhere. */
export const sampleVolumeFacts = (deviceNumber = 0, overrides: Partial<VolumeFacts> = {}): VolumeFacts => ({
  ...{ volume: sampleVolume(deviceNumber), state: 'Ready', created: new Date() },
  ...overrides,
});

/** What a source says of a machine that exists nowhere. */
export const sampleFacts = (overrides: Partial<MachineFacts> = {}): MachineFacts => ({
  ...{ machine: sampleMachine(), state: 'Stopped', created: new Date(), volumes: [sampleVolumeFacts(0), sampleVolumeFacts(1)] },
  ...overrides,
});
