import type { Contribution } from '../../../catalog/entries.ts';
import type { Tool } from '../../../catalog/tool.ts';
import { toolsOnly } from '../../../catalog/tools-only.ts';
import { BailiwickError } from '../../../errors.ts';
import type { CallContext, CallOutcome, Upstream } from '../../upstream.ts';
import type { PersonalCredentials } from './personal-credentials.ts';

/**
 * A source that acts for its callers, before anybody has signed in: what it offers is not known then, so it offers one tool
 * of ours, by which a caller signs in. Once lists could be read they stay, whoever signs out.
 */
export function withSignIn(upstream: Upstream, credentials: PersonalCredentials): Upstream {
  const { source } = upstream;
  let listener: (() => void) | undefined;
  let hasListed = false;

  credentials.onSignedIn(() => {
    if (!hasListed) listener?.();
  });

  async function signIn(context: CallContext): Promise<CallOutcome> {
    try {
      await credentials.signIn(context);
    } catch (error) {
      const url = error instanceof BailiwickError ? error.data['url'] : undefined;
      if (!(error instanceof BailiwickError) || typeof url !== 'string') throw error;
      return toOutcome(`To sign in to ${source}, open this link in a browser: ${url}`);
    }
    if (!hasListed) listener?.();
    return toOutcome(`Signed in to ${source}. Its tools are listed now.`);
  }

  return {
    ...upstream,
    async contribution(signal) {
      if (!hasListed && !(await credentials.canList(signal))) return contributionOf(source);
      try {
        const contribution = await upstream.contribution(signal);
        hasListed = true;
        return contribution;
      } catch (error) {
        if (hasListed || !(error instanceof BailiwickError) || error.code !== 'SIGN_IN_REQUIRED') throw error;
        return contributionOf(source);
      }
    },
    onChange(next) {
      listener = next;
      upstream.onChange(next);
    },
    callTool: (tool, args, context) =>
      tool.binding.kind === 'sign-in' ? signIn(context) : upstream.callTool(tool, args, context),
    plan: (tool, args) =>
      tool.binding.kind === 'sign-in'
        ? { upstream: source, method: 'sign in', params: {} }
        : upstream.plan(tool, args),
  };
}

function toOutcome(text: string): CallOutcome {
  return { result: { content: [{ type: 'text', text }] }, status: 'ok' };
}

function contributionOf(source: string): Contribution {
  const schema = { type: 'object', properties: {}, additionalProperties: false } as const;
  const tool: Tool = {
    source,
    name: 'sign_in',
    title: `Sign in to ${source}`,
    description: `Sign in to ${source}. It acts for each of its users, and shows its tools once one has signed in. Opens, or answers with, a link for the user's browser.`,
    inputSchema: schema,
    validationSchema: schema,
    annotations: { readOnlyHint: true, openWorldHint: true },
    access: 'read',
    scopes: [],
    attributes: {},
    binding: { kind: 'sign-in' },
  };
  return toolsOnly(source, [tool]);
}
