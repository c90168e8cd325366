/** What an operation does to the things it is about. */
export type Action = 'list' | 'read' | 'create' | 'update' | 'delete' | 'watch' | 'connect' | 'search';

/** Every {@link Action}. */
export const ACTIONS = [
  'list',
  'read',
  'create',
  'update',
  'delete',
  'watch',
  'connect',
  'search',
] as const satisfies readonly Action[];

/** Verbs of English by what they do to things, as command lines and the documentation of APIs use them. */
const VERBS: Record<Action, string> = {
  list: 'list enumerate browse',
  read: 'get read show view display describe fetch retrieve check see inspect print return obtain open download lookup',
  create:
    'create add new make post insert generate build start launch run deploy register upload write send publish submit provision ' +
    'install initialize init open schedule book order',
  update:
    'update change edit modify set patch put replace rename move adjust configure apply assign enable disable upgrade ' +
    'increase decrease scale label annotate restart rollback mark resize',
  delete:
    'delete remove destroy drop clear erase cancel purge unset uninstall discard revoke terminate kill evict clean',
  watch: 'watch monitor follow stream subscribe tail track observe',
  connect: 'connect exec execute attach proxy forward port-forward shell ssh',
  search: 'search find query discover locate filter explore seek',
};

/** The classes of a verb in its plain form, such as `add`. A verb may have several. */
export const CLASSES_OF_VERB: ReadonlyMap<string, readonly Action[]> = byVerb();

function byVerb(): Map<string, Action[]> {
  const classes = new Map<string, Action[]>();
  for (const action of ACTIONS) {
    for (const verb of VERBS[action].split(' ')) classes.set(verb, [...(classes.get(verb) ?? []), action]);
  }
  return classes;
}
