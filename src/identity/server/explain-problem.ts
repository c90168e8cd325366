/**
 * Why a browser is not led on, for the person before it: what oidc-provider says is for who wrote the program.
 *
 * @param problem an error of OAuth (RFC 6749, section 4.1.2.1), with what oidc-provider says of it
 */
export function explainProblem({
  error,
  error_description: detail,
}: {
  readonly error: string;
  readonly error_description?: string | undefined;
}): string {
  switch (error) {
    case 'invalid_client':
      return detail?.startsWith('client_id metadata document') === true
        ? 'The description of your program, at the address by which it calls itself, cannot be read from here.'
        : 'Your program is not known here, or not any more. Remove this server from it and add it again, so that it introduces itself anew.';
    case 'invalid_client_metadata':
      return withDetail('What your program says of itself is not taken here', detail);
    case 'invalid_redirect_uri':
      return 'Your program wants you to be sent back to an address that it did not give when it introduced itself. That may be somebody else who poses as it.';
    case 'invalid_target':
      return withDetail('Your program asks for access to something else than this server', detail);
    case 'server_error':
      return 'This server failed. Its log says why.';
    case 'invalid_request':
    default:
      return withDetail('What your program asked for cannot be understood', detail ?? error);
  }
}

function withDetail(text: string, detail: string | undefined): string {
  return detail === undefined ? text : `${text} (${detail})`;
}
