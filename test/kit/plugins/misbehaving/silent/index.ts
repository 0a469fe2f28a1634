import { misbehavingPlugin } from '../../misbehaving-plugin.js';

export default misbehavingPlugin('silent', () => new Promise(() => undefined));
