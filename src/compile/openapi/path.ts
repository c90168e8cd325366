/** A path template of a document, taken apart. */
export interface PathTemplate {
  /** The part that is a path, starting with `/`. */
  readonly path: string;
  /** Names of the variables in the path, each once, in order. */
  readonly variables: readonly string[];
  /** The query that the template itself contains, decoded, in order, without what a variable fills. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Variables that are the value of a query member (`?page={page}`), and the member's name. */
  readonly queryVariables: ReadonlyMap<string, string>;
}

/**
 * Splits a path template that contains a query (`/?Action=List`). A fragment tells operations apart in a document and is
 * never sent; a `?` or `#` inside a variable belongs to the variable.
 */
export function splitPath(template: string): PathTemplate {
  const [, path = '', query = ''] = /^((?:\{[^{}]*\}|[^?#])*)(?:\?([^#]*))?/.exec(template) ?? [];
  const variables = [...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? '');
  const members = [...new URLSearchParams(query)].map(([name, value]) => {
    const variable = /^\{([^{}]+)\}$/.exec(value)?.[1];
    return {
      name,
      value,
      variable: variable !== undefined && variables.includes(variable) ? undefined : variable,
    };
  });
  return {
    path: path.startsWith('/') ? path : `/${path}`,
    variables: [...new Set(variables)],
    query: members.flatMap(({ name, value, variable }) => (variable === undefined ? [[name, value]] : [])),
    queryVariables: new Map(
      members.flatMap(({ name, variable }) => (variable === undefined ? [] : [[variable, name]])),
    ),
  };
}
