import { commands } from '../../src/commands/index.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine, present } from '../kit/engines.js';
import { FORMATS, golden, goldenFiles, written } from '../kit/golden/record.js';
import { CAPACITY, REFUSED_CAPACITY } from '../kit/golden/capacity.js';
import { EVENTS, REFUSED_EVENTS } from '../kit/golden/events.js';
import { REFUSED_REQUESTS } from '../kit/golden/refused-requests.js';
import { REFUSED_WORK } from '../kit/golden/refused-work.js';
import { makeWorld, Stage, type Row, type World } from '../kit/golden/scene.js';
import { SUCCESSES } from '../kit/golden/successes.js';
import { REFUSED_USAGE, USAGE } from '../kit/golden/usage.js';
import { testServer } from '../kit/server.js';

const ANSWERS = [...SUCCESSES, ...EVENTS, ...CAPACITY, ...USAGE];
const REFUSALS = [...REFUSED_REQUESTS, ...REFUSED_WORK, ...REFUSED_EVENTS, ...REFUSED_CAPACITY, ...REFUSED_USAGE];
const ROWS = [...ANSWERS, ...REFUSALS];

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  let world: World | undefined;
  beforeAll(async () => void (world = await makeWorld(server)));

  // What is answered is the same for both formats, and how it is written does not depend on the engine.
  const formats = engine === 'sqlite' ? FORMATS : (['json'] as const);

  const answers = async ({ name, send }: Row) => {
    const texts: string[] = [];
    for (const format of formats) {
      const stage = new Stage(server, clock, present(world), `${name} ${format}`, format);
      texts.push(written(format, await stage.record(send)));
    }
    return texts;
  };

  const asRecorded = async (row: Row) => {
    const texts = await answers(row);
    const recorded = formats.map((format, at) => golden(`${row.name}.${format}`, texts[at] ?? '', engine));
    expect(texts).toEqual(recorded);
    return texts;
  };

  test.each(ANSWERS)('$name answers what is recorded, a success', async (row) => {
    const [json] = await asRecorded(row);
    expect(json).toMatch(/^\{\n {2}"status": 200,/);
    expect(json).not.toContain('errortext');
  });

  test.each(REFUSALS)('$name answers what is recorded, a refusal', async (row) => {
    const [json] = await asRecorded(row);
    expect(json).toMatch(/"errortext": |"status": 405,/);
  });
});

// After the engines: with GOLDEN=write they make the files.
describe('the golden answers', () => {
  test('hold a success of every command by each of its names', () => {
    const names = [...commands.values()].map(({ name }) => name);
    expect(ANSWERS.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });

  test('are those of the rows, each row once, and no others', () => {
    const files = ROWS.flatMap(({ name }) => FORMATS.map((format) => `${name}.${format}`)).sort();
    expect(goldenFiles()).toEqual(files);
  });
});
