import { z } from 'zod';
import type { Json as JsonValue } from '../../catalog/json.ts';
import { BUILT_IN_NAMES, RESERVED_SOURCE_NAMES, SOURCE_NAME, TOOL_NAME } from '../../catalog/names.ts';
import { ShownWhat } from '../../policy/selector-schema.ts';
import { toPointer } from '../../text/pointer.ts';
import { OwnListingSettings } from '../listing/settings.ts';
import { isWithin } from './pins.ts';

const CatalogName = z
  .string()
  .regex(SOURCE_NAME, {
    error: 'a catalog is named with 1 to 24 lower-case letters, digits or `-`, a letter first',
  })
  .refine((name) => !RESERVED_SOURCE_NAMES.includes(name), {
    error: `the names ${RESERVED_SOURCE_NAMES.map((name) => `\`${name}\``).join(', ')} are reserved for built-in tools`,
  });

const Selectors = z.array(ShownWhat).min(1);

const ShownName = z
  .string()
  .min(1)
  .max(64, { error: 'is not a name that /mcp shows: those have at most 64 characters' });

const NewName = z
  .string()
  .regex(TOOL_NAME, { error: 'must be 1 to 64 letters, digits, `_` or `-`' })
  .refine((name) => !BUILT_IN_NAMES.includes(name), {
    error: 'is the name of a built-in tool; choose another',
  });

const Rename = z.record(ShownName, NewName).superRefine((rename, context) => {
  const firsts = new Map<string, string>();
  for (const [from, to] of Object.entries(rename)) {
    const first = firsts.get(to);
    if (first === undefined) firsts.set(to, from);
    else {
      const message = `is the new name of \`${first}\` too; two tools cannot have one name`;
      context.addIssue({ code: 'custom', path: [from], message });
    }
  }
});

const Json: z.ZodType<JsonValue> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(Json), z.record(z.string(), Json)]),
);

const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/;

const PinnedArguments = z
  .record(
    z
      .string()
      .min(1, { error: 'must name an argument, like `status`, or point to one, like `/filter/status`' })
      .refine((key) => !key.startsWith('/') || POINTER.test(key), {
        error: 'must be the name of an argument, or a JSON Pointer (RFC 6901) like `/filter/status`',
      }),
    Json,
  )
  .superRefine((pins, context) => {
    const known: [pointer: string, key: string][] = [];
    if (Object.keys(pins).length === 0)
      context.addIssue({ code: 'custom', message: 'names no argument; remove it' });
    for (const key of Object.keys(pins)) {
      const pointer = toArgumentPointer(key);
      const other = known.find(
        ([one]) => one === pointer || isWithin(one, pointer) || isWithin(pointer, one),
      );
      known.push([pointer, key]);
      if (!other) continue;
      const message = `is about the same argument as \`${other[1]}\`; pin it once`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
  })
  .transform((pins) =>
    Object.fromEntries(Object.entries(pins).map(([key, value]) => [toArgumentPointer(key), value])),
  );

function toArgumentPointer(key: string): string {
  return key.startsWith('/') ? key : toPointer([key]);
}

const CatalogSettings = z
  .strictObject({
    description: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .meta({
        description:
          'What the catalog is for. Clients are told it as instructions, before those of its sources.',
        examples: ['Tickets and customers of the help desk, to read and to file.'],
      }),
    include: Selectors.meta({
      description:
        'What is shown: selectors as policies have them, of which any will do. Policy decides first: what it does not open for a caller is not opened here either.',
      examples: [[{ source: 'helpdesk', access: 'read' }]],
    }),
    exclude: Selectors.optional().meta({
      description: 'What is left out of that: selectors, of which any will do.',
      examples: [[{ source: 'helpdesk', tag: 'customers' }]],
    }),
    rename: Rename.default({}).meta({
      description:
        'New names of tools and prompts, by the name that `/mcp` shows. What is not renamed has the name that `/mcp` shows, with its source in front, also where a catalog has one source only. A new name means nothing else in this catalog: what would be shown under it without being renamed is left out.',
      examples: [{ helpdesk_create_ticket: 'open_ticket' }],
    }),
    pin: z
      .record(z.string().min(1).max(256), PinnedArguments)
      .default({})
      .meta({
        description:
          'Arguments that are fixed for callers of this catalog, by the name of the tool that `/mcp` shows, or a glob over such names; arguments by name or JSON Pointer. Callers do not see them, and a call that gives another value is refused. Policy decides about the arguments with these in them. A glob pins an argument where a tool has it.',
        examples: [{ helpdesk_list_tickets: { status: ['open'] } }],
      }),
    listing: OwnListingSettings.optional(),
  })
  .meta({ description: 'One virtual catalog.' });

/** The virtual catalogs of a configuration. */
export const CatalogsSettings = z.record(CatalogName, CatalogSettings).meta({
  description:
    'Virtual catalogs: selections of tools, resources and prompts, each an endpoint of its own (`/mcp/support`, `serve --stdio --catalog support`). A catalog shows a part of what policy opens for a caller, never more. No catalog has the name of a source.',
  examples: [{ support: { include: [{ source: 'helpdesk', access: 'read' }] } }],
});

export type CatalogSettings = z.output<typeof CatalogSettings>;
export type CatalogsSettings = z.output<typeof CatalogsSettings>;
