import { never } from '../../../../test/kit/contract/samples.js';
import { benchOf, TARGET, USER } from './bench.js';
import { EmApi } from './fake/em-api.js';
import { TAG } from './fake/em-job-routes.js';
import { Estate, type FakeJob } from './fake/estate.js';
import { FakeVbr } from './fake/vbr-api.js';

/** A fake Enterprise Manager with a template, the Backup & Replication server behind it, and providers that speak to them. */
export async function emBench(revision = '1.3-rev2') {
  const estate = new Estate();
  const vbr = new FakeVbr(estate, USER, revision);
  const em: EmApi = new EmApi(estate, USER, () => bench.server.origin);
  const bench = await benchOf(estate, [vbr.api, em.handle], (origin) => ({ api: 'em', url: `${origin}/api/` }));
  const addTemplate = (name: string, runAutomatically: boolean, description = ''): FakeJob =>
    estate.addJob({ name, description, containers: [TAG], settings: { schedule: { runAutomatically } } });
  const template = addTemplate('Daily', true);
  /** The settings by which the Backup & Replication server does what Enterprise Manager cannot do. */
  const companion = { 'vbr.url': bench.server.origin, ...TARGET };

  /** A machine that is to be under the template, with what asks for its backups. */
  const wanted = (under = template) => {
    const made = bench.machine();
    return { ...made, ...bench.requests(made, `urn:veeam:Job:${under.id}`) };
  };
  /** A machine that is under it, and its job. */
  const assigned = async (provider = bench.open(), under = template) => {
    const asking = wanted(under);
    const { reference } = await provider.assign(asking.assign(), never);
    const job = estate.jobs.find(({ id }) => id === reference);
    if (!job) throw new Error('the assignment names no job');
    return { provider, job, ...asking };
  };

  /** Everything as it was at first, but for what the estate holds. */
  const reset = () => {
    bench.server.reset();
    bench.logged.length = 0;
    em.reset();
    Object.assign(estate.sessions.script, { lastsMs: 0, neverStarts: false, result: 'Success', message: '', errors: [] });
  };
  return { ...bench, em, vbr, template, addTemplate, companion, wanted, assigned, reset };
}
export type EmBench = Awaited<ReturnType<typeof emBench>>;
