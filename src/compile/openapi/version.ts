import type { Json, JsonObject } from '../../catalog/json.ts';
import type { OpenApiVersion } from './document.ts';

/** What a document says of its version: the version it is read as, or why it cannot be read. */
export type VersionReading =
  | { readonly version: OpenApiVersion; readonly warning?: string }
  | { readonly problem: string; readonly key?: 'openapi' | 'swagger' };

/** The versions, by the text that a declared one starts with. */
const VERSIONS: readonly OpenApiVersion[] = ['2.0', '3.0', '3.1', '3.2'];

/** What a version looks like that nobody has to wonder about. */
const REGULAR = /^(?:2\.0|3\.\d\.\d{1,3}(?:-[\w.]{1,20})?)$/;

/**
 * Recognises `openapi` or `swagger` by its first two numbers, whatever follows them, text or number: `3.0.6-x` is 3.0,
 * `swagger: 2` is 2.0, and the 3 that YAML reads where somebody wrote an unquoted 3.0 is 3.0.
 */
export function recogniseVersion(root: JsonObject): VersionReading {
  const openapi = recognise('openapi', root['openapi']);
  if ('version' in openapi) return openapi;
  const swagger = recognise('swagger', root['swagger']);
  return 'version' in swagger || openapi.key === undefined ? swagger : openapi;
}

function recognise(key: 'openapi' | 'swagger', declared: Json | undefined): VersionReading {
  if (typeof declared !== 'string' && typeof declared !== 'number') {
    const problem =
      'no `openapi` version: an OpenAPI document starts with `openapi: 3.1.0` or the like, an older one with `swagger: "2.0"`';
    return { problem };
  }
  const written = String(declared).trim();
  const numbers = written === '2' || written === '3' ? `${written}.0` : written;
  const version = VERSIONS.find((each) => numbers.startsWith(each) && !/^\d/.test(numbers.slice(3)));
  const isExpected = version !== undefined && (version === '2.0') === (key === 'swagger');
  if (version === undefined || (key === 'swagger' && version !== '2.0')) {
    const problem = `\`${key}: ${written.slice(0, 40)}\` is not supported: use Swagger 2.0, or OpenAPI 3.0, 3.1 or 3.2`;
    return { problem, key };
  }
  if (isExpected && typeof declared === 'string' && REGULAR.test(declared)) return { version };
  return { version, warning: `\`${key}: ${written.slice(0, 40)}\` is an odd version; read as ${version}` };
}
