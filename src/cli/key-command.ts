import path from 'node:path';
import { DEFAULT_CONFIG } from './command.ts';

/** The command that makes a key for a principal, as it can be typed where this one was started. */
export function toKeyCommand(
  principal: string | undefined,
  { file, isInMemory }: { readonly file: string; readonly isInMemory: boolean },
): string {
  // Somebody whom the configuration does not name has the rights that the key brings along.
  const who = principal ?? 'NAME --scopes SCOPES';
  return `keys create ${who}${isInMemory ? ' --static' : ''}${toConfigOption(file)}`;
}

/** What a suggested command needs to find the configuration from where this one was started. */
export function toConfigOption(file: string): string {
  if (path.resolve(file) === path.resolve(DEFAULT_CONFIG)) return '';
  const relative = path.relative('.', file);
  return ` --config ${/^[\w./\\-]+$/.test(relative) ? relative : JSON.stringify(relative)}`;
}
