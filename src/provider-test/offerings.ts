import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Checks } from './check.js';
import { expectName, expectSame } from './expectations.js';
import { never, operation } from './samples.js';

/** Offerings, and the machines under them. */
export const offerings: Checks = {
  'names its offerings, each once and in at most 255 characters': async (subject) => {
    const listed = await (await subject.provider()).listOfferings(never);
    assert.ok(listed.length > 0, 'it has no offering');
    assert.equal(new Set(listed.map(({ externalId }) => externalId)).size, listed.length, 'two offerings have the same externalId');
    for (const { externalId, name } of listed) {
      expectName(externalId, 'the externalId of an offering');
      assert.ok(name, `the offering ${externalId} has no name`);
    }
  },

  'refuses to put a machine under an offering that it does not have': async (subject) => {
    const { machine } = await subject.machine();
    const request = { ...(await subject.assignment(machine)), offeringExternalId: `none-${randomUUID()}` };
    await subject.expectFault((await subject.provider()).assign(request, never), 'not_found', 'rejected');
  },

  'answers the same when a machine is put under its offering again': async (subject) => {
    const { machine } = await subject.machine();
    const provider = await subject.provider();
    const request = await subject.assignment(machine);
    const answer = await provider.assign(request, never);
    expectSame(await provider.assign(request, never), answer, 'the answer to the same operation');
    expectSame(await provider.assign(await subject.assignment(machine), never), answer, 'the answer to another operation');
  },

  'takes a machine out of its offering, and accepts that it is asked again': async (subject) => {
    const { machine, take } = await subject.assigned();
    const provider = await subject.provider();
    const request = await subject.assignment(machine);
    await provider.unassign(request, never);
    await provider.unassign(request, never);
    await provider.unassign(await subject.assignment(machine), never);
    await subject.expectFault(provider.takeBackup(take(), never), 'rejected', 'not_found');
  },

  'accepts to take a machine out of an offering that it was never in': async (subject) => {
    const { machine } = await subject.machine();
    await (await subject.provider()).unassign(await subject.assignment(machine), never);
    expectSame(await subject.listed(machine), [], 'the list');
  },

  'takes backups again of a machine that was taken out and put back': async (subject) => {
    const { machine, volumes } = await subject.assigned();
    const provider = await subject.provider();
    await provider.unassign(await subject.assignment(machine), never);
    const request = await subject.assignment(machine);
    const answer = await provider.assign(request, never);
    const taken = await provider.takeBackup({ ...request, ...answer, ...operation(), volumes, quiesce: false }, never);
    expectSame(await subject.listed(machine), [taken], 'the list');
  },

  'does not put a machine back when an assignment that was undone is repeated': async (subject) => {
    const { machine, volumes } = await subject.machine();
    const provider = await subject.provider();
    const request = await subject.assignment(machine);
    await provider.assign(request, never);
    await provider.unassign(await subject.assignment(machine), never);
    await provider.assign(request, never);
    const take = { ...request, ...operation(), volumes, quiesce: false };
    await subject.expectFault(provider.takeBackup(take, never), 'rejected', 'not_found');
  },

  'keeps the backups of a machine that leaves its offering': async (subject) => {
    const { machine, backup } = await subject.backedUp();
    const provider = await subject.provider();
    await provider.unassign(await subject.assignment(machine), never);
    expectSame(await subject.listed(machine), [backup], 'the list');
  },
};
