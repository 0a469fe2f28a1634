import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { templateResponse, toTemplateResponse } from '../responses/template.js';
import { CatalogueListCommand } from './catalogue-list-command.js';

@ApiCommand({ name: 'listTemplates', description: 'Lists what machines can be made from', roles: EVERYONE, returns: templateResponse })
export class ListTemplatesCmd extends CatalogueListCommand {
  @Parameter({ type: 'uuid', entity: 'template', description: 'ID of the template' })
  id: string | undefined;

  @Parameter({
    type: 'string',
    required: true,
    description: 'which templates: all, featured, executable, self, selfexecutable, shared, sharedexecutable or community',
  })
  templateFilter!: string;

  async execute(services: Services, { signal }: CallContext) {
    const { rows, total } = await services.catalogue.listTemplates(this.templateFilter, this.wish(), this.pageOf(services), signal);
    return list('template', rows.map(toTemplateResponse), total);
  }
}
