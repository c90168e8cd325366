import type { DeclaredContent } from './body.ts';
import { readContentKind } from './file-schemas.ts';
import { byPreference, toSentMediaType, type SentMediaType } from './media-types.ts';
import type { References } from './references.ts';

/** What a body is sent as, of all that its document declares. */
export interface ContentChoice {
  readonly content: DeclaredContent;
  readonly sent: SentMediaType;
  /** Of a body of bytes: what else its file may be, as declared. */
  readonly alternatives: readonly string[];
}

/**
 * The best content among those that can be sent, `undefined` where there is none: what `mediaTypes` prefers, the first
 * entry first, and otherwise by rank.
 */
export function chooseContent(
  contents: readonly DeclaredContent[],
  {
    references,
    mediaTypes = [],
  }: { readonly references: References; readonly mediaTypes?: readonly string[] | undefined },
): ContentChoice | undefined {
  const byMediaType = new Map(contents.map((content) => [content.mediaType, content]));
  const sendable = byPreference([...byMediaType.keys()], mediaTypes).flatMap((mediaType) => {
    const content = byMediaType.get(mediaType);
    const kind = readContentKind(content?.schema, references);
    const sent = toSentMediaType(mediaType, kind);
    if (content === undefined || sent === undefined) return [];
    const isNameless = sent.format === 'multipart' && kind === 'binary';
    return [{ content: isNameless ? asOnePart(content) : content, sent, isNameless }];
  });
  const [best] = sendable.toSorted((a, b) => Number(a.isNameless) - Number(b.isNameless));
  if (best === undefined) return undefined;
  const { content, sent } = best;
  if (sent.format !== 'binary') return { content, sent, alternatives: [] };
  const files = sendable.filter((one) => one.sent.format === 'binary');
  const declared = new Set(files.map((one) => one.content.mediaType.trim().toLowerCase()));
  declared.delete(sent.mediaType);
  return { content, sent, alternatives: [...declared].toSorted() };
}

/** A multipart body that is described as a bare file does not say what its part is called. */
function asOnePart(content: DeclaredContent): DeclaredContent {
  return { ...content, schema: { type: 'object', properties: { file: content.schema }, required: ['file'] } };
}
