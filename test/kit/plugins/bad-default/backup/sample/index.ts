import { samplePlugin } from '../../../sample-plugin.js';

export default { ...samplePlugin, settings: { count: { ...samplePlugin.settings.count, default: 5 } } };
