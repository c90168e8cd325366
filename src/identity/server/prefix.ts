/** Where everything of the authorization server lies in the store. */
export const PREFIX = 'oauth-server/';

/** Tells every process the id of a grant that ended. */
export const ENDED_TOPIC = 'oauth-server-ended';
