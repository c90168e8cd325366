import { BailiwickError } from '../../errors.ts';

/** `INVALID_ARGUMENTS` about one argument; `data.pointer` is the JSON pointer (RFC 6901) into the call's arguments. */
export function invalidArgument(argument: string, problem: string): BailiwickError {
  const pointer = `/${argument.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return new BailiwickError('INVALID_ARGUMENTS', `${pointer}: ${problem}`, { data: { pointer } });
}
