import request from 'supertest';
import { forEachEngine } from '../kit/engines.js';
import { testServer } from '../kit/server.js';

forEachEngine((engine) => {
  const server = testServer(engine);

  test('a server that can reach its database is live and ready', async () => {
    const { app } = server.application;
    expect((await request(app).get('/health/live')).body).toEqual({ status: 'ok' });
    expect((await request(app).get('/health/ready')).body).toEqual({ status: 'ok' });
  });

  test('what is neither the API nor a health route is not found, and the answer says where the API is', async () => {
    const answer = await request(server.application.app).get('/');
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('/client/api');
  });

  test('a server whose database does not answer is live but not ready, and tells nobody why', async () => {
    const { knex } = server.db;
    const { max } = (knex.client as { pool: { max: number } }).pool;
    const held = await Promise.all(Array.from({ length: max }, () => knex.transaction()));
    const { app } = server.application;
    expect((await request(app).get('/health/live')).status).toBe(200);
    const answer = await request(app).get('/health/ready');
    expect([answer.status, answer.body]).toEqual([503, { status: 'unavailable' }]);
    expect(server.logged('not ready')).toHaveLength(1);
    await Promise.all(held.map((transaction) => transaction.rollback()));
    expect((await request(app).get('/health/ready')).status).toBe(200);
  });
});
