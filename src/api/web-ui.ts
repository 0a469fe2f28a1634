import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import express, { Router } from 'express';

/** Where the web UI is served, and looks for the API. */
const PREFIX = '/client';
const FIRST_PAGE = 'index.html';

/** A file whose name holds a hash of what is in it, such as `app.1f0c5b9a.js`: another content has another name. */
const HASHED_NAME = /[.-][0-9a-f]{8,}\.\w+$/;
const A_YEAR = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/** Serves the web UI that lies in the folder under `/client/`; throws if there is none. */
export function webUi(folder: string): Router {
  const headers = { ...pageHeaders(readFirstPage(folder)), 'X-Content-Type-Options': 'nosniff' };
  const ui = Router({ strict: true });
  // Relative, so that they lead to the right place behind a proxy that serves this server below a path of its own.
  for (const above of ['/', PREFIX]) ui.get(above, (_request, response) => response.redirect(`${PREFIX.slice(1)}/`));
  ui.use(
    PREFIX,
    express.static(resolve(folder), {
      index: FIRST_PAGE,
      dotfiles: 'ignore',
      redirect: false,
      cacheControl: false,
      setHeaders: (response, path) => {
        response.setHeader('Cache-Control', HASHED_NAME.test(path) ? A_YEAR : ASK_AGAIN);
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      },
    }),
  );
  return ui;
}

function readFirstPage(folder: string): string {
  const file = join(folder, FIRST_PAGE);
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder} to serve the web UI from; correct ui.path (UI_PATH)`);
  if (!existsSync(file)) throw new Error(`the folder ${folder} has no ${FIRST_PAGE}; set ui.path (UI_PATH) to that of a built web UI`);
  return readFileSync(file, 'utf8');
}

/** What the browser is told of the page: to load nothing from elsewhere, and to be framed by nobody else. */
function pageHeaders(page: string): Readonly<Record<string, string>> {
  const policy = {
    'default-src': `'self'`,
    // The UI compiles its translations while it runs.
    'script-src': [`'self'`, `'unsafe-eval'`, ...inlineScripts(page)].join(' '),
    'style-src': `'self' 'unsafe-inline'`,
    'img-src': `'self' data: blob:`,
    'font-src': `'self' data:`,
    'worker-src': `'self' blob:`,
    // Where it looks for newer releases, once a day, unless its config.json says otherwise.
    'connect-src': `'self' https://api.github.com`,
    'object-src': `'none'`,
    'base-uri': `'self'`,
    'form-action': `'self'`,
    'frame-ancestors': `'self'`,
  };
  const directives = Object.entries(policy).map(([directive, sources]) => `${directive} ${sources}`);
  return { 'Content-Security-Policy': directives.join('; '), 'Referrer-Policy': 'same-origin' };
}

/** The scripts that stand in the page itself, as a policy names them: whoever put the page there meant them to run. */
function inlineScripts(page: string): string[] {
  const scripts = [...page.replaceAll('\r\n', '\n').matchAll(/<script(?![^>]*\ssrc=)[^>]*>(.*?)<\/script>/gis)];
  return scripts.map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
}
