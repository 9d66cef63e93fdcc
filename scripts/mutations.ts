/** A deliberate break of the code and the test that must notice it. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  /** Text that stands exactly once where the break goes. */
  readonly find: string;
  readonly replace: string;
  /** Test file that must fail. */
  readonly test: string;
}

export const mutations: readonly Mutation[] = [
  {
    name: 'failover: a server that pauses is tried again at once',
    file: 'src-main/core/server-list.ts',
    find: `if (this.#pauseIsOver(server, nowMs)) return { kind: 'server', server };`,
    replace: `return { kind: 'server', server };`,
    test: 'src-main/core/server-list.test.ts',
  },
  {
    name: 'failover: pauses stop growing',
    file: 'src-main/core/server-list.ts',
    find: 'memory.failures += 1;',
    replace: 'memory.failures = 1;',
    test: 'src-main/core/server-list.test.ts',
  },
  {
    name: 'failover: a password that was refused is tried on the next server',
    file: 'src-main/core/reconnector.ts',
    find: 'this.#list.refuseCredential();',
    replace: 'void failure;',
    test: 'src-main/core/reconnector.test.ts',
  },
  {
    name: 'reconnector: a connection in use is moved under a call',
    file: 'src-main/core/reconnector.ts',
    find: 'if (this.#holds === 0) this.#tryToMove();',
    replace: 'this.#tryToMove();',
    test: 'src-main/core/reconnector.test.ts',
  },
  {
    name: 'reconnector: a lost connection is not opened again',
    file: 'src-main/core/reconnector.ts',
    find: '    this.#note(server, failure);\n    this.#connectNext();\n  }\n\n  async #check()',
    replace: '    this.#note(server, failure);\n  }\n\n  async #check()',
    test: 'src-main/core/reconnector.test.ts',
  },
  {
    name: 'call machine: an ended call comes back',
    file: 'src-main/calls/call-machine.ts',
    find: `    connected: { end: 'ended' },
    ended: {},
  },
  in:`,
    replace: `    connected: { end: 'ended' },
    ended: { established: 'connected' },
  },
  in:`,
    test: 'src-main/calls/call-machine.test.ts',
  },
  {
    name: `policy: the person's own value beats the organization's`,
    file: 'src-main/config/precedence.ts',
    find: 'if (layers.policy !== undefined) return',
    replace: 'if (layers.policy !== undefined && layers.user === undefined) return',
    test: 'src-main/config/precedence.test.ts',
  },
  {
    name: 'policy: a seed cannot be changed by the person',
    file: 'src-main/config/precedence.ts',
    find: `if (layers.user !== undefined) return { value: layers.user, source: 'user', locked: false };
  if (layers.seed !== undefined) return { value: layers.seed, source: 'seed', locked: false };`,
    replace: `if (layers.seed !== undefined) return { value: layers.seed, source: 'seed', locked: false };
  if (layers.user !== undefined) return { value: layers.user, source: 'user', locked: false };`,
    test: 'src-main/config/precedence.test.ts',
  },
  {
    name: `policy file: anybody's file is honoured`,
    file: 'src-main/config/policy-file.ts',
    find: `if (opened.uid !== 0) return 'it does not belong to root';`,
    replace: '',
    test: 'src-main/config/policy-file.test.ts',
  },
  {
    name: 'policy file: a file in a folder that others may write is honoured',
    file: 'src-main/config/policy-file.ts',
    find: 'if ((info.mode & writableByOthers) !== 0 && (info.mode & sticky) === 0)',
    replace: 'if (info.mode < 0)',
    test: 'src-main/config/policy-file.test.ts',
  },
  {
    name: 'redaction: a registered password is found in plain form only',
    file: 'src-main/core/log-redaction.ts',
    find: '...formsOf(value)]',
    replace: 'value]',
    test: 'src-main/core/log-redaction.test.ts',
  },
  {
    name: 'redaction: the Authorization header reaches the log',
    file: 'src-main/core/log-redaction.ts',
    find: '(?:Proxy-)?Authorization[ \\t]*:[ \\t]*)(?:',
    replace: '(?:Proxy-)?Authentication[ \\t]*:[ \\t]*)(?:',
    test: 'src-main/core/log-redaction.test.ts',
  },
  {
    name: 'Origin: a WebSocket of a foreign page is let in',
    file: 'src-main/shell-browser/loopback-server.ts',
    find: 'const fromOwnPage = host !== undefined && request.headers.origin === `http://${host}`;',
    replace: 'const fromOwnPage = host !== undefined;',
    test: 'src-main/shell-browser/loopback-server.test.ts',
  },
  {
    name: 'Host: a foreign name for this server is answered (DNS rebinding)',
    file: 'src-main/shell-browser/loopback-server.ts',
    find: 'return host === `127.0.0.1:${this.#port}` || host === `localhost:${this.#port}` ? host : undefined;',
    replace: 'return host;',
    test: 'src-main/shell-browser/loopback-server.test.ts',
  },
  {
    name: 'secret: any secret opens the window',
    file: 'src-main/shell-browser/loopback-server.ts',
    find: 'hello === undefined || !sameSecret(hello.secret, secret)',
    replace: 'hello === undefined',
    test: 'src-main/shell-browser/loopback-server.test.ts',
  },
  {
    name: 'history: one call more than the cap is kept',
    file: 'src-main/history/history-store.ts',
    find: '.run(this.#accountId, this.#accountId, limits.historyRowsPerTab);',
    replace: '.run(this.#accountId, this.#accountId, limits.historyRowsPerTab + 1);',
    test: 'src-main/history/history.test.ts',
  },
  {
    name: 'messages: the archive id does not tell a second copy from the first',
    file: 'src-main/im/message-store.ts',
    find: 'ON CONFLICT DO NOTHING`',
    replace: 'ON CONFLICT DO UPDATE SET body = excluded.body`',
    test: 'src-main/im/message-store.test.ts',
  },
  {
    name: 'contract: what the window sends is not checked',
    file: 'src-shared/rpc/server.ts',
    find: 'if (!parsed.success) {',
    replace: `if (parsed.success && name === 'session.signIn' && parsed.data === null) {`,
    test: 'src-shared/rpc/contract.test.ts',
  },
  {
    name: 'lease: a second window takes the sound without being asked to',
    file: 'src-main/windows.ts',
    find: 'if (this.#holder !== undefined && !mine && !takeOver) return { held: false };',
    replace: '',
    test: 'src-main/windows.test.ts',
  },
  {
    name: 'lease: a reload gives the lease away at once',
    file: 'src-main/windows.ts',
    find: 'if (this.#holder === clientId) this.#reserve();',
    replace: 'if (this.#holder === clientId) this.#holder = undefined;',
    test: 'src-main/windows.test.ts',
  },
  {
    name: 'ack queue: the counter does not wrap at 2^32',
    file: 'src-main/im/ack-queue.ts',
    find: 'const count = (h - this.#acknowledged) >>> 0;',
    replace: 'const count = h - this.#acknowledged;',
    test: 'src-main/im/ack-queue.test.ts',
  },
  {
    name: 'ack queue: a server that acknowledges too much is believed',
    file: 'src-main/im/ack-queue.ts',
    find: 'if (count > this.#waiting.length) throw',
    replace: 'if (count < 0) throw',
    test: 'src-main/im/ack-queue.test.ts',
  },
  {
    name: 'throttle: the largest bound wins instead of the least',
    file: 'src-main/video/throttle.ts',
    find: 'rankOf(bound.format) < rankOf(least)',
    replace: 'rankOf(bound.format) > rankOf(least)',
    test: 'src-main/video/throttle.test.ts',
  },
  {
    name: 'throttle: audio gets no part of the bandwidth',
    file: 'src-main/video/throttle.ts',
    find: 'Math.max(0, bandwidthKbps - audioKbps)',
    replace: 'bandwidthKbps',
    test: 'src-main/video/throttle.test.ts',
  },
  {
    name: 'archive path: an address may climb out of the folder',
    file: 'src-main/archive/archive-path.ts',
    find: 'others: /[/\\\\:\\p{Cc}',
    replace: 'others: /[\\\\:\\p{Cc}',
    test: 'src-main/archive/archive-path.test.ts',
  },
  {
    name: 'archive path: two addresses share a file',
    file: 'src-main/archive/archive-path.ts',
    find: 'return `${truncate(name, limit - mark.length)}${mark}`;',
    replace: 'return truncate(name, limit);',
    test: 'src-main/archive/archive-path.test.ts',
  },
];
