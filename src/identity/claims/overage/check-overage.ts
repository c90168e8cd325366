import { BailiwickError } from '../../../errors.ts';
import type { IssuerSettings } from '../../issuers/settings.ts';
import { tokenUrlOf } from './group-lookup.ts';

/** @throws BailiwickError `CONFIGURATION` for a directory to which nobody knows how to sign in */
export function checkOverage(issuers: readonly IssuerSettings[]): void {
  for (const [index, { issuer, groupsOverage }] of issuers.entries()) {
    if (!groupsOverage || tokenUrlOf(issuer, groupsOverage) !== undefined) continue;
    throw new BailiwickError(
      'CONFIGURATION',
      `identity.issuers[${index}].groupsOverage: set tokenUrl; the issuer "${issuer}" names no tenant of Entra ID that could be asked for a token`,
    );
  }
}
