import type { Knex } from 'knex';

export type Permission = 'allow' | 'deny';

/** One rule of a role: what the commands that it matches are to the role. */
export interface RolePermission {
  id: number;
  uuid: string;
  roleId: number;
  /** The name of a command; `*` stands for any part of it. */
  rule: string;
  permission: Permission;
  description: string | null;
  /** The rules of a role are tried in this order. */
  sortOrder: number;
}

export class RolePermissionDao {
  constructor(private readonly db: Knex) {}

  async insert(permission: Omit<RolePermission, 'id'>): Promise<RolePermission> {
    const [id] = (await this.db('role_permission').insert(permission)) as [number];
    return { ...permission, id };
  }

  findByUuid(uuid: string): Promise<RolePermission | undefined> {
    return this.db('role_permission').where({ uuid }).first();
  }

  /** Every rule of every role, in the order in which they are tried. */
  listAll(): Promise<RolePermission[]> {
    return this.ordered();
  }

  listByRole(roleId: number): Promise<RolePermission[]> {
    return this.ordered().where({ roleId });
  }

  async update(id: number, changes: Partial<Pick<RolePermission, 'permission' | 'sortOrder'>>): Promise<void> {
    await this.db('role_permission').where({ id }).update(changes);
  }

  /** False if there is no such rule. */
  async delete(uuid: string): Promise<boolean> {
    return (await this.db('role_permission').where({ uuid }).delete()) === 1;
  }

  async deleteByRole(roleId: number): Promise<void> {
    await this.db('role_permission').where({ roleId }).delete();
  }

  private ordered() {
    return this.db('role_permission').orderBy(['roleId', 'sortOrder', 'id']);
  }
}
