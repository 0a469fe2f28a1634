import type { Knex } from 'knex';
import type { RoleType } from '../account/role-type.js';

export type RoleState = 'enabled' | 'disabled';

/** What the users of its accounts may call: their role's type and its rules say. */
export interface Role {
  id: number;
  uuid: string;
  name: string;
  type: RoleType;
  description: string;
  /** Came with the server, and stays as it is. */
  isDefault: boolean;
  /** Shown to those who are no root administrators. */
  isPublic: boolean;
  state: RoleState;
  created: Date;
}

/** What can be changed of a role that did not come with the server. */
export type RoleChanges = { readonly [K in 'name' | 'type' | 'description' | 'isPublic' | 'state']?: Role[K] | undefined };

export class RoleDao {
  constructor(private readonly db: Knex) {}

  async insert(role: Omit<Role, 'id'>): Promise<Role> {
    const [id] = (await this.db('role').insert(role)) as [number];
    return { ...role, id };
  }

  findById(id: number): Promise<Role | undefined> {
    return this.live().where({ id }).first();
  }

  findByUuid(uuid: string): Promise<Role | undefined> {
    return this.live().where({ uuid }).first();
  }

  findByName(name: string): Promise<Role | undefined> {
    return this.live().where({ name }).first();
  }

  /** The role of accounts of which only the type is said. */
  findDefault(type: RoleType): Promise<Role | undefined> {
    return this.live().where({ type, isDefault: true }).orderBy('id').first();
  }

  /** Every role, oldest first; an installation has few. */
  listAll(): Promise<Role[]> {
    return this.live().orderBy('id');
  }

  async update(id: number, changes: RoleChanges): Promise<void> {
    await this.db('role').where({ id }).update(changes);
  }

  /** Gives the role another type unless accounts have it; false if they have. */
  async changeType(id: number, type: RoleType): Promise<boolean> {
    return (await this.unused(id).update({ type })) === 1;
  }

  /** Removes the role unless accounts have it; false if they have. */
  async remove(id: number, removed: Date): Promise<boolean> {
    return (await this.unused(id).update({ removed, live: null })) === 1;
  }

  private unused(id: number) {
    return this.live()
      .where({ id })
      .whereNotExists(this.db('account').where({ roleId: id }).whereNull('removed').select('id'));
  }

  private live() {
    return this.db('role').whereNull('removed');
  }
}
