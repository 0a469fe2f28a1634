import { samplePlugin } from '../../../sample-plugin.js';

export default { ...samplePlugin, settings: { 'Some-Key': samplePlugin.settings.count } };
