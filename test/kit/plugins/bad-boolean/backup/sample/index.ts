import { samplePlugin } from '../../../sample-plugin.js';

export default { ...samplePlugin, settings: { enabled: { ...samplePlugin.settings.enabled, default: 'yes' } } };
