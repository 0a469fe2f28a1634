import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { present, temporaryFolder } from '../kit/engines.js';
import { TestServer, testServer } from '../kit/server.js';
import { Wire } from '../kit/wire.js';

const INLINE = 'window.started = true';
const PAGE = `<!DOCTYPE html><title>UI</title><script>${INLINE}</script><script defer src="js/app.1f0c5b9a.js"></script>`;
const FILES = {
  'index.html': PAGE,
  'config.json': '{"apiBase":"/client/api"}',
  'js/app.1f0c5b9a.js': 'start()',
  'css/app.0123456789abcdef.css': 'body{}',
  'locales/en.json': '{}',
  '.env': 'SECRET=1',
  '.git/config': '[secret]',
};

/** A folder as a build of the web UI leaves it, with a file beside it that is nobody's business. */
function buildUi(): string {
  const folder = join(temporaryFolder('ui'), 'dist');
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  writeFileSync(join(folder, '../secret.txt'), 'secret');
  return folder;
}

describe('with a web UI', () => {
  const server = testServer('sqlite', { settings: { 'ui.path': buildUi() } });
  const get = (path: string, options: RequestInit = {}) => fetch(new URL(path, server.endpoint), { redirect: 'manual', ...options });

  /** Sends the path and a header as they stand: fetch would tidy them up. */
  const asWritten = async (path: string, header: string, hasBody: boolean) => {
    const wire = new Wire(server.endpoint);
    const answer = await wire.send(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n`), hasBody);
    wire.close();
    return answer;
  };

  test.each(['/', '/client'])('%s leads to it', async (path) => {
    const answer = await get(path);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'client/']);
    expect(await (await get(path, { redirect: 'follow' })).text()).toBe(PAGE);
  });

  test.each([
    ['', 'text/html', PAGE],
    ['index.html', 'text/html', PAGE],
    ['config.json', 'application/json', FILES['config.json']],
    ['config.json?ts=1', 'application/json', FILES['config.json']],
    ['js/app.1f0c5b9a.js', 'text/javascript', FILES['js/app.1f0c5b9a.js']],
    ['css/app.0123456789abcdef.css', 'text/css', FILES['css/app.0123456789abcdef.css']],
  ])('serves /client/%s', async (path, type, text) => {
    const answer = await get(`/client/${path}`);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, expect.stringContaining(type), text]);
  });

  test('lets browsers keep what has a hash in its name, and ask again for the rest', async () => {
    const caching = async (path: string) => (await get(`/client/${path}`)).headers.get('cache-control');
    const forever = 'public, max-age=31536000, immutable';
    expect(await Promise.all(['js/app.1f0c5b9a.js', 'css/app.0123456789abcdef.css'].map(caching))).toEqual([forever, forever]);
    const asked = ['no-cache', 'no-cache', 'no-cache', 'no-cache'];
    expect(await Promise.all(['', 'index.html', 'config.json', 'locales/en.json'].map(caching))).toEqual(asked);
  });

  test('answers whoever asks again that nothing has changed', async () => {
    const etag = String((await get('/client/config.json')).headers.get('etag'));
    expect((await asWritten('/client/config.json', `If-None-Match: ${etag}`, false)).status).toBe(304);
  });

  test('lets the page load nothing from elsewhere, be framed by nobody else, and run the scripts in it', async () => {
    const { headers } = await get('/client/');
    const policy = new Map(
      String(headers.get('content-security-policy'))
        .split('; ')
        .map((directive) => [directive.split(' ')[0], directive]),
    );
    expect(policy.get('default-src')).toBe("default-src 'self'");
    expect(policy.get('frame-ancestors')).toBe("frame-ancestors 'self'");
    expect(policy.get('script-src')).toBe(
      `script-src 'self' 'unsafe-eval' 'sha256-${createHash('sha256').update(INLINE).digest('base64')}'`,
    );
    expect([headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual(['nosniff', 'same-origin']);
  });

  test.each([
    '/client/.env',
    '/client/.git/config',
    '/client/js',
    '/client/js/',
    '/client/none.js',
    '/client/%zz',
    '/client/%00',
    '/other',
  ])('serves nothing at %s', async (path) => {
    const answer = await get(path);
    expect([answer.status, await answer.text()]).toEqual([404, 'nothing is here; the API is at /client/api\n']);
  });

  test.each(['/client/../secret.txt', '/client/%2e%2e/secret.txt', '/client/..%2fsecret.txt', '/client/js/..%5c..%5c..%5csecret.txt'])(
    'lets nobody out of the folder by %s',
    async (path) => {
      const { status, body } = await asWritten(path, 'Accept: */*', true);
      expect([status, body]).toEqual([404, expect.not.stringContaining('secret')]);
    },
  );

  test('takes no forms', async () => {
    expect((await get('/client/', { method: 'POST', body: 'a=b' })).status).toBe(404);
  });

  test.each(['/client/api', '/client/api/'])('leaves the API at %s', async (path) => {
    const answer = await get(`${path}?command=listGuiThemes&response=json`);
    expect([answer.status, await answer.text()]).toEqual([200, '{"listguithemesresponse":{}}']);
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  });

  describe('behind a proxy that has put it below a path of its own', () => {
    let proxy: Server | undefined;
    beforeAll(async () => {
      proxy = createServer((incoming, outgoing) => {
        const target = new URL(String(incoming.url).replace(/^\/portal/, ''), server.endpoint);
        const forwarded = ask(target, { method: incoming.method, headers: incoming.headers, agent: false }, (answer) => {
          outgoing.writeHead(Number(answer.statusCode), answer.headers);
          answer.pipe(outgoing);
        });
        incoming.pipe(forwarded);
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => proxy?.once('listening', resolve));
    });
    afterAll(() => new Promise((resolve) => proxy?.close(resolve)));

    test.each(['/portal/', '/portal/client', '/portal/client/'])('%s shows the page', async (path) => {
      const { port } = present(proxy).address() as AddressInfo;
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
      expect([new URL(answer.url).pathname, await answer.text()]).toEqual(['/portal/client/', PAGE]);
    });
  });
});

test('without ui.path there is only the API', async () => {
  const server = new TestServer('sqlite', {});
  await server.start();
  try {
    const statuses = ['/', '/client', '/client/'].map(async (path) => (await fetch(new URL(path, server.endpoint))).status);
    expect(await Promise.all(statuses)).toEqual([404, 404, 404]);
  } finally {
    await server.stop();
  }
});

test.each([
  ['/nowhere/at/all', 'there is no folder /nowhere/at/all to serve the web UI from; correct ui.path (UI_PATH)'],
  ['/usr', 'the folder /usr has no index.html; set ui.path (UI_PATH) to that of a built web UI'],
])('a server does not start with the folder %s', async (folder, why) => {
  await expect(new TestServer('sqlite', { settings: { 'ui.path': folder } }).start()).rejects.toThrow(why);
});
