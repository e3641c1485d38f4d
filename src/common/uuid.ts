const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Whether a text is a UUID as this service and PostgreSQL write them, in lower case. */
export const isUuid = (text: string): boolean => UUID.test(text);
