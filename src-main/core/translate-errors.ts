type Handler = (input: never, clientId: string) => unknown;

/**
 * The same handlers of the contract, whose errors pass `translate` first: one place where a full or damaged disk
 * becomes words, whichever service met it. Every handler answers with a promise.
 */
export function withTranslatedErrors<Handlers extends Readonly<Record<keyof Handlers, Handler>>>(
  handlers: Handlers,
  translate: (error: unknown) => unknown,
): Handlers {
  const entries = Object.entries<Handler>(handlers).map(([name, handler]) => [
    name,
    async (input: never, clientId: string): Promise<unknown> => {
      try {
        return await handler(input, clientId);
      } catch (error) {
        throw translate(error);
      }
    },
  ]);
  // One function for each name, each with the answer of its name.
  return Object.fromEntries(entries) as Handlers;
}
