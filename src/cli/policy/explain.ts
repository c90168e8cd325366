import path from 'node:path';
import type { Target } from '../../catalog/entries.ts';
import { toShownName } from '../../catalog/names.ts';
import { BailiwickError } from '../../errors.ts';
import type { NamedPrincipal } from '../../policy/diff/principals.ts';
import { explain } from '../../policy/explain/explain.ts';
import { findTarget } from '../../policy/test-file/find-target.ts';
import { readArguments } from '../arguments.ts';
import { visibleLines } from '../audit/safe-text.ts';
import { toMoment } from '../audit/moment.ts';
import type { AddCommand } from '../command.ts';
import { describeExplanation } from './explanation/explanation-text.ts';
import { describeOverview, overviewOf } from './explanation/overview.ts';
import { toCallFacts } from './explanation/question.ts';
import { readTestsBeside } from './git/read-folder.ts';
import { PRINCIPAL_OPTION, readGivenPrincipal } from './given-principal.ts';
import { createPolicyCommand, tellAbsences, withOffer, type Offer, type OfferOptions } from './offer.ts';
import { chooseNamed, findNamedPrincipals } from './tested-principals.ts';

interface ExplainOptions extends OfferOptions {
  as?: string;
  principal?: string;
  scope?: string[];
  resource?: string;
  prompt?: string;
  model?: string;
  args?: string;
  at?: string;
  via?: string[];
  all?: boolean;
}

/** `bailiwick policy explain`: why somebody may, or may not, and what would be needed. */
export const addPolicyExplain: AddCommand = (program, terminal, exit) => {
  const command = createPolicyCommand(
    'explain',
    'Say rule by rule why a principal may or may not call something, and what would be needed',
    [
      'policy explain --as agent                                      # all that agent may do',
      'policy explain helpdesk_create_refund --as agent               # any call of it',
      `policy explain helpdesk_create_refund --as agent --args '{"amount":900}'`,
      'policy explain helpdesk_create_refund --as agent --scope helpdesk:refund',
      'policy explain --model gpt-large --as agent --at 2026-11-20T09:00:00Z',
      `policy explain cluster_delete --principal '{"groups":["sre"]}' --json`,
    ],
  )
    .argument('[tool]', 'the name that `bailiwick tools` shows')
    .option('--resource <uri>', 'a resource, as /mcp shows it: <source>+<uri>')
    .option('--prompt <name>', 'a prompt, as /mcp shows it')
    .option('--model <name>', 'a model')
    .option(
      '--as <principal>',
      'who calls: a principal of the configuration or of the tests; without it, local',
    )
    .option(...PRINCIPAL_OPTION)
    .option('--scope <scope>', 'as if they had this scope as well (may be repeated)', collect)
    .option('--args <json>', 'the arguments of the call: a JSON object, @file, or - for standard input')
    .option('--at <time>', 'when the call is made: RFC 3339; without it, now, and without --args at any time')
    .option(
      '--via <member=value>',
      'how it comes, for example endpoint=/mcp/support; without it over HTTP by /mcp, and without --args in any way (may be repeated)',
      collect,
    )
    .option('--all', 'explain the rules about other targets, too')
    .addHelpText(
      'after',
      '\nExit status of a call: 0 where it is permitted or can be approved, 1 where it is denied. Without --args: 0 where some call is permitted, or can be approved (with --at at that time, with --via in that way).',
    )
    .action(async (tool: string | undefined, options: ExplainOptions) => {
      const wanted = toWanted(tool, options);
      await withOffer(terminal, options, async (offer) => {
        const { principal, name } = await findPrincipal(offer, options);
        const scopes = [...new Set([...principal.scopes, ...(options.scope ?? [])])];
        const caller: NamedPrincipal = { name, kind: 'given', principal: { ...principal, scopes } };
        tellAbsences(terminal, offer);
        if (wanted === undefined) {
          const overview = overviewOf(offer.policy, offer.catalog, caller);
          terminal.out(
            options.json ? visibleLines(JSON.stringify(overview, undefined, 2)) : describeOverview(overview),
          );
          if (overview.targets.every(({ standing }) => standing.effect === 'deny')) exit(1);
          return;
        }
        const target = toTarget(wanted, offer);
        const given = options.args === undefined ? undefined : await readArguments(options.args);
        const args = given && (wanted.kind === 'model' ? { model: wanted.name, ...given } : given);
        const call = toCallFacts(options.via ?? []);
        const now = Date.parse(toMoment('--at', options.at ?? new Date().toISOString(), Date.now(), false));
        const fixed = [
          ...(options.via === undefined ? [] : ['call' as const]),
          ...(options.at === undefined ? [] : ['now' as const]),
        ];
        const question = { principal: caller.principal, target, call, now, fixed, ...(args && { args }) };
        const explanation = explain(offer.policy, question, { all: options.all ?? false });
        const { decision, outlook } = explanation;
        if (options.json) {
          const shown =
            target.kind === 'tool' ? toShownName(target.tool.source, target.tool.name) : wanted.name;
          const asked = { principal: caller.principal, target: { kind: target.kind, name: shown } };
          const at = new Date(now).toISOString();
          const when = decision
            ? { args: args ?? {}, call, at }
            : { ...(fixed.includes('call') && { call }), ...(fixed.includes('now') && { at }) };
          terminal.out(visibleLines(JSON.stringify({ ...asked, ...when, ...explanation }, undefined, 2)));
        } else {
          const via = options.via === undefined ? '' : ` via ${options.via.join(', ')}`;
          const at = options.at === undefined ? '' : ` at ${new Date(now).toISOString()}`;
          const when = decision ? '' : via + at;
          terminal.out(describeExplanation(explanation, { target: wanted.name, who: name, when }));
        }
        if (decision ? decision.effect === 'deny' : outlook === 'never') exit(1);
      });
    });
  program.addCommand(command);
};

interface Wanted {
  readonly kind: 'call' | 'resource' | 'prompt' | 'model';
  readonly name: string;
}

/** What is to be explained; undefined: all. */
function toWanted(tool: string | undefined, options: ExplainOptions): Wanted | undefined {
  const named = { call: tool, resource: options.resource, prompt: options.prompt, model: options.model };
  const given = Object.entries(named).flatMap(([kind, name]) =>
    name === undefined ? [] : [{ kind: kind as Wanted['kind'], name }],
  );
  if (given.length > 1) {
    throw new BailiwickError('USAGE', 'one at a time: a tool, --resource, --prompt or --model');
  }
  if (given.length === 0 && (options.args ?? options.at ?? options.via) !== undefined) {
    throw new BailiwickError('USAGE', 'say what is called: a tool, --resource, --prompt or --model');
  }
  return given[0];
}

function toTarget({ kind, name }: Wanted, { catalog, fromLock, unknown }: Offer): Target {
  const unlisted = new Set([...fromLock, ...unknown].map(({ source }) => source));
  const found = findTarget({ [kind]: name }, kind, { catalog, unlisted });
  if ('target' in found) return found.target;
  const own = kind === 'call' ? catalog.tools.find((tool) => tool.name === name) : undefined;
  const hint = own === undefined ? '' : `; did you mean ${toShownName(own.source, own.name)}?`;
  throw new BailiwickError('USAGE', `${found.message}${hint}\n  \`bailiwick tools\` lists what there is`);
}

async function findPrincipal(offer: Offer, options: ExplainOptions): Promise<NamedPrincipal> {
  if (options.principal !== undefined) {
    if (options.as !== undefined) throw new BailiwickError('USAGE', 'say --as or --principal, not both');
    return readGivenPrincipal(options.principal);
  }
  const folder = path.dirname(offer.loaded.file);
  const tests = await readTestsBeside([offer.loaded.config.policies ?? path.join(folder, 'policies')].flat());
  const { principals } = findNamedPrincipals(offer.principals, tests);
  if (options.as === undefined && !offer.principals.has('local')) {
    const names = principals.map(({ name }) => name).join(' | ');
    throw new BailiwickError(
      'USAGE',
      `say who calls: --as ${names || '<principal>'} (identity.local is off)`,
    );
  }
  const [found] = chooseNamed(principals, [options.as ?? 'local']);
  if (found === undefined) throw new BailiwickError('USAGE', 'say who calls: --as or --principal');
  return found;
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
