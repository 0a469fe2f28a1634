import { HttpsClient } from '../https-client.js';
import type { VeeamSettings } from '../settings.js';
import type { Transport } from '../transport.js';
import { EmClient } from './client.js';
import { ConnectionCheck } from './connection-check.js';
import { EmTransport } from './em-transport.js';
import { Infrastructure } from './infrastructure.js';
import { Jobs } from './jobs.js';
import { RestorePoints } from './restore-points.js';
import { Sessions } from './sessions.js';
import { Tasks, type Pace } from './tasks.js';

/** The way to Veeam by Enterprise Manager, as the zone is set. The companion does what that cannot. */
export function openEm(settings: VeeamSettings, companion?: Transport): Transport {
  const { origin, pathname } = new URL(settings.url);
  const https = new HttpsClient({
    origin,
    verifies: settings['validate.ssl'],
    caFile: settings['ca.file'],
    timeoutMs: settings['request.timeout'] * 1000,
  });
  const { username, password, vcenter } = settings;
  const pace: Pace = { intervalMs: settings['task.poll.interval'] * 1000, looks: settings['task.poll.max.retry'] };
  const begin = () => {
    const em = new EmClient(https, { basePath: pathname.replace(/\/+$/, ''), username, password });
    const [tasks, infrastructure] = [new Tasks(em, pace), new Infrastructure(em, vcenter)];
    return { em, tasks, infrastructure, jobs: new Jobs(em, tasks, infrastructure) };
  };
  const { em, tasks, infrastructure, jobs } = begin();
  const sessions = new Sessions(em, tasks, pace);
  const restorePoints = new RestorePoints(em, sessions);
  const check = new ConnectionCheck(begin, companion);
  return new EmTransport({ infrastructure, jobs, sessions, restorePoints, check }, companion);
}
