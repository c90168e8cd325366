import type { TokenBook } from '../oauth/token-book.ts';
import type { Attachment, Planned } from './security.ts';

/** The attachments of one call, with the access tokens that were missing. */
export async function fetchTokens(
  planned: readonly Planned[],
  tokens: TokenBook,
  signal: AbortSignal,
): Promise<Attachment[]> {
  return Promise.all(
    planned.map(async (one) => {
      const { secret } = one;
      if (typeof secret === 'string') return { ...one, secret };
      return { ...one, secret: await tokens.get(secret.scheme, secret.scopes, signal) };
    }),
  );
}

/** After a 401: true where the call was made with tokens, and others are to be had for each of them. */
export function dropTokens(
  planned: readonly Planned[],
  attachments: readonly Attachment[],
  tokens: TokenBook,
): boolean {
  const dropped = planned.flatMap(({ secret }, index) =>
    typeof secret === 'string'
      ? []
      : tokens.drop(secret.scheme, secret.scopes, attachments[index]?.secret ?? ''),
  );
  return dropped.length > 0 && dropped.every(Boolean);
}
