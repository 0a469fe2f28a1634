import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from '../kit/process.js';
import { PROJECT, run } from '../kit/program.js';

const README = readFileSync(join(PROJECT, 'README.md'), 'utf8');
const TEST_MS = 60_000;

/** The text between two others. */
function between(start: string, end: string, text = README): string {
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf(end, from);
  if (from < start.length || to < 0) throw new Error(`the README has no ${start} … ${end}`);
  return text.slice(from, to);
}

/** A command of the quick start with what the README says it prints. */
interface Step {
  readonly command: string;
  readonly prints: string;
}

function steps(): Step[] {
  const block = between('```console\n', '```', between('<!-- quick start -->', '<!-- end of the quick start -->'));
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = '', ...lines] = text.split('\n');
      return { command, prints: lines.join('\n') };
    });
}

/** What remains of a text when ids and the width of columns are left out. */
const essence = (text: string): string => text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>').replace(/ +/g, ' ');

test(
  'the quick start works word for word, and prints what the README says',
  async () => {
    const server = await startProcess();
    const written = steps();
    expect(written.length).toBeGreaterThan(9);

    // In one shell, as a reader would; a zero byte tells where one command's output ends.
    const script = written.map(({ command }) => `${command}\nprintf '\\0'\n`).join('');
    const { code, stdout, stderr } = await run('bash', ['-ec', script], { DATA_DIR: server.dataDir, HTTP_PORT: '0' });

    expect({ code, errors: stderr.replace(/\r[^\r]*/g, '') }).toEqual({ code: 0, errors: '' });
    const printed = stdout.split('\0').map((prints, index) => ({ command: written[index]?.command, prints: essence(prints) }));
    expect(printed.slice(0, -1)).toEqual(written.map(({ command, prints }) => ({ command, prints: essence(prints) })));
    await server.kill();
  },
  TEST_MS,
);

test('everything that the map names is there', () => {
  let folder = '';
  const paths = between('```\n', '```', between('## Map\n', '\n## '))
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, indent = '', name = ''] = /^( *)(\S+)/.exec(line) ?? [];
      if (indent === '') folder = name;
      return indent === '' ? name : join(folder, name);
    });
  expect(paths.length).toBeGreaterThan(15);
  expect(paths.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
});

test('everything that the README links to is there', () => {
  const links = [...README.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
});

test('the README can be read at one go', () => {
  expect(README.split('\n').length).toBeLessThan(200);
});
