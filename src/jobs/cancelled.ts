/** The reason of a signal that cuts off the work of a job because somebody has cancelled it. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';

  constructor() {
    super('the job was cancelled');
  }
}
