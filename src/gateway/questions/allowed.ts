import type { JsonObject } from '../../catalog/json.ts';
import type { QuestionSettings } from '../../upstream/mcp/question-settings.ts';
import type { Caller } from '../road.ts';
import { QUESTION_KINDS } from './kinds.ts';

const EVERYTHING: QuestionSettings = { sampling: 'forward', elicitation: 'forward', roots: 'forward' };

/** What a source may ask of clients, by the configuration that the call started with. */
export function questionSettingsOf({ snapshot }: Caller, source: string): QuestionSettings {
  return snapshot.settings.questions.get(source) ?? EVERYTHING;
}

/** The caller's capabilities as a source is shown them: without what it may not ask for. */
export function shownCapabilities(
  capabilities: JsonObject | undefined,
  settings: QuestionSettings,
): JsonObject | undefined {
  const refused = QUESTION_KINDS.filter((kind) => settings[kind] === 'refuse');
  if (!capabilities || refused.length === 0) return capabilities;
  const shown = { ...capabilities };
  for (const kind of refused) delete shown[kind];
  return shown;
}
