/** A line of an answer of `find_tools`, as a model reads it. */
export interface Line {
  readonly name: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Names of its variants. */
  readonly also: readonly string[];
}

const LINE = /^(?<name>[\w.-]+)\((?<parameters>[^)]*)\)(?: - .*?)?(?:; also: (?<also>.*))?$/;

/**
 * The lines of an answer, a list for each query in their order.
 *
 * @throws Error for a line that is no signature
 */
export function readLines(text: string): Line[][] {
  const sections = text.startsWith('# ') ? text.split(/^# .*\n/m).slice(1) : [text];
  return sections.map((section) =>
    section
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('No good match.'))
      .map(readLine),
  );
}

function readLine(line: string): Line {
  const { name, parameters = '', also } = LINE.exec(line)?.groups ?? {};
  if (name === undefined) throw new Error(`this is no signature: ${line}`);
  const named = parameters.split(', ').filter((one) => one !== '' && one !== '…');
  return {
    name,
    required: named.filter((one) => !one.endsWith('?')),
    optional: named.filter((one) => one.endsWith('?')).map((one) => one.slice(0, -1)),
    also: also === undefined ? [] : also.replace(/ \([^)]*\)/g, '').split(', '),
  };
}
