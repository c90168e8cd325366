import type { JsonObject } from './json.ts';

/** How a tool reaches what lies behind it. Compilers write bindings, `upstream/` executes them; nothing else reads inside. */
export type Binding = HttpBinding | McpBinding | SignInBinding;

/** A tool of an upstream MCP server. */
export interface McpBinding {
  readonly kind: 'mcp';
  /** The tool's name as the upstream spells it. */
  readonly upstreamName: string;
}

/** A tool of Bailiwick itself, by which a caller signs in to the source. There is nothing to review: no lock holds it. */
export interface SignInBinding {
  readonly kind: 'sign-in';
}

/** An HTTP operation: a table that says where each argument goes. Nothing is derived from names at call time. */
export interface HttpBinding {
  readonly kind: 'http';
  /** As it is sent: upper case, but for an additional method of OpenAPI 3.2 that is written otherwise. */
  readonly method: string;
  /** Path template, `/tickets/{id}`. */
  readonly path: string;
  /** Query that is part of the path template itself (`/?Action=List`), in order, already decoded. */
  readonly fixedQuery: readonly (readonly [name: string, value: string])[];
  /** Base URL that the document names; used only where configuration pins none. */
  readonly server?: string;
  /**
   * Set where the operation, or its path, names `server` itself: on a host of the document's servers, or on another one,
   * which is never called unless configuration names it.
   */
  readonly ownServer?: 'here' | 'elsewhere';
  readonly parameters: readonly ParameterBinding[];
  readonly body?: BodyBinding;
  /** Alternatives (OR) of schemes that hold together (AND). Empty: none declared. */
  readonly security: readonly (readonly SecurityScheme[])[];
  /** Media types of the successful responses, for `Accept`. Empty: anything. */
  readonly accepts: readonly string[];
  /** Arguments that configuration fixes: no caller sees or sets them. */
  readonly pinned?: JsonObject;
  /** Values of arguments that a caller leaves out. */
  readonly defaults?: JsonObject;
  /** What is done with a JSON answer. */
  readonly result?: ResultBinding;
}

/** How a JSON answer is cut to what is wanted, and how the next part of it is asked for. */
export interface ResultBinding {
  /** JMESPath that configuration applies to every answer, before the caller's own. */
  readonly select?: string;
  /** Key of the argument in which a caller gives a JMESPath. Never sent. */
  readonly selectArgument?: string;
  /** What the document tells about pages; `Link: …; rel="next"` of an answer needs no declaration. */
  readonly pagination?: Pagination;
}

/** How the next page is asked for. Arguments are keys of the tool's arguments; pointers (RFC 6901) lead into the answer. */
export type Pagination =
  /** The answer holds what the argument takes next; absent, null or empty there: the last page. */
  | { readonly kind: 'cursor'; readonly argument: string; readonly pointer: string }
  /** The argument takes the `member` of the last of the `items`, unless the answer says that there is no more. */
  | { readonly kind: 'last-item'; readonly argument: string; readonly items: string; readonly member: string }
  /** Pages are counted; `items` leads to the list, and an empty one is the end. */
  | {
      readonly kind: 'page';
      readonly argument: string;
      readonly first: number;
      readonly items: string;
      readonly sizeArgument?: string;
    }
  /** Items are counted. */
  | {
      readonly kind: 'offset';
      readonly argument: string;
      readonly items: string;
      readonly sizeArgument?: string;
    };

/** `querystring` is OpenAPI 3.2's: one parameter, described by `content`, is the whole query. */
export type ParameterLocation = 'path' | 'query' | 'querystring' | 'header' | 'cookie';

/**
 * Serialisation styles of OpenAPI 3.2, "Style Values". `tabDelimited` is Swagger 2.0's `tsv`, whose separators any location
 * may have.
 */
export type ParameterStyle =
  | 'simple'
  | 'label'
  | 'matrix'
  | 'form'
  | 'spaceDelimited'
  | 'pipeDelimited'
  | 'tabDelimited'
  | 'deepObject'
  | 'cookie';

export interface ParameterBinding {
  /** Key in the tool's arguments. */
  readonly argument: string;
  readonly in: ParameterLocation;
  /** Name on the wire. */
  readonly name: string;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly allowReserved: boolean;
  /** Set for a parameter that is described by `content`: serialised as this media type instead of by style. */
  readonly mediaType?: string;
}

export interface BodyBinding {
  /** As it goes into `Content-Type`; a multipart boundary is added to it. */
  readonly mediaType: string;
  /** How the value is written. */
  readonly format: BodyFormat;
  /** Of a binary body: further media types and ranges (`image/*`) that the file's `mimeType` may choose instead. */
  readonly alternatives?: readonly string[];
  /** How single properties of a form or multipart body are written, by their name on the wire. */
  readonly encoding?: Readonly<Record<string, PartEncoding>>;
  /** How arrays and objects of a form are written where `encoding` says nothing. Absent: `standard`. */
  readonly nesting?: FormNesting;
  /** One argument is the whole body, or several arguments are its top-level properties. */
  readonly shape:
    | { readonly kind: 'whole'; readonly argument: string }
    | {
        readonly kind: 'properties';
        readonly properties: readonly BodyProperty[];
        readonly required: boolean;
      };
}

/** `binary`: a file argument as the whole body. `text` covers XML, which is given as text. */
export type BodyFormat = 'json' | 'form' | 'multipart' | 'text' | 'binary';

/**
 * Arrays and objects in a form: `standard` as OpenAPI 3.1.1 §4.8.15.1.1 says (an array repeats its name, an object is JSON),
 * `brackets` `a[b]=1&l[0]=x`, `php` `a[b]=1&l[]=x`, `dots` `a.b=1&l.0=x`.
 */
export type FormNesting = 'standard' | 'brackets' | 'php' | 'dots';

/** One property of a form or multipart body: the Encoding Object of OpenAPI, reduced to what sending needs. */
export interface PartEncoding {
  readonly style?: ParameterStyle;
  readonly explode?: boolean;
  readonly allowReserved?: boolean;
  /** Of a multipart part, or of a form value that is a document of its own: a media type, or a list with commas. */
  readonly contentType?: string;
  /** The property is a file, or a list of files: its argument has the form of `FileArgument`. */
  readonly file?: 'one' | 'many';
  /** The file goes over the wire in Base64, under this `Content-Transfer-Encoding`. */
  readonly transferEncoding?: 'base64';
}

/** A file as a caller gives it: exactly one of `data` (Base64, RFC 4648 §4) and `text`. */
export interface FileArgument {
  readonly data?: string;
  readonly text?: string;
  readonly filename?: string;
  readonly mimeType?: string;
}

export interface BodyProperty {
  readonly argument: string;
  readonly name: string;
}

/** A security scheme of the document, reduced to what attaching a configured credential needs. `name` is its key in the document. */
export type SecurityScheme =
  | {
      readonly name: string;
      readonly type: 'apiKey';
      readonly in: 'header' | 'query' | 'cookie';
      readonly parameter: string;
    }
  | { readonly name: string; readonly type: 'http'; readonly scheme: string }
  | {
      readonly name: string;
      readonly type: 'oauth2' | 'openIdConnect';
      /** What this requirement of the operation asks a token for. */
      readonly scopes?: readonly string[];
    }
  | { readonly name: string; readonly type: 'mutualTLS' | 'unknown' };
