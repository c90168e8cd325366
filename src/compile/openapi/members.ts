import type { Json, JsonObject } from '../../catalog/json.ts';

/** Sets a member under any name: `__proto__` becomes a member like the others, as `JSON.parse` has it. */
export function setMember(object: JsonObject, name: string, value: Json): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[name] = value;
  }
}
