/** What a child and all that it starts may use. Sizes in bytes. */
export interface Limits {
  readonly memory?: number;
  readonly processes?: number;
  readonly cpus?: number;
  readonly cpuSeconds?: number;
  readonly openFiles?: number;
}

/** A folder or file of this machine that a child sees. Absolute paths. */
export interface SharedFolder {
  readonly path: string;
  /** Where the child sees it. */
  readonly at: string;
  readonly write: boolean;
}

interface Shared {
  readonly network: boolean;
  readonly folders: readonly SharedFolder[];
  readonly limits: Limits;
  /** Absolute paths of which nothing may be seen: what is Bailiwick's own. */
  readonly hidden: readonly string[];
}

/** What a child may reach, with nothing left to be looked up. */
export type Isolation =
  | { readonly level: 'none'; readonly limits: Limits }
  | ({ readonly level: 'process' } & Shared)
  | ({
      readonly level: 'container';
      readonly image: string;
      readonly pull: 'never' | 'missing';
      readonly runtime?: 'docker' | 'podman';
      readonly runtimeOptions: readonly string[];
      readonly runOptions: readonly string[];
    } & Shared);

export const NOT_ISOLATED: Isolation = { level: 'none', limits: {} };
