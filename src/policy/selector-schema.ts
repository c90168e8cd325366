import { z } from 'zod';
import { SOURCE_NAME } from '../catalog/names.ts';
import { ACCESS } from '../catalog/tool.ts';
import type { What as WhatSettings } from './rule.ts';
import { selectsTools } from './select.ts';

/** Policy names and rule ids: no slash and no colon, so that `<policy>/<rule>` can be taken apart. */
const NAME_FORM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The name of a policy, a rule or a limit. */
export const Name = z.string().regex(NAME_FORM, {
  error: 'must be 1 to 64 letters, digits, `.`, `_` or `-`, a letter or digit first',
});

const text = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(1024, { error: 'must be at most 1024 characters' });

/** One value, or a list of which any will do. Parses to a list. */
function anyOf<T extends z.ZodType>(item: T, description: string) {
  return z
    .union([
      item,
      z.array(item).min(1, { error: 'an empty list selects nothing; name a value or leave it out' }),
    ])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[])
    .optional()
    .meta({ description });
}

/** An object that must say something: `who:` with nothing in it would mean everyone, which nobody writes on purpose. */
function refuseEmpty(message: string) {
  return (value: object, context: z.RefinementCtx) => {
    const isEmpty = Object.values(value).every((member) => member === undefined);
    if (isEmpty && context.issues.length === 0) context.addIssue({ code: 'custom', message });
  };
}

const claimValue = z.union([text, z.number(), z.boolean()]);

/** Callers. */
export const Who = z
  .strictObject({
    scopes: anyOf(text, 'Scopes, of which the caller has at least one.'),
    groups: anyOf(text, 'Groups, of which the caller is in at least one.'),
    team: anyOf(text, "The caller's team."),
    subject: anyOf(
      text,
      'The subject: the name in `identity.principals`, or `local`. Add `issuer` where several issuers could name the same subject.',
    ),
    client: anyOf(text, 'The program the caller uses.'),
    issuer: anyOf(
      text,
      'Who vouches for the caller: `config` for static keys, `local` for the local principal.',
    ),
    claims: z
      .record(
        text,
        z
          .union([
            claimValue,
            z.array(claimValue).min(1, { error: 'an empty list matches no claim; name a value' }),
          ])
          .transform((value) => (Array.isArray(value) ? value : [value])),
      )
      .optional()
      .meta({
        description:
          'Claims by name, each with a value or a list of which any will do. A claim that is a list needs to hold one of them. Types count: `"1"` is not `1`.',
      }),
  })
  .superRefine(refuseEmpty('selects nobody in particular; leave it out to mean everyone'))
  .superRefine(({ claims }, context) => {
    if (claims !== undefined && Object.keys(claims).length === 0) {
      context.addIssue({
        code: 'custom',
        path: ['claims'],
        message: 'names no claim; leave it out to mean any',
      });
    }
  })
  .meta({
    description:
      'Whom the rule is about. Each member is "any of these", and all members must hold. Absent: everyone.',
    minProperties: 1,
  });

const MEMBERS = {
  source: anyOf(
    z.string().regex(SOURCE_NAME, {
      error: 'must be the name of a source, without wildcards; leave `source` out to mean every source',
    }),
    'Names of sources.',
  ),
  access: anyOf(z.enum(ACCESS), 'What the target can do to the world. Resources and prompts are `read`.'),
  tool: anyOf(
    text,
    'Globs over the name a tool has in its own source, without the source as prefix. `*` stands for any characters. Selects only tools.',
  ),
  tag: anyOf(text, 'OpenAPI tags. Selects only tools.'),
  method: anyOf(
    z.string().regex(/^[A-Z][A-Z-]*$/, { error: 'must be an HTTP method in upper case, like DELETE' }),
    'HTTP methods in upper case. Selects only tools.',
  ),
  path: anyOf(
    text,
    'Globs over the path as the OpenAPI document writes it. `*` stands for any characters, `/` included. Selects only tools.',
  ),
  resource: anyOf(
    text,
    'Globs over the URI of a resource. `*` stands for any characters, `/` included. Selects only resources.',
  ),
  prompt: anyOf(
    text,
    'Globs over the name a prompt has in its own source. `*` stands for any characters. Selects only prompts.',
  ),
};

/** Members that select only one kind of target, of one kind. */
function checkKinds(what: WhatSettings, context: z.RefinementCtx): void {
  const kinds = [
    ...(selectsTools(what) ? ['tools (`tool`, `tag`, `method`, `path`)'] : []),
    ...(what.resource ? ['resources (`resource`)'] : []),
    ...(what.prompt ? ['prompts (`prompt`)'] : []),
    ...(what.model ? ['models (`model`)'] : []),
  ];
  if (kinds.length > 1) {
    const message = `nothing is among ${kinds.join(' and ')} at once; write a list with one selector for each`;
    context.addIssue({ code: 'custom', message });
  }
  if ((what.resource || what.prompt || what.model) && what.access && !what.access.includes('read')) {
    context.addIssue({
      code: 'custom',
      path: ['access'],
      message: 'resources, prompts and models have access `read` only',
    });
  }
}

/** Targets. */
export const What = z
  .strictObject({
    ...MEMBERS,
    model: anyOf(
      text,
      'Globs over the name of a model that agents ask for. `*` stands for any characters. Selects only models, and nothing else selects them but a rule without `what`.',
    ),
  })
  .superRefine(refuseEmpty('selects nothing in particular; a rule without `what` is about everything'))
  .superRefine(checkKinds)
  .meta({
    description:
      'Which tools, resources, prompts and models. Each member is "any of these", and all members must hold. `tool`, `tag`, `method` and `path` select only tools, `resource` only resources, `prompt` only prompts, `model` only models; without these, all but models.',
    minProperties: 1,
  });

/** Targets that a caller can be shown: all but models. */
export const ShownWhat = z
  .strictObject(MEMBERS)
  .superRefine(refuseEmpty('selects nothing in particular; name a source, say'))
  .superRefine(checkKinds)
  .meta({
    description:
      'Which tools, resources and prompts. Each member is "any of these", and all members must hold. `tool`, `tag`, `method` and `path` select only tools, `resource` only resources, `prompt` only prompts; without these, all.',
    minProperties: 1,
  });

/** A selector, or a list of which any will do. Parses to a list. */
export const Whats = z
  .union([
    What,
    z.array(What).min(1, { error: 'an empty list selects nothing; name a selector or leave it out' }),
  ])
  .transform((value) => (Array.isArray(value) ? value : [value]));
