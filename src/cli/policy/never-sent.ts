import { codesOf, type Call } from '../../audit/read/call.ts';

/** Of what could not be made a request: the intent is recorded, and nothing left the process. */
const NEVER_SENT: ReadonlySet<string> = new Set(['INVALID_ARGUMENTS', 'CONFIGURATION']);

/** Whether a call that policy let through was given up before anything was sent. An upstream's own codes are numbers. */
export function wasNeverSent(call: Call): boolean {
  return !call.refused && [...codesOf(call).keys()].some((code) => NEVER_SENT.has(code));
}
