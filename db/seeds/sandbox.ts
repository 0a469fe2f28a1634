const GIB = 2 ** 30;

/** The zone that an empty database starts with, so that everything can be tried at once on machines that do not exist. */
export const SANDBOX = {
  zone: { name: 'sandbox', networkType: 'Advanced', dns1: '127.0.0.1', internalDns1: '127.0.0.1' },
  settings: { 'backup.framework.enabled': 'true', 'backup.framework.provider.plugin': 'dummy' },
  machines: [
    { name: 'web-1', displayName: 'Web server', rootSizeBytes: 8 * GIB, dataSizesBytes: [], start: true },
    { name: 'db-1', displayName: 'Database server', rootSizeBytes: 8 * GIB, dataSizesBytes: [20 * GIB], start: true },
    { name: 'files-1', displayName: 'File server', rootSizeBytes: 8 * GIB, dataSizesBytes: [50 * GIB, 100 * GIB], start: false },
  ],
} as const;
