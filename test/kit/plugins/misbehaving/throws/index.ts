import { misbehavingPlugin } from '../../misbehaving-plugin.js';

export default misbehavingPlugin('throws', () => {
  throw new TypeError('the password is hunter2');
});
