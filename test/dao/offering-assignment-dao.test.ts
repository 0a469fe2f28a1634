import type { AssignmentState } from '../../src/dao/offering-assignment-dao.js';
import { insertAssignment, insertOffering, insertVm } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { meetsDuplicate, race, winners } from '../kit/races.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;

  test('finds the assignment of a machine', async () => {
    const [vm, other, offering] = [await insertVm(daos()), await insertVm(daos()), await insertOffering(daos())];
    const assignment = await insertAssignment(daos(), vm, offering, { state: 'Assigning', externalId: 'pair' });
    expect(await daos().assignments.findByVm(vm.id)).toEqual(assignment);
    expect(await daos().assignments.findByVm(other.id)).toBeUndefined();
  });

  test('puts a machine into one offering, however many try', async () => {
    const [vm, offering] = [await insertVm(daos()), await insertOffering(daos())];
    const outcomes = await race(8, async () => !(await meetsDuplicate(insertAssignment(daos(), vm, offering))));
    expect(winners(outcomes)).toBe(1);
  });

  test('knows whether an offering has machines', async () => {
    const [vm, used, unused] = [await insertVm(daos()), await insertOffering(daos()), await insertOffering(daos())];
    await insertAssignment(daos(), vm, used, { state: 'Removing' });
    expect(await daos().assignments.existForOffering(used.id)).toBe(true);
    expect(await daos().assignments.existForOffering(unused.id)).toBe(false);
  });

  test('moves on from the state that is named, with the changes', async () => {
    const assignment = await insertAssignment(daos(), await insertVm(daos()), await insertOffering(daos()), { state: 'Assigning' });
    expect(await daos().assignments.transition(assignment.id, 'Removing', 'Assigned', { externalId: 'lost' })).toBe(false);
    expect(await daos().assignments.transition(assignment.id, 'Assigning', 'Assigned', { externalId: 'pair', operationId: 'op' })).toBe(
      true,
    );
    const moved = { ...assignment, state: 'Assigned', externalId: 'pair', operationId: 'op' };
    expect(await daos().assignments.findByVm(assignment.vmId)).toEqual(moved);
  });

  test('lets one of many move it on', async () => {
    const { id } = await insertAssignment(daos(), await insertVm(daos()), await insertOffering(daos()));
    const outcomes = await race(8, (contender) =>
      daos().assignments.transition(id, 'Assigned', 'Removing', { operationId: String(contender) }),
    );
    expect(winners(outcomes)).toBe(1);
    expect(await handle.db.knex('backup_policy_vm_map').first()).toMatchObject({ operationId: String(outcomes.indexOf(true)) });
  });

  test('lets go of what an operation was making and has not finished', async () => {
    const offering = await insertOffering(daos());
    const insert = async (state: AssignmentState, operationId: string) =>
      (await insertAssignment(daos(), await insertVm(daos()), offering, { state, operationId })).vmId;
    const [unfinished, finished, others] = [
      await insert('Assigning', 'op'),
      await insert('Assigned', 'op'),
      await insert('Assigning', 'another'),
    ];
    await daos().assignments.letGoUnfinished('op');
    expect(await daos().assignments.findByVm(unfinished)).toMatchObject({ state: 'Removing' });
    expect(await daos().assignments.findByVm(finished)).toMatchObject({ state: 'Assigned' });
    expect(await daos().assignments.findByVm(others)).toMatchObject({ state: 'Assigning' });
  });

  test('ends it only in the state that is named, and once', async () => {
    const { id, vmId } = await insertAssignment(daos(), await insertVm(daos()), await insertOffering(daos()), { state: 'Removing' });
    expect(await daos().assignments.delete(id, 'Assigned')).toBe(false);
    expect(winners(await race(8, () => daos().assignments.delete(id, 'Removing')))).toBe(1);
    expect(await daos().assignments.findByVm(vmId)).toBeUndefined();
  });
});
