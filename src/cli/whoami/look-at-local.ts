import type { App } from '../../app.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { isLoopbackRequest } from '../../identity/local.ts';
import type { Step } from '../../identity/trace.ts';
import { rulesAbout } from './look-at-credential.ts';
import type { Report } from './report.ts';

/** Who calls without a credential, and over what. */
export function lookAtLocal(
  app: Pick<App, 'local' | 'policy'>,
  { config }: LoadedConfig,
  listenAddress: string,
): Report {
  const local = app.local();
  if (!local) {
    const detail = '`identity.local` is false: every caller needs a key or a token';
    return {
      known: false,
      steps: [{ name: 'local principal', ok: false, detail }],
      refusal: {
        code: 'UNAUTHENTICATED',
        fault: 'missing',
        detail,
        advice:
          'show a credential (`--token -`), name a principal (`--as`), or describe the local principal in `identity.local`',
      },
    };
  }
  return {
    known: true,
    principal: local,
    credential: { kind: 'none' },
    steps: [
      { name: 'local principal', ok: true, detail: '`identity.local` describes it' },
      { name: 'stdio', ok: true, detail: 'whoever starts `bailiwick serve --stdio` is the local principal' },
      overHttp(config.server.publicUrl, config.server.listen, listenAddress),
    ],
    rules: rulesAbout(app.policy(), local),
  };
}

function overHttp(publicUrl: string | undefined, listen: string, listenAddress: string): Step {
  if (publicUrl !== undefined) {
    return toStep(
      false,
      `not over HTTP: \`server.publicUrl\` is set, so callers may come from anywhere; each needs a key or a token`,
    );
  }
  const facts = { listenAddress, remoteAddress: listenAddress, publicUrl, headers: {} };
  if (!isLoopbackRequest(facts)) {
    return toStep(
      false,
      `not over HTTP: \`server.listen\` is ${listen}, which is not loopback; 127.0.0.1 is, and otherwise each caller needs a key or a token`,
    );
  }
  return toStep(
    true,
    `requests to ${listen} from this machine without a credential are its, unless a header says that they were forwarded`,
  );
}

function toStep(ok: boolean, detail: string): Step {
  return { name: 'http', ok, detail };
}
