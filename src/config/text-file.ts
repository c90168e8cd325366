/** A text file that the configuration refers to. `file` is absolute. */
export interface TextFile {
  readonly file: string;
  readonly text: string;
}
