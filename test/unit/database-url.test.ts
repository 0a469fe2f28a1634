import { readDatabaseUrl } from '../../src/dao/connect.js';

test.each([
  [
    'mysql://user:password@host:3307/name',
    { user: 'user', password: 'password', servers: [{ host: 'host', port: 3307 }], database: 'name' },
  ],
  ['mariadb://user:password@host/name', { user: 'user', password: 'password', servers: [{ host: 'host', port: 3306 }], database: 'name' }],
  [
    'mysql://u%40h:p%2F%3A%25w@host/na%20me',
    { user: 'u@h', password: 'p/:%w', servers: [{ host: 'host', port: 3306 }], database: 'na me' },
  ],
  ['mysql://user@host/name', { user: 'user', password: '', servers: [{ host: 'host', port: 3306 }], database: 'name' }],
  [
    'mysql://user:p%2Cw@one,two:3307/name',
    {
      user: 'user',
      password: 'p,w',
      servers: [
        { host: 'one', port: 3306 },
        { host: 'two', port: 3307 },
      ],
      database: 'name',
    },
  ],
  [
    'mysql://user@localhost/name?socketPath=/run/s.sock',
    { user: 'user', password: '', servers: [{ socketPath: '/run/s.sock' }], database: 'name' },
  ],
])('reads %s', (url, parts) => {
  expect(readDatabaseUrl(url)).toEqual(parts);
});

test.each([
  'postgres://user:geheim@host/name',
  'mysql://user:geheim@host',
  'mysql://user:geheim@host/',
  'user:geheim@host/name',
  'mysql://user:geheim%zz@host/name',
  'geheim',
])('refuses %s without repeating what may be a password', (url) => {
  let message = '';
  try {
    readDatabaseUrl(url);
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain('mysql://user:password@host:3306/database');
  expect(message).not.toContain('geheim');
});
