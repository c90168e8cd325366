/** How a tool reaches what lies behind it. Compilers write bindings, `upstream/` executes them; nothing else reads inside. */
export type Binding = HttpBinding | McpBinding;

/** A tool of an upstream MCP server. */
export interface McpBinding {
  readonly kind: 'mcp';
  /** The tool's name as the upstream spells it. */
  readonly upstreamName: string;
}

/** An HTTP operation: a table that says where each argument goes. Nothing is derived from names at call time. */
export interface HttpBinding {
  readonly kind: 'http';
  /** Upper case. */
  readonly method: string;
  /** Path template, `/tickets/{id}`. */
  readonly path: string;
  /** Query that is part of the path template itself (`/?Action=List`), in order, already decoded. */
  readonly fixedQuery: readonly (readonly [name: string, value: string])[];
  /** Base URL that the document names; used only where configuration pins none. */
  readonly server?: string;
  readonly parameters: readonly ParameterBinding[];
  readonly body?: BodyBinding;
  /** Alternatives (OR) of schemes that hold together (AND). Empty: none declared. */
  readonly security: readonly (readonly SecurityScheme[])[];
  /** Media types of the successful responses, for `Accept`. Empty: anything. */
  readonly accepts: readonly string[];
}

export type ParameterLocation = 'path' | 'query' | 'header' | 'cookie';

/** Serialisation styles of OpenAPI 3.1.1, "Style Values". */
export type ParameterStyle =
  | 'simple'
  | 'label'
  | 'matrix'
  | 'form'
  | 'spaceDelimited'
  | 'pipeDelimited'
  | 'deepObject';

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
  readonly mediaType: string;
  /** One argument is the whole body, or several arguments are its top-level properties. */
  readonly shape:
    | { readonly kind: 'whole'; readonly argument: string }
    | {
        readonly kind: 'properties';
        readonly properties: readonly BodyProperty[];
        readonly required: boolean;
      };
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
  | { readonly name: string; readonly type: 'oauth2' | 'openIdConnect' | 'mutualTLS' | 'unknown' };
