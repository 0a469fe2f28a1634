/** The plugin contracts: all that a plugin may import from this server. */
export * from './backup-provider.js';
export * from './catalogue.js';
export * from './durable-operations.js';
export * from './inventory-source.js';
export * from './machine.js';
export * from './operation.js';
export * from './plugin.js';
export * from './provider-error.js';
export * from './records.js';
