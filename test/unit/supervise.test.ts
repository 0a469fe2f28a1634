import { jest } from '@jest/globals';
import { Abandoned } from '../../src/abandoned.js';
import { supervise } from '../../src/plugin-host/supervise.js';
import { ProviderError, type Operation } from '../../src/provider/index.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';

type Line = readonly [level: string, message: string, fields: Readonly<Record<string, unknown>> | undefined];

/** A provider of the names that the supervision knows, with what the test wants it to do. */
interface Target {
  findBackup?(externalId: string, signal: AbortSignal): Promise<string>;
  listOfferings(signal: AbortSignal): Promise<string>;
  takeBackup(operation: Operation, signal: AbortSignal): Promise<string>;
  listBackups(signal: AbortSignal): AsyncIterable<string>;
}

/** Garbage is the only answer that cannot be one. */
const check = (method: string, answer: unknown) => {
  if (answer === 'garbage') throw new ProviderError('corrupt', `no answer to ${method}`);
};

const PATIENCE = { answerMs: 1000, stallMs: 60_000 };
const never = () => new Promise<never>(() => undefined);
const operation = (reports: unknown[] = []): Operation => ({ operationId: 'op', report: async (progress) => void reports.push(progress) });

let lines: Line[] = [];
let outer = new AbortController();
beforeEach(() => {
  lines = [];
  outer = new AbortController();
});

function supervised(target: Partial<Target>, patience = () => PATIENCE): Target {
  return supervise('dummy', target as Target, patience, check, (level, message, fields) => void lines.push([level, message, fields]));
}

/** Lets the clock of the surrounding `describe` run only when it is told to. */
function withoutWaiting(): void {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
}

/** Runs the clock for so long and answers what the promise has come to by then. */
async function after(ms: number, call: Promise<unknown>): Promise<unknown> {
  let outcome: unknown = 'pending';
  call.then(
    (value) => (outcome = value),
    (error: unknown) => (outcome = error),
  );
  await jest.advanceTimersByTimeAsync(ms);
  return outcome;
}

async function collect(pages: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

/** Nobody can say whether a call that was given up has been carried out. */
const unknown = (message: string) => expect.objectContaining({ name: 'ProviderError', fault: 'unknown', message });

describe('a call that answers', () => {
  withoutWaiting();

  test('is passed through, on the object that it belongs to, with one line in the log', async () => {
    class Provider {
      #answer = 'gold';
      async listOfferings() {
        return this.#answer;
      }
    }
    const provider = supervised(new Provider());
    expect('findBackup' in provider).toBe(false);
    expect(await provider.listOfferings(outer.signal)).toBe('gold');
    expect(lines).toEqual([['info', 'provider call', { call: 'dummy.listOfferings', ms: expect.any(Number) }]]);
  });

  test('leaves no timer behind', async () => {
    await supervised({ listOfferings: async () => 'gold' }).listOfferings(outer.signal);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('a call that does not answer', () => {
  withoutWaiting();

  test('is given up when its time is over, and its signal says so', async () => {
    let seen: AbortSignal | undefined;
    const provider = supervised({ listOfferings: (signal) => ((seen = signal), never()) });
    const call = provider.listOfferings(outer.signal);
    expect(await after(PATIENCE.answerMs - 1, call)).toBe('pending');
    expect(await after(1, call)).toEqual(unknown('dummy.listOfferings: no sign of life for 1 s'));
    expect(seen?.aborted).toBe(true);
    expect(lines).toMatchObject([['warn', 'provider call failed', { call: 'dummy.listOfferings', fault: 'unknown' }]]);
  });

  test('has longer when it is an operation', async () => {
    const call = supervised({ takeBackup: never }).takeBackup(operation(), outer.signal);
    expect(await after(PATIENCE.stallMs - 1, call)).toBe('pending');
    expect(await after(1, call)).toEqual(unknown('dummy.takeBackup: no sign of life for 60 s'));
  });

  test('has as long as is set when it begins, not when the plugin was made', async () => {
    let stallMs = PATIENCE.stallMs;
    const provider = supervised({ takeBackup: never }, () => ({ ...PATIENCE, stallMs }));
    stallMs = 5000;
    const call = provider.takeBackup(operation(), outer.signal);
    expect(await after(4999, call)).toBe('pending');
    expect(await after(1, call)).toEqual(unknown('dummy.takeBackup: no sign of life for 5 s'));
  });

  test('has its time anew with each report, which reaches the job', async () => {
    const reports: unknown[] = [];
    let report: Operation['report'] = async () => undefined;
    const provider = supervised({ takeBackup: (watched) => ((report = watched.report.bind(watched)), never()) });
    const call = provider.takeBackup(operation(reports), outer.signal);
    for (let percent = 0; percent < 5; percent++) {
      expect(await after(PATIENCE.stallMs - 1, call)).toBe('pending');
      await report({ percent });
    }
    expect(await after(PATIENCE.stallMs, call)).toEqual(unknown('dummy.takeBackup: no sign of life for 60 s'));
    expect(reports).toHaveLength(5);
  });

  test('reports nothing any more once it has been given up', async () => {
    const reports: unknown[] = [];
    let report: Operation['report'] = async () => undefined;
    const provider = supervised({ takeBackup: (watched) => ((report = watched.report.bind(watched)), never()) });
    await after(PATIENCE.stallMs, provider.takeBackup(operation(reports), outer.signal));
    await report({ percent: 99 });
    expect([reports, jest.getTimerCount()]).toEqual([[], 0]);
  });

  test('is given up when its job is, and says why', async () => {
    const call = supervised({ takeBackup: never }).takeBackup(operation(), outer.signal);
    outer.abort(new Error('the job was cancelled'));
    expect(await after(0, call)).toEqual(unknown('dummy.takeBackup: the job was cancelled'));
  });

  test('is not even made when its job was given up before', async () => {
    const made = jest.fn(never);
    outer.abort(new Error('given up'));
    expect(await after(0, supervised({ takeBackup: made }).takeBackup(operation(), outer.signal))).toEqual(
      unknown('dummy.takeBackup: given up'),
    );
    expect(made).not.toHaveBeenCalled();
  });

  test('never ends when it is abandoned: another server goes on with it', async () => {
    const call = supervised({ takeBackup: never }).takeBackup(operation(), outer.signal);
    outer.abort(new Abandoned('another server has taken the job up'));
    expect(await after(10 * PATIENCE.stallMs, call)).toBe('pending');
  });
});

describe('a call that fails', () => {
  withoutWaiting();

  test('keeps the fault and the text that the plugin gave, under the name of the call', async () => {
    const provider = supervised({ listOfferings: () => Promise.reject(new ProviderError('capacity', 'no room')) });
    await expect(provider.listOfferings(outer.signal)).rejects.toMatchObject({
      fault: 'capacity',
      message: 'dummy.listOfferings: no room',
    });
  });

  test.each([
    ['an error', new Error('password=geheim')],
    ['a text', 'password=geheim'],
    ['nothing', undefined],
  ])('in a way that nobody expects shows no more than that: %s', async (_, thrown) => {
    const provider = supervised({ listOfferings: () => Promise.reject(thrown as Error) });
    const error = await provider.listOfferings(outer.signal).catch((cause: unknown) => cause as ProviderError);
    expect(error).toMatchObject({
      fault: 'unknown',
      message: 'dummy.listOfferings: the plugin failed unexpectedly; the log has the cause',
    });
    expect(lines).toMatchObject([['warn', 'provider call failed', { fault: 'unknown', error: thrown }]]);
  });

  test('with an answer that cannot be one is no different', async () => {
    const provider = supervised({ listOfferings: async () => 'garbage' });
    await expect(provider.listOfferings(outer.signal)).rejects.toMatchObject({
      name: 'ProviderError',
      fault: 'corrupt',
      message: 'dummy.listOfferings: no answer to listOfferings',
    });
    expect(lines).toMatchObject([['warn', 'provider call failed', { call: 'dummy.listOfferings', fault: 'corrupt' }]]);
  });

  test('because the server itself has failed it is no fault of the plugin', async () => {
    const failing: Operation = { operationId: 'op', report: () => Promise.reject(new Error('no database')) };
    const provider = supervised({ takeBackup: async ({ report }) => report({ percent: 1 }).then(() => 'taken') });
    await expect(provider.takeBackup(failing, outer.signal)).rejects.toMatchObject({ name: 'HostFailed', cause: new Error('no database') });
  });

  test('at once instead of by a promise is no different', async () => {
    const provider = supervised({
      listOfferings: () => {
        throw new Error('at once');
      },
    });
    await expect(provider.listOfferings(outer.signal)).rejects.toMatchObject({ fault: 'unknown' });
  });
});

describe('a call of many pages', () => {
  withoutWaiting();

  test('answers page by page, with one line in the log', async () => {
    const provider = supervised({
      async *listBackups() {
        yield* ['a', 'b', 'c'];
      },
    });
    expect(await collect(provider.listBackups(outer.signal))).toEqual(['a', 'b', 'c']);
    expect(lines).toMatchObject([['info', 'provider call', { call: 'dummy.listBackups' }]]);
  });

  test('has its time for each page', async () => {
    const provider = supervised({
      async *listBackups() {
        for (const page of ['a', 'b', 'c']) {
          await new Promise((resolve) => setTimeout(resolve, PATIENCE.answerMs - 1));
          yield page;
        }
        await never();
      },
    });
    const pages: string[] = [];
    const call = (async () => {
      for await (const page of provider.listBackups(outer.signal)) pages.push(page);
    })();
    expect(await after(3 * PATIENCE.answerMs - 3, call)).toBe('pending');
    expect(pages).toEqual(['a', 'b', 'c']);
    expect(await after(PATIENCE.answerMs, call)).toEqual(unknown('dummy.listBackups: no sign of life for 1 s'));
  });

  test('has as much time as it needs while nobody asks for a page, and is closed when nobody will', async () => {
    let isClosed = false;
    const provider = supervised({
      async *listBackups() {
        try {
          yield* ['a', 'b', 'c'];
        } finally {
          isClosed = true;
        }
      },
    });
    for await (const page of provider.listBackups(outer.signal)) {
      await jest.advanceTimersByTimeAsync(10 * PATIENCE.answerMs);
      if (page === 'b') break;
    }
    await jest.advanceTimersByTimeAsync(0);
    expect([isClosed, outer.signal.aborted]).toEqual([true, false]);
  });

  test('fails as a whole when a page cannot be one, and is closed', async () => {
    let isClosed = false;
    async function* listBackups() {
      try {
        yield* ['first', 'garbage', 'third'];
      } finally {
        isClosed = true;
      }
    }
    const error = expect.objectContaining({ fault: 'corrupt', message: 'dummy.listBackups: no answer to listBackups' });
    await expect(collect(supervised({ listBackups }).listBackups(outer.signal))).rejects.toEqual(error);
    await after(0, Promise.resolve());
    expect(isClosed).toBe(true);
  });

  test.each([
    ['undefined', undefined],
    ['a promise', Promise.resolve(['page'])],
    ['a list that is not read page by page', 5],
  ])('fails when the plugin answers %s instead', async (_what, answer) => {
    const listBackups = () => answer as never;
    const error = expect.objectContaining({ name: 'ProviderError', fault: 'unknown' });
    await expect(collect(supervised({ listBackups }).listBackups(outer.signal))).rejects.toEqual(error);
  });

  test('is complete also when the plugin cannot be told so', async () => {
    const pages = ['a'];
    const next = async () => ({ done: pages.length === 0, value: pages.shift() });
    const iterator = {
      next,
      return: () => {
        throw new Error('at once');
      },
    };
    const listBackups = () => ({ [Symbol.asyncIterator]: () => iterator }) as never;
    expect(await collect(supervised({ listBackups }).listBackups(outer.signal))).toEqual(['a']);
  });

  test('fails as a whole when a page fails', async () => {
    const provider = supervised({
      async *listBackups() {
        yield 'a';
        throw new ProviderError('auth', 'logged out');
      },
    });
    await expect(collect(provider.listBackups(outer.signal))).rejects.toMatchObject({
      fault: 'auth',
      message: 'dummy.listBackups: logged out',
    });
  });
});

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  test('a call inside a transaction is refused, and nothing is called', async () => {
    const made = jest.fn(async () => 'gold');
    const provider = supervised({ listOfferings: made });
    const within = handle.db.transaction(() => provider.listOfferings(outer.signal));
    await expect(within).rejects.toThrow('dummy.listOfferings was called inside a transaction');
    expect(made).not.toHaveBeenCalled();
    expect(await provider.listOfferings(outer.signal)).toBe('gold');
  });
});
