import type { Desk } from './desk.ts';
import type { DeskRequest } from './input.ts';

/** What an operation answers when it succeeds. Refusals are thrown as `Problem`. */
export interface Answer {
  readonly status: 200 | 201 | 204;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is a `file`. */
  readonly json?: unknown;
  readonly file?: { readonly contentType: string; readonly content: Buffer };
}

/** One operation of `specs/helpdesk.yaml`, under the same id. */
export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path template, e.g. `/tickets/{ticketId}`. */
  readonly path: string;
  /** The operation reads a JSON body. */
  readonly hasBody?: true;
  readonly run: (desk: Desk, request: DeskRequest) => Answer;
}

export const ok = (json: unknown): Answer => ({ status: 200, json });

export const created = (location: string, json: unknown): Answer => ({
  status: 201,
  headers: { location },
  json,
});
