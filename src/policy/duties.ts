import type { Target } from '../catalog/entries.ts';
import type { Tool } from '../catalog/tool.ts';
import { dryRunArgument } from './dry-run.ts';
import { toPin, toSettings, type Pin, type Setting } from './pins.ts';
import type { Rule } from './rule.ts';
import { takesArgument } from './takes-argument.ts';
import { toPointer } from '../text/pointer.ts';

/** What a rule asks to be done with the calls of one target that it matches. */
export interface Duties {
  /** The argument for a dry run among them. */
  readonly pins: readonly Pin[];
  readonly defaults: readonly Setting[];
  readonly select?: string | undefined;
  readonly mask?: readonly string[] | undefined;
  readonly dryRun?: true | undefined;
}

export interface CompiledDuties {
  /**
   * False where the rule is not about a target for what it asks: a dry run, where there is no argument for one, and of a permit a pin,
   * where there is no such argument that would keep the call to it.
   */
  readonly canBeDone: (target: Target) => boolean;
  /** Arguments that the target does not take are left out. */
  readonly of: (target: Target) => Duties;
}

/** Undefined for a rule that asks for nothing. Compiled once, at load. */
export function compileDuties({ effect, obligations }: Rule): CompiledDuties | undefined {
  if (obligations === undefined) return undefined;
  const { select, mask, dryRun } = obligations;
  const pins = toSettings(obligations.set).map(toPin);
  const defaults = toSettings(obligations.defaults);
  const common = { select, mask, dryRun };
  const all: Duties = { ...common, pins, defaults };
  const none: Duties = { ...common, pins: [], defaults: [] };
  const known = new WeakMap<Tool, Duties>();
  const ofTool = (tool: Tool): Duties => {
    const takes = ({ path }: Setting): boolean => takesArgument(tool.inputSchema, path);
    const dry = dryRun && dryRunArgument(tool);
    const dryPin = dry && toPin({ pointer: toPointer([dry.name]), path: [dry.name], value: dry.value });
    return {
      ...common,
      pins: [...pins.filter(takes), ...(dryPin ? [dryPin] : [])],
      defaults: defaults.filter(takes),
    };
  };
  const dependsOnTool = pins.length > 0 || defaults.length > 0 || dryRun === true;
  const of = (target: Target): Duties => {
    if (target.kind === 'resource') return none;
    if (target.kind !== 'tool' || !dependsOnTool) return all;
    const duties = known.get(target.tool) ?? ofTool(target.tool);
    known.set(target.tool, duties);
    return duties;
  };
  return {
    of,
    canBeDone(target) {
      if (dryRun && (target.kind !== 'tool' || dryRunArgument(target.tool) === undefined)) return false;
      if (effect !== 'permit' || pins.length === 0) return true;
      const done = of(target).pins;
      return pins.every((pin) => done.includes(pin));
    },
  };
}
