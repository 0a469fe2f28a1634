import { Command, Parameter } from '../../api/command.js';

/** A command that says what a webhook is like. */
export abstract class WebhookCommand extends Command {
  @Parameter({ type: 'string', length: 1024, description: 'what it is for' })
  description: string | undefined;

  @Parameter({ type: 'string', description: 'Enabled or Disabled' })
  state: string | undefined;

  @Parameter({
    type: 'string',
    description: 'Local: hears of its account; Domain, for administrators: of its domain and those below it; Global: of everything',
  })
  scope: string | undefined;

  @Parameter({ type: 'string', sensitive: true, description: 'secret with which what is sent is signed; stored encrypted, never shown' })
  secretKey: string | undefined;

  @Parameter({ type: 'boolean', description: 'whether the certificate of the receiver is checked' })
  sslVerification: boolean | undefined;

  /** What is said of it. */
  protected said() {
    const { description, state, scope, secretKey, sslVerification } = this;
    return { description, state, scope, secretKey, sslVerification };
  }
}
