import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readYaml } from '../../text/yaml.ts';

const Texts = z.array(z.string().min(1)).min(1);

/** What requests a rule means, and the words for them. All that is given has to hold; see `hints/packs/kubernetes.yaml`. */
const PackRule = z
  .strictObject({
    resources: Texts.optional(),
    paths: Texts.optional(),
    verbs: Texts.optional(),
    groups: z.array(z.string()).min(1).optional(),
    scope: z.enum(['all namespaces']).optional(),
    hints: Texts,
  })
  .refine(({ resources, paths }) => (resources === undefined) !== (paths === undefined), {
    error: 'has either `resources` or `paths`',
  });

/** Words for the operations of a well-known API. */
export const Pack = z.strictObject({ pack: z.string().min(1), rules: z.array(PackRule) });

export type Pack = z.output<typeof Pack>;
export type PackRule = z.output<typeof PackRule>;

/** The packs that are shipped, as the setting `search.packs` names them. */
export const PACK_NAMES = ['kubernetes'] as const;

export type PackName = (typeof PACK_NAMES)[number];

const loaded = new Map<PackName, Pack>();

/** Reads a pack that is shipped; once. */
export function loadPack(name: PackName): Pack {
  const known = loaded.get(name);
  if (known) return known;
  const file = new URL(`../../../hints/packs/${name}.yaml`, import.meta.url);
  const { value, problems } = readYaml(readFileSync(file, 'utf8'), RULES);
  const [problem] = problems;
  if (problem) throw new TypeError(`${file.pathname}:${problem.line}:${problem.column} ${problem.kind}`);
  const pack = Pack.parse(value);
  loaded.set(name, pack);
  return pack;
}

const RULES = { maxLength: 1_048_576, maxDepth: 16, maxValues: 50_000, maxFlaws: 1, exact: false };
