// @ts-check
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { defaultsOf, hostOn, MemoryStore, providerChecks } from 'stackvault/provider-test';
import plugin from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'my-plugin-'));
after(() => rmSync(folder, { recursive: true }));

const host = hostOn(new MemoryStore());

const checks = providerChecks({
  open: async () => plugin.create(defaultsOf(plugin.settings, { folder }), host),
  openSlow: async () => plugin.create(defaultsOf(plugin.settings, { folder, 'delay.ms': 1000 }), host),
});

for (const { group, name, run } of checks) test(`${group}: ${name}`, run);
